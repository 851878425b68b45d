"""The typed field catalogue: every field of a record, where it came from, and how much of it is missing. One place."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from portal.db import Instant


class Level(StrEnum):
    """What one record is: whom or what one acts on."""

    PERSON = "person"
    COMPANY = "company"
    DEAL = "deal"


class FieldKind(StrEnum):
    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"


class Field(SQLModel, table=True):
    """An attribute that imports brought beyond the mapped fields; its name is its key in a record's attributes."""

    __tablename__ = "field"
    __table_args__ = (UniqueConstraint("level", "name"), {"sqlite_autoincrement": True})

    id: int = Column(default=None, primary_key=True)
    level: str = Column(max_length=10)
    name: str = Column(max_length=300, description="The column's title, as the source has it.")
    kind: str = Column(max_length=10)
    source: str = Column(max_length=100, description="The source that brought it first.")
    first_seen_at: datetime = Column(sa_type=Instant)
    missing_share: float | None = Column(default=None, description="Of all records of the level, 0 to 1.")
