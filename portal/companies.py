"""Companies: where people work."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Column, Index, Integer, Text, or_
from sqlmodel import Field, Session, SQLModel, col, select

from portal.db import Instant, Money
from portal.errors import NotFound
from portal.imported import EMPTY

BY: Final = "How the link was found: id, name or domain; empty where there is none."


# outside the class: pydantic would copy it, with all the tables it knows, for every row
VERSION: Final[Column[int]] = Column("version", Integer, nullable=False, server_default="1")


class Company(SQLModel, table=True):
    __tablename__ = "company"
    # the index lets what is derived find the changed records without reading them
    __table_args__ = (Index("ix_company_version", "id", "version"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=300, index=True)
    domain: str = Field(
        default="", max_length=200, index=True, description="Of its mail and web, in lower case."
    )
    industry: str = Field(default="", max_length=200)
    employees: float | None = Field(default=None, description="How many people work there.")
    revenue: Decimal | None = Field(default=None, sa_type=Money, description="A year.")
    currency: str = Field(default="", sa_column_kwargs=EMPTY, max_length=3)
    type: str = Field(
        default="", sa_column_kwargs=EMPTY, max_length=100, description="As the source writes it."
    )
    country: str = Field(default="", max_length=100)
    city: str = Field(default="", sa_column_kwargs=EMPTY, max_length=100)
    owner: str = Field(default="", sa_column_kwargs=EMPTY, max_length=200)
    owner_id: int | None = None
    owner_by: str = Field(default="", sa_column_kwargs=EMPTY, max_length=10, description=BY)
    parent_name: str = Field(
        default="", sa_column_kwargs=EMPTY, max_length=300, description="As the source writes it."
    )
    parent_id: int | None = Field(default=None, index=True)
    parent_by: str = Field(default="", sa_column_kwargs=EMPTY, max_length=10, description=BY)
    attributes: str = Field(default="{}", sa_type=Text)
    import_id: int | None = Field(default=None, foreign_key="import.id")
    gone_at: datetime | None = Field(
        default=None, sa_type=Instant, description="No longer in its source since; lists leave it out."
    )
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}


PER_PAGE: Final = 50


@dataclass(frozen=True)
class Page:
    """Companies, the newest first, with the ids to page from; None where the list ends."""

    companies: Sequence[Company]
    older: int | None
    newer: int | None


def page(
    session: Session,
    search: str = "",
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PER_PAGE,
) -> Page:
    """The companies older than one id, or newer than another. `search` looks in their names and domains."""
    query = select(Company).where(col(Company.gone_at).is_(None))
    if search:
        found_in = (col(Company.name), col(Company.domain))
        query = query.where(or_(*(column.icontains(search, autoescape=True) for column in found_in)))
    if after is not None:
        rising = session.exec(
            query.where(Company.id > after).order_by(col(Company.id)).limit(limit + 1)
        ).all()
        shown = rising[:limit][::-1]
        goes_on, began = bool(shown), len(rising) > limit
    else:
        query = query.where(Company.id < before) if before is not None else query
        falling = session.exec(query.order_by(col(Company.id).desc()).limit(limit + 1)).all()
        shown = falling[:limit]
        goes_on, began = len(falling) > limit, before is not None and bool(shown)
    return Page(shown, shown[-1].id if goes_on else None, shown[0].id if began else None)


def every(session: Session, search: str = "", *, batch: int = 2_000) -> Iterator[Company]:
    """All companies of the list, read in parts."""
    before: int | None = None
    while True:
        found = page(session, search, before=before, limit=batch)
        yield from found.companies
        session.expunge_all()
        if found.older is None:
            return
        before = found.older


def get(session: Session, company_id: int) -> Company:
    if (found := session.get(Company, company_id)) is None:
        raise NotFound("There is no such company here. Look for it in the list.")
    return found
