"""People: whom one talks to. Durable ids, kept apart from the ids of the systems they came from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, Text, UniqueConstraint, false, text
from sqlmodel import Field, Session, SQLModel, col, select

from portal.activities import Activity, ActivityKind
from portal.companies import BY
from portal.db import EPOCH, Instant
from portal.deals import Deal
from portal.errors import NotFound
from portal.fields import Level
from portal.imported import EMPTY

MERGED = text("merged_into_id IS NOT NULL")
BY_HAND = text("user_id IS NOT NULL AND import_id IS NULL")  # the rest of the history comes from files
LINKED = text("company_id IS NOT NULL")  # imports bring people by the million, most without a company


# outside the class: pydantic would copy it, with all the tables it knows, for every row
VERSION: Final[Column[int]] = Column("version", Integer, nullable=False, server_default="1")


class Person(SQLModel, table=True):
    __tablename__ = "person"
    # the index lets what is derived find the changed records without reading them
    __table_args__ = (
        Index("ix_person_version", "id", "version"),
        Index("ix_person_arrival", "arrived_at", "id"),
        Index("ix_person_company_id", "company_id", sqlite_where=LINKED, postgresql_where=LINKED),
        Index("ix_person_merged", "merged_into_id", sqlite_where=MERGED, postgresql_where=MERGED),
        Index("ix_person_source", "source"),
        Index("ix_person_owner", "owner"),
        Index("ix_person_country", "country"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    first_name: str = Field(default="", max_length=200)
    last_name: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=100)
    title: str = Field(default="", max_length=300)
    company_id: int | None = Field(default=None, foreign_key="company.id")
    company_name: str = Field(default="", max_length=300, description="As the source writes it.")
    company_by: str = Field(default="", sa_column_kwargs=EMPTY, max_length=10, description=BY)
    source: str = Field(default="", max_length=200, description="The channel the person came by.")
    campaign: str = Field(default="", max_length=200)
    owner: str = Field(default="", max_length=200)
    owner_id: int | None = None
    owner_by: str = Field(default="", sa_column_kwargs=EMPTY, max_length=10, description=BY)
    status: str = Field(default="", max_length=100, description="As the source writes it.")
    term: str = Field(
        default="",
        sa_column_kwargs=EMPTY,
        max_length=40,
        description="The term its status stands for; empty: nobody said.",
    )
    country: str = Field(default="", max_length=100)
    city: str = Field(default="", max_length=100)
    direction: str = Field(default="unknown", max_length=10, description="inbound, outbound or unknown.")
    came_at: datetime | None = Field(default=None, sa_type=Instant, description="Created in the source.")
    arrived_at: datetime = Field(
        default=EPOCH,
        sa_type=Instant,
        sa_column_kwargs={"server_default": "0"},
        description="came_at where the source knows it, else when first seen: never missing, so that lists can be in its order.",
    )
    opted_out_at: datetime | None = Field(default=None, sa_type=Instant, description="At the latest then.")
    customer_at: datetime | None = Field(default=None, sa_type=Instant, description="At the latest then.")
    attributes: str = Field(
        default="{}", sa_type=Text, description="Canonical JSON; the truth of unmapped columns."
    )
    import_id: int | None = Field(
        default=None, foreign_key="import.id", description="The import that brought it."
    )
    merged_into_id: int | None = Field(
        default=None, description="Who this person turned out to be; lists then leave this row out."
    )
    gone_at: datetime | None = Field(
        default=None, sa_type=Instant, description="No longer in its source since; lists leave it out."
    )
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ExternalId(SQLModel, table=True):
    """What another system calls a record of ours. Never reused, never the name or an e-mail address."""

    __tablename__ = "external_id"
    __table_args__ = (
        UniqueConstraint("level", "source", "external_id"),
        Index("ix_external_id_record", "level", "record_id"),
    )

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    source: str = Field(max_length=100)
    external_id: str = Field(max_length=300)
    record_id: int
    said: int | None = Field(
        default=None,
        sa_type=BigInteger,
        description="A digest of what the system said of it last, and of the record then; null: not known.",
    )


class FieldChange(SQLModel, table=True):
    """A value that was replaced. Append-only. The first value a record came with is its own; before that it is unknown."""

    __tablename__ = "field_change"
    __table_args__ = (
        Index("ix_field_change_record", "level", "record_id", "field"),
        Index(
            "ix_field_change_by_hand", "level", "record_id", sqlite_where=BY_HAND, postgresql_where=BY_HAND
        ),
    )

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    record_id: int
    field: str = Field(max_length=300)
    is_attribute: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="An attribute's value, not a column's, which may be called alike.",
    )
    before: str | None = Field(default=None, sa_type=Text, description="JSON text; null: it had no value.")
    after: str | None = Field(default=None, sa_type=Text)
    valid_from: datetime | None = Field(
        default=None, sa_type=Instant, description="Where the source says so."
    )
    seen_at: datetime = Field(sa_type=Instant)
    import_id: int | None = Field(default=None, foreign_key="import.id")
    user_id: int | None = Field(default=None, foreign_key="user_account.id")


SHOWN_ACTIVITIES = 100


@dataclass(frozen=True)
class Known:
    """What is known of one person."""

    person: Person
    attributes: dict[str, Any]
    ids: Sequence[ExternalId]
    deals: Sequence[Deal]
    activities: Sequence[tuple[datetime, str, bool, int]]
    changes: Sequence[FieldChange]


def known(session: Session, person_id: int) -> Known:
    """One person with ids, deals, the newest activities (when, what, whether a request, id) and changes."""
    person = get(session, person_id)
    return Known(
        person=person,
        attributes=json.loads(person.attributes),
        ids=ids_of(session, Level.PERSON, person_id),
        deals=session.exec(
            select(Deal).where(Deal.person_id == person_id).order_by(col(Deal.id).desc())
        ).all(),
        activities=_activities(session, person_id),
        changes=changes_of(session, Level.PERSON, person_id),
    )


def of_company(session: Session, company_id: int) -> Sequence[Person]:
    """The people of a company, the newest first, as many as a page shows."""
    query = select(Person).where(
        Person.company_id == company_id, col(Person.merged_into_id).is_(None), col(Person.gone_at).is_(None)
    )
    return session.exec(query.order_by(col(Person.id).desc()).limit(SHOWN_ACTIVITIES)).all()


def ids_of(session: Session, level: Level, record_id: int) -> Sequence[ExternalId]:
    """What other systems call a record."""
    query = select(ExternalId).where(ExternalId.level == level, ExternalId.record_id == record_id)
    return session.exec(query.order_by(col(ExternalId.id))).all()


def changes_of(session: Session, level: Level, record_id: int) -> Sequence[FieldChange]:
    """The newest values of a record that were replaced."""
    query = select(FieldChange).where(FieldChange.level == level, FieldChange.record_id == record_id)
    return session.exec(query.order_by(col(FieldChange.id).desc()).limit(SHOWN_ACTIVITIES)).all()


def get(session: Session, person_id: int) -> Person:
    if (person := session.get(Person, person_id)) is None:
        raise NotFound("There is no such person here. Look for them in the list.")
    return person


def _activities(session: Session, person_id: int) -> Sequence[tuple[datetime, str, bool, int]]:
    return session.exec(
        select(Activity.at, ActivityKind.name, ActivityKind.is_request, Activity.id)
        .join(ActivityKind, col(ActivityKind.id) == col(Activity.kind_id))
        .where(Activity.person_id == person_id)
        .order_by(col(Activity.at).desc())
        .limit(SHOWN_ACTIVITIES)
    ).all()


def any_there(session: Session) -> bool:
    """Whether there is anybody at all."""
    return session.exec(select(Person.id).limit(1)).first() is not None
