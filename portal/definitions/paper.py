"""The definitions on paper: what is in force at one moment, each with its signatures, as a PDF that a job makes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from portal import events, jobs, notices
from portal.definitions import naming, pages, sheets
from portal.definitions.pages import Entry
from portal.definitions.sheets import Sheet
from portal.errors import NotFound
from portal.jobs import Job
from portal.jobs.rules import OPEN
from portal.reports import Report, ReportFile, ReportState

KIND: Final = "definitions"
PAGE: Final = "/definitions/paper"


@dataclass(frozen=True)
class Leaf:
    """A term that counts, as it stands on paper."""

    entry: Entry
    sheet: Sheet


@dataclass(frozen=True)
class Made:
    """The newest PDF, and the job that makes it."""

    report: Report
    job: Job | None

    @property
    def is_open(self) -> bool:
        return self.report.state != ReportState.DONE and self.job is not None and self.job.state in OPEN


def leaves(session: Session) -> list[Leaf]:
    """Every term that counts, in the order of the funnel."""
    entries = pages.entries(session)
    definitions = [entry.definition for entry in entries]
    return [
        Leaf(
            entry,
            sheets.sheet(
                entry.holding.version,
                naming.words_of(entry.definition.level, definitions),
                entry.definition.term,
            ),
        )
        for entry in entries
        if entry.holding
    ]


def request(session: Session, *, by: int, at: datetime) -> Report:
    """Ask for the PDF of what counts now."""
    day = at.date()
    report = Report(
        kind=KIND, first_day=day, last_day=day, currency="", as_of=at, requested_at=at, requested_by=by
    )
    session.add(report)
    session.flush()
    job = jobs.add(
        session,
        "paper",
        title="The definitions as a PDF",
        arguments={"report_id": report.id},
        by=by,
        at=at,
        page=PAGE,
    )
    report.job_id = job.id
    events.record(session, "definition.printed", "report", report.id, by=by, at=at)
    return report


def keep(
    session: Session, report_id: int, pdf: bytes, sha256: str, *, as_of: datetime, at: datetime
) -> Report:
    """Store the PDF, and tell who asked for it."""
    report = session.get_one(Report, report_id)
    session.merge(ReportFile(report_id=report_id, pdf=pdf))
    report.state, report.as_of, report.finished_at = ReportState.DONE, as_of, at
    report.bytes, report.sha256, report.is_draft = len(pdf), sha256, False
    if report.requested_by:
        key = f"paper:{report_id}"
        notices.tell(
            session, report.requested_by, "The definitions are ready as a PDF", at=at, path=PAGE, key=key
        )
    return report


def newest(session: Session) -> Made | None:
    """The newest PDF there is or is being made."""
    query = select(Report, Job).outerjoin(Job, col(Job.id) == col(Report.job_id)).where(Report.kind == KIND)
    row = session.exec(query.order_by(col(Report.id).desc()).limit(1)).first()
    return Made(*row) if row else None


def pdf(session: Session, report_id: int) -> tuple[Report, bytes]:
    """One that is finished. Raises NotFound."""
    report, file = session.get(Report, report_id), session.get(ReportFile, report_id)
    if report is None or report.kind != KIND or file is None:
        raise NotFound("There is no such PDF of the definitions. Ask for a new one.")
    return report, file.pdf
