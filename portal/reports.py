"""Reports: documents that finance can check, made by a job, kept as they were."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel, col, func, select

from portal import events, jobs
from portal.db import Instant, Json
from portal.deals import Deal, Outcome
from portal.errors import Invalid, NotFound
from portal.spend import Spend


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
    currency: str = Field(max_length=3)
    as_of: datetime = Field(sa_type=Instant)
    state: str = Field(default=ReportState.QUEUED, max_length=10)
    figures: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    data_digest: str = Field(default="", max_length=64)
    sha256: str = Field(default="", max_length=64, description="Of the PDF.")
    bytes: int = 0
    is_draft: bool = True
    job_id: int | None = Field(default=None, foreign_key="job.id")
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


def request_roi(
    session: Session, first_day: date, last_day: date, *, currency: str = "", by: int | None, at: datetime
) -> Report:
    """Add a marketing ROI report of a period, both days in it, and the job that makes it."""
    if last_day < first_day:
        raise Invalid(
            f"The period ends before it begins: choose a last day on or after {first_day.isoformat()}."
        )
    report = Report(
        kind="roi",
        first_day=first_day,
        last_day=last_day,
        currency=currency or main_currency(session),
        as_of=at,
        requested_at=at,
        requested_by=by,
    )
    session.add(report)
    session.flush()
    job = jobs.add(
        session,
        "report",
        title=f"ROI report {report.period}",
        arguments={"report_id": report.id},
        by=by,
        at=at,
        page=f"/reports/{report.id}",
    )
    report.job_id = job.id
    events.record(session, "report.requested", "report", report.id, by=by, at=at, period=report.period)
    return report


def main_currency(session: Session) -> str:
    """The currency most money is recorded in: of spend, else of won deals; EUR where there is none."""
    for column, condition in ((Spend.currency, True), (Deal.currency, col(Deal.outcome) == Outcome.WON)):
        found = session.exec(
            select(column)
            .where(condition, col(column) != "")
            .group_by(col(column))
            .order_by(func.count().desc(), col(column))
        ).first()
        if found:
            return found
    return "EUR"


def keep(session: Session, report_id: int, *, pdf: bytes, at: datetime, facts: dict[str, Any]) -> Report:
    """Store a finished document with the figures it states."""
    report = get(session, report_id)
    session.merge(ReportFile(report_id=report_id, pdf=pdf))
    for name, value in facts.items():
        setattr(report, name, value)
    report.state, report.finished_at, report.bytes = ReportState.DONE, at, len(pdf)
    events.record(
        session, "report.finished", "report", report_id, by=report.requested_by, at=at, period=report.period
    )
    return report


def get(session: Session, report_id: int) -> Report:
    if (report := session.get(Report, report_id)) is None:
        raise NotFound(f"There is no report {report_id}.")
    return report


def pdf(session: Session, report_id: int) -> bytes:
    """The document of a finished report."""
    if (file := session.get(ReportFile, report_id)) is None:
        raise NotFound(f"Report {report_id} is not finished.")
    return file.pdf


def listed(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Report]:
    """Reports, the newest first."""
    query = select(Report).order_by(col(Report.id).desc()).limit(limit)
    return session.exec(query.where(Report.id < before) if before else query).all()
