"""What pages show of reports: one, its document, and a list with who asked for each and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from portal.accounts import User
from portal.errors import NotFound
from portal.jobs import Job, State
from portal.jobs.rules import OPEN
from portal.reports.tables import Report, ReportFile, ReportState

PER_PAGE: Final = 50
ROI: Final = "roi"  # definitions on paper are kept here as well, and have a page of their own


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
    unread = [defer(column) for column in (Report.figures, Job.result)]  # type: ignore[arg-type]  # long, in no list
    query = _shown().options(*unread).order_by(col(Report.id).desc()).limit(PER_PAGE + 1)
    return [Shown(*row) for row in session.exec(query.where(Report.id < before) if before else query)]


def _shown() -> Any:
    query = select(Report, Job, func.coalesce(User.name, "")).where(Report.kind == ROI)
    jobs_of_them = query.outerjoin(Job, col(Job.id) == col(Report.job_id))
    return jobs_of_them.outerjoin(User, col(User.id) == col(Report.requested_by))
