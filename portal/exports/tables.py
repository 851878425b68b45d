"""The rows behind exports: targets in other systems, files that were made, and what was sent to whom."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class Kind(StrEnum):
    """What a file holds."""

    CRM = "crm"
    PEOPLE = "people"
    DEALS = "deals"
    COMPANIES = "companies"
    SCORES = "scores"
    WIDE = "wide"


class ExportState(StrEnum):
    QUEUED = "queued"
    DONE = "done"


VERSION: Final[Column[int]] = Column("version", Integer, nullable=False, server_default="1")


class Target(SQLModel, table=True):
    """Where records go back to: the records of one level that one source knows, in one layout, with names the person chose."""

    __tablename__ = "export_target"
    __table_args__ = (UniqueConstraint("level", "layout", "source", "prefix"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    level: str = Field(max_length=10)
    layout: str = Field(max_length=20)
    source: str = Field(max_length=100)
    prefix: str = Field(default="", max_length=10, description="Only ids that begin so; empty: all of them.")
    columns: list[list[str]] = Field(
        default_factory=list, sa_type=Json, description="Pairs: the key of what is sent, its name there."
    )
    created_at: datetime = Field(sa_type=Instant)
    changed_by: int | None = Field(default=None, foreign_key="user_account.id")
    version: int = Field(default=None, sa_column=VERSION)

    __mapper_args__ = {"version_id_col": VERSION}


class Export(SQLModel, table=True):
    """A file that was asked for. `file` is its name in the files folder: empty before it is made and after it was swept."""

    __tablename__ = "export"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=10)
    format: str = Field(max_length=10)
    level: str = Field(default="", max_length=10)
    title: str = Field(max_length=200)
    what: dict[str, Any] = Field(
        default_factory=dict, sa_type=Json, description="The list's filters, the run."
    )
    target_id: int | None = Field(default=None, foreign_key="export_target.id", index=True)
    is_full: bool = Field(default=False, description="Everything, not only what changed.")
    is_dry: bool = Field(default=False, description="Only counted: nothing is written or remembered.")
    state: str = Field(default=ExportState.QUEUED, max_length=10)
    rows: int | None = None
    left_out: dict[str, int] = Field(default_factory=dict, sa_type=Json, description="Records by reason.")
    file: str = Field(default="", max_length=100)
    bytes: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str = Field(default="", max_length=64)
    job_id: int | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL")
    requested_at: datetime = Field(sa_type=Instant, index=True)
    requested_by: int | None = Field(default=None, foreign_key="user_account.id")
    as_of: datetime | None = Field(default=None, sa_type=Instant, description="When its data was read.")
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class Sent(SQLModel, table=True):
    """What a target was last told of a record, as a digest. It counts once its export is done."""

    __tablename__ = "export_sent"

    target_id: int = Field(primary_key=True, foreign_key="export_target.id")
    external_row: int = Field(primary_key=True, description="The row of external_id: one record over there.")
    export_id: int = Field(primary_key=True, foreign_key="export.id")
    digest: int = Field(sa_type=BigInteger)
