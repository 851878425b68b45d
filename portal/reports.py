"""Reports: documents that finance can check, made by a job, kept as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel, col, func, select

from portal import events, jobs, notices
from portal.accounts import User
from portal.db import Instant, Json
from portal.deals import Deal, Outcome
from portal.errors import Invalid, NotFound
from portal.jobs import Job, State
from portal.jobs.rules import OPEN
from portal.spend import Spend, currency_of

PER_PAGE: Final = 50
LONGEST_YEARS: Final = 10


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
    """Add a marketing ROI report of a period, both days in it, and the job that makes it. Raises Invalid."""
    if problem := _problem(first_day, last_day, today=at.date()):
        raise Invalid(problem)
    report = Report(
        kind="roi",
        first_day=first_day,
        last_day=last_day,
        currency=currency_of(currency) if currency else main_currency(session),
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


def _problem(first_day: date, last_day: date, *, today: date) -> str | None:
    """Why no report can be made of a period, in a sentence."""
    if last_day < first_day:
        return f"The period ends before it begins: choose a last day on or after {first_day.isoformat()}."
    if last_day.year > today.year + 1:
        return f"A report looks back: choose a last day up to {today.year + 1}-12-31."
    if last_day.year - first_day.year > LONGEST_YEARS:
        return f"Choose a period of at most {LONGEST_YEARS} years."
    return None


@dataclass(frozen=True)
class Period:
    """A stretch of time people ask for by its name; both days belong to it."""

    name: str
    first_day: date
    last_day: date


def usual_periods(today: date) -> list[Period]:
    """What people ask for most: the last full quarter, this year until today, the last full year."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    ended = quarter - timedelta(days=1)
    year = date(today.year, 1, 1)
    return [
        Period("Last quarter", date(ended.year, ended.month - 2, 1), ended),
        Period("This year", year, today),
        Period("Last year", date(today.year - 1, 1, 1), year - timedelta(days=1)),
    ]


def main_currency(session: Session) -> str:
    """The currency most money is recorded in: of spend, else of won deals; EUR where there is none."""
    return currencies(session)[0]


def currencies(session: Session) -> list[str]:
    """The currencies of spend and of won deals, each by how often it is used; EUR where there is none."""
    found = [
        *session.exec(_by_use(col(Spend.currency))),
        *session.exec(_by_use(col(Deal.currency)).where(col(Deal.outcome) == Outcome.WON)),
    ]
    return list(dict.fromkeys(found)) or ["EUR"]


def _by_use(column: Any) -> Any:
    return select(column).where(column != "").group_by(column).order_by(func.count().desc(), column)


def missing(session: Session) -> str:
    """What a report would have nothing to say of yet: `spend`, or `wins` that have a date; empty when both are there."""
    if session.exec(select(Spend.id).limit(1)).first() is None:
        return "spend"
    won = select(Deal.id).where(Deal.outcome == Outcome.WON, col(Deal.closed_at).is_not(None))
    return "" if session.exec(won.limit(1)).first() else "wins"


def keep(session: Session, report_id: int, *, pdf: bytes, at: datetime, facts: dict[str, Any]) -> Report:
    """Store a finished document with the figures it states."""
    report = get(session, report_id)
    session.merge(ReportFile(report_id=report_id, pdf=pdf))
    for name, value in facts.items():
        setattr(report, name, value)
    report.state, report.finished_at, report.bytes = ReportState.DONE, at, len(pdf)
    events.record(session, "report.finished", "report", report_id, by=None, at=at, period=report.period)
    if report.requested_by:
        sentence, path = f"The ROI report {report.period} is ready", f"/reports/{report_id}"
        notices.tell(session, report.requested_by, sentence, at=at, path=path, key=f"report:{report_id}")
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


@dataclass(frozen=True)
class Shown:
    """A report with the job that makes it, and who asked for it; "" is nobody who signs in."""

    report: Report
    job: Job | None
    who: str

    @property
    def state(self) -> str:
        """What a job can be: done once the document is there. A job that was forgotten before that has failed."""
        if self.report.state == ReportState.DONE:
            return State.DONE
        return self.job.state if self.job else State.FAILED

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to wait for it."""
        return self.state in OPEN


def shown(session: Session, report_id: int) -> Shown:
    """One report as its page shows it. Raises NotFound."""
    row = session.exec(_shown().where(Report.id == report_id)).first()
    if row is None:
        raise NotFound(f"There is no report {report_id}.")
    return Shown(*row)


def listed(session: Session, *, before: int | None = None) -> Sequence[Shown]:
    """Reports, the newest first, below an id; one more than a page has, so that the next page is known."""
    query = _shown().order_by(col(Report.id).desc()).limit(PER_PAGE + 1)
    return [Shown(*row) for row in session.exec(query.where(Report.id < before) if before else query)]


def _shown() -> Any:
    query = select(Report, Job, func.coalesce(User.name, ""))
    jobs_of_them = query.outerjoin(Job, col(Job.id) == col(Report.job_id))
    return jobs_of_them.outerjoin(User, col(User.id) == col(Report.requested_by))
