"""The rows behind reports."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class ReportState(StrEnum):
    QUEUED = "queued"
    DONE = "done"


class Report(SQLModel, table=True):
    __tablename__ = "report"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    first_day: date
    last_day: date
    currency: str = Field(max_length=3)
    as_of: datetime = Field(
        sa_type=Instant, description="When its data was read; until then, when it was asked for."
    )
    state: str = Field(default=ReportState.QUEUED, max_length=10)
    figures: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    data_digest: str = Field(default="", max_length=64)
    sha256: str = Field(default="", max_length=64, description="Of the PDF.")
    bytes: int = 0
    is_draft: bool = True
    job_id: int | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL")
    requested_at: datetime = Field(sa_type=Instant)
    requested_by: int | None = Field(default=None, foreign_key="user_account.id")
    finished_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def period(self) -> str:
        return f"{self.first_day.isoformat()} to {self.last_day.isoformat()}"


class ReportFile(SQLModel, table=True):
    """The document itself, apart, so that lists never load it."""

    __tablename__ = "report_file"

    report_id: int = Field(primary_key=True, foreign_key="report.id")
    pdf: bytes = Field(sa_type=LargeBinary)
