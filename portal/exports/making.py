"""How a file comes to be: asked for, made by a job, kept for a while."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from portal import columns, events, jobs, notices
from portal.errors import Conflict, Invalid, TooLarge
from portal.exports import lists, targets
from portal.exports.layouts import OBJECTS
from portal.exports.offered import OFFERED
from portal.exports.pages import get
from portal.exports.tables import Export, ExportState, Kind, Target
from portal.exports.work import Made
from portal.exports.writing import TOO_LONG, XLSX_ROWS
from portal.fields import Level
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job
from portal.models import words
from portal.ranking import frozen, runs

FORMATS: Final = {"csv": "CSV", "xlsx": "Excel (XLSX)", "parquet": "Parquet"}
LISTS: Final = {Kind.PEOPLE: "People", Kind.DEALS: "Deals", Kind.COMPANIES: "Companies"}


def request_list(
    session: Session,
    kind: Kind,
    format_: str,
    filters: Mapping[str, Any] | None = None,
    *,
    by: int | None,
    at: datetime,
) -> Export:
    """Ask for a list as people see it, narrowed as they narrowed it. Raises Invalid, and TooLarge for a long one as XLSX."""
    if format_ == "parquet":
        raise Invalid("A list comes as CSV or XLSX; for Parquet choose model-ready rows or scores.")
    what = lists.filters_of(kind, filters or {})
    _check_length(format_, lists.count(session, kind, what, cap=XLSX_ROWS))
    return _add(session, kind=kind, format=format_, title=LISTS[kind], what=what, by=by, at=at)


def request_scores(session: Session, run_id: int, format_: str, *, by: int | None, at: datetime) -> Export:
    """Ask for all scores of a run. Raises NotFound, and TooLarge for many as XLSX."""
    run = runs.with_scores(session, run_id)
    _check_length(format_, run.scored)
    fields = {"kind": Kind.SCORES, "level": run.level, "title": f"Scores of run {run_id}"}
    return _add(session, **fields, format=format_, what={"run_id": run_id}, by=by, at=at)


def request_wide(session: Session, level: Level, format_: str, *, by: int | None, at: datetime) -> Export:
    """Ask for model-ready rows of a level."""
    _check_length(format_, columns.span(session, level)[2])
    title = f"Model-ready rows of {words.LEVELS[level][1]}"
    return _add(session, kind=Kind.WIDE, format=format_, level=level, title=title, by=by, at=at)


def request_frozen(session: Session, run_id: int, format_: str, *, by: int | None, at: datetime) -> Export:
    """Ask for the rows a run read, as they were then. Raises NotFound where they are no longer kept."""
    run = runs.get_run(session, run_id)
    frozen.plan_of(session, run_id)  # or it is no longer kept
    _check_length(format_, run.records)
    fields = {"kind": Kind.WIDE, "level": run.level, "title": f"Rows that run {run_id} read"}
    return _add(session, **fields, format=format_, what={"run_id": run_id}, by=by, at=at)


def _check_length(format_: str, count: int) -> None:
    if format_ not in FORMATS:
        raise Invalid(f"Choose one of {', '.join(FORMATS.values())}.")
    if format_ == "xlsx" and count > XLSX_ROWS:
        raise TooLarge(TOO_LONG)


def request_crm(
    session: Session,
    target_id: int,
    *,
    is_full: bool = False,
    is_dry: bool = False,
    by: int | None,
    at: datetime,
) -> Export:
    """Ask for what changed for a target, or everything; `is_dry` only counts. Raises Conflict while another is made."""
    target = targets.get(session, target_id, for_update=True)
    if not is_dry and _is_under_way(session, target_id):
        raise Conflict(
            "A file for this target is being made. Wait for it, so that each holds what the last one does not."
        )
    scores_only = all(OFFERED[target.level][key].is_score for key, _ in target.columns)
    if scores_only and runs.current(session, Level(target.level)) is None:
        raise Invalid(
            f"No model ranks {words.LEVELS[target.level][1]} right now, so there are no scores to send. "
            "Promote a model, or choose other columns."
        )
    return _add(
        session,
        kind=Kind.CRM,
        format="csv",
        level=target.level,
        title=title_of(target),
        target_id=target_id,
        is_full=is_full,
        is_dry=is_dry,
        by=by,
        at=at,
    )


def title_of(target: Target) -> str:
    """Such as "Leads of crm for Salesforce Data Loader"."""
    who = OBJECTS[target.level][target.prefix].removeprefix("all ")
    return f"{who.capitalize()} of {target.source} for {targets.layout_of(target).word}"


def _is_under_way(session: Session, target_id: int) -> bool:
    query = select(Export.id).join(Job, col(Job.id) == col(Export.job_id))
    query = query.where(Export.target_id == target_id, ~col(Export.is_dry), col(Job.state).in_(OPEN))
    return session.exec(query.limit(1)).first() is not None


def _add(session: Session, *, by: int | None, at: datetime, **fields: Any) -> Export:
    export = Export(requested_by=by, requested_at=at, **fields)
    session.add(export)
    session.flush()
    verb = "Count" if export.is_dry else "Export"
    job = jobs.add(
        session,
        "export",
        title=f"{verb}: {export.title}",
        arguments={"export_id": export.id},
        by=by,
        at=at,
        page=f"/exports/{export.id}",
    )
    export.job_id = job.id
    if not export.is_dry:
        events.record(session, "export.requested", "export", export.id, by=by, at=at, title=export.title)
    return export


def keep(session: Session, export_id: int, made: Made, *, at: datetime) -> Export:
    """A file is finished, and what it tells counts from now on. Raises Conflict where a newer one of its target was first."""
    export = get(session, export_id)
    if export.target_id and not export.is_dry:
        targets.get(session, export.target_id, for_update=True)
        _check_newest(session, export)
    export.rows, export.left_out, export.as_of = made.rows, made.left_out, made.as_of
    if made.written:
        export.file, export.bytes, export.sha256 = made.written.file, made.written.bytes, made.written.sha256
    export.state, export.finished_at = ExportState.DONE, at
    session.add(export)
    if not export.is_dry:
        _tell(session, export, at=at)
    return export


def _check_newest(session: Session, export: Export) -> None:
    newer = select(Export.id).where(
        Export.target_id == export.target_id,
        col(Export.id) > export.id,
        Export.state == ExportState.DONE,
        ~col(Export.is_dry),
    )
    if session.exec(newer.limit(1)).first():
        raise Conflict(
            "A newer file for this target was made meanwhile, so this one would be out of order. Ask for a new one."
        )


def _tell(session: Session, export: Export, *, at: datetime) -> None:
    events.record(
        session, "export.finished", "export", export.id, by=None, at=at, title=export.title, rows=export.rows
    )
    if export.requested_by:
        notices.tell(
            session,
            export.requested_by,
            f"The file “{export.title}” is ready",
            at=at,
            path=f"/exports/{export.id}",
            key=f"export:{export.id}",
        )
