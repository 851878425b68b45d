"""The rows behind the health of the data: the newest examination, the records it found, and spellings made one."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class HealthCheck(SQLModel, table=True):
    """One examination. Only the newest is kept: it can be made again."""

    __tablename__ = "health_check"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    as_of: datetime = Field(sa_type=Instant)
    stale_days: int
    seconds: float
    result: dict[str, Any] = Field(sa_type=Json, description="What examining.Result says.")


class HealthList(SQLModel, table=True):
    """The records behind one finding of an examination, the newest first."""

    __tablename__ = "health_list"

    finding: str = Field(primary_key=True, max_length=40)
    ids: bytes = Field(description="Their ids, rising, eight bytes each, as zlib packs them.")


class Spelling(SQLModel, table=True):
    """Values of one field that a person said are one. Undone, it stays as a row that says so."""

    __tablename__ = "spelling"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    field: str = Field(max_length=300, description="A column of the record, else the name of an attribute.")
    kept: str = Field(max_length=500, description="How it is written from now on.")
    others: list[str] = Field(sa_type=Json, description="What is read as that.")
    decided_at: datetime = Field(sa_type=Instant)
    decided_by: int | None = Field(default=None, foreign_key="user_account.id")
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: int | None = Field(default=None, foreign_key="user_account.id")
