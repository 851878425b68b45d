"""How a report comes to be: asked for, made by a job, kept with the figures it states."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from portal import events, jobs, notices
from portal.deals import Deal, Outcome
from portal.errors import Invalid
from portal.reports import periods
from portal.reports.pages import get
from portal.reports.tables import Report, ReportFile, ReportState
from portal.spend import Spend, currency_of


def request_roi(
    session: Session, first_day: date, last_day: date, *, currency: str = "", by: int | None, at: datetime
) -> Report:
    """Add a marketing ROI report of a period, both days in it, and the job that makes it. Raises Invalid."""
    if problem := periods.problem(first_day, last_day, today=at.date()):
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
    _add_job(session, report, by=by, at=at)
    events.record(session, "report.requested", "report", report.id, by=by, at=at, period=report.period)
    return report


def _add_job(session: Session, report: Report, *, by: int | None, at: datetime) -> None:
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


def make_again(session: Session, report_id: int, *, by: int | None, at: datetime) -> None:
    """Start the job of a report anew that did not succeed. Raises NotFound, or Conflict when there is nothing to repeat."""
    report = get(session, report_id)
    if report.job_id is None:
        _add_job(session, report, by=by, at=at)
    else:
        jobs.retry(session, report.job_id, by=by, at=at)


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
