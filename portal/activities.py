"""Activities: what people did, and what was done to reach them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel

from portal.db import Instant
from portal.imported import EMPTY, Imported

IntArray = npt.NDArray[np.int64]
OF_COMPANY = text("company_id IS NOT NULL")


class Direction(StrEnum):
    """Who made the first move. It comes from the mapping; nobody guesses it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    UNKNOWN = "unknown"


class ActivityKind(SQLModel, table=True):
    """A kind of activity: a number in bulk, a word for people."""

    __tablename__ = "activity_kind"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=60)
    is_request: bool = Field(
        default=False, description="An inbound request: they came and asked for something."
    )
    weight: float = Field(default=1.0, description="Points an activity adds to engagement at once.")


class Activity(Imported, table=True):
    """One thing that happened, about a person and perhaps a deal; both may come in a later file."""

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_person", "person_id", "at", "kind_id"),
        Index("ix_activity_deal", "deal_id"),
        Index("ix_activity_company", "company_id", sqlite_where=OF_COMPANY, postgresql_where=OF_COMPANY),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    deal_id: int | None = Field(default=None, foreign_key="deal.id")
    company_id: int | None = Field(default=None, foreign_key="company.id")
    at: datetime = Field(sa_type=Instant)
    kind_id: int = Field(foreign_key="activity_kind.id")
    direction: str = Field(
        default=Direction.UNKNOWN, max_length=10, sa_column_kwargs={"server_default": "unknown"}
    )
    owner: str = Field(default="", max_length=200, sa_column_kwargs=EMPTY, description="Who did it.")


class Done(NamedTuple):
    """Activities in the order of people and times: whose, when (microseconds since 1970), of which kind; each (n,) of int64."""

    people: IntArray
    times: IntArray
    kinds: IntArray


def of_people(session: Session, first: int, last: int) -> Done:
    """All activities of the people first <= id <= last, from the index alone."""
    rows = session.connection().execute(
        text(
            "SELECT person_id, at, kind_id FROM activity WHERE person_id BETWEEN :first AND :last "
            "ORDER BY person_id, at, kind_id"
        ),
        {"first": first, "last": last},
    )
    assert rows.cursor is not None
    found = np.array(rows.cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    return Done(found[:, 0], found[:, 1], found[:, 2])
