"""Reports: documents that finance can check, made by a job, kept as they were."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from portal.db import Instant, Json


class ReportState(StrEnum):
    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"


class Report(SQLModel, table=True):
    __tablename__ = "report"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    first_day: date
    last_day: date
    as_of: datetime = Field(sa_type=Instant)
    state: str = Field(default=ReportState.QUEUED, max_length=10)
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    data_digest: str = Field(default="", max_length=64)
    sha256: str = Field(default="", max_length=64, description="Of the PDF.")
    job_id: int | None = Field(default=None, foreign_key="job.id")
    requested_at: datetime = Field(sa_type=Instant)
    requested_by: int | None = Field(default=None, foreign_key="user_account.id")
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class ReportFile(SQLModel, table=True):
    __tablename__ = "report_file"

    report_id: int = Field(primary_key=True, foreign_key="report.id")
    pdf: bytes = Field(sa_type=LargeBinary)
