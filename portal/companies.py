"""Companies: where people work."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from portal.db import Instant, Money
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
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}
