"""What people do: look at what undoing would take, and undo one import, or all files of a whole export."""

# ruff: noqa: S608  ids are numbers
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal import events, jobs
from portal.accounts import users
from portal.errors import Conflict
from portal.imports import deliveries, pages
from portal.imports.tables import Delivery, DeliveryState, Import, ImportState
from portal.imports.undoing import building, removing
from portal.imports.undoing.tables import ImportRest
from portal.jobs.tables import Job


@dataclass(frozen=True)
class Survey:
    """What undoing takes: records that go, by their table, how many come back as they were, and what stands in the way."""

    removed: dict[str, int]
    put_back: int
    built: list[str]

    @property
    def total(self) -> int:
        return sum(self.removed.values())


def survey(session: Session, undone: Sequence[Import]) -> Survey:
    """What undoing these together would do."""
    if not undone:
        return Survey({}, 0, ["Nothing of it is in."])
    problems = [sentence for each in undone if (sentence := why_not(session, each))]
    return Survey(
        removing.counts(session, undone),
        _put_back(session, undone),
        problems or building.built_on(session, undone),
    )


def _put_back(session: Session, undone: Sequence[Import]) -> int:
    """Records that were there before and were changed."""
    ids = ", ".join(str(each.id) for each in undone)
    found = session.connection().execute(
        text(
            "SELECT COUNT(*) FROM (SELECT DISTINCT level, record_id FROM import_undo "
            f"WHERE import_id IN ({ids}) AND what IN ('values', 'link')) t"
        )
    )
    return int(found.scalar_one())


def may_be_undone(session: Session, found: Import) -> bool:
    """Whether some of it is in, and no job is at it."""
    is_in = found.state == ImportState.DONE or (found.is_partly_in and found.state != ImportState.UNDOING)
    return is_in and not pages.is_at_work(session, found)


def why_not(session: Session, found: Import) -> str:
    """What in the import itself stops it from being undone; empty: nothing does."""
    if not may_be_undone(session, found):
        return f"{found.filename} is {found.state.replace('_', ' ')}; only what was imported can be undone."
    if not found.is_undoable:
        return f"{found.filename} was imported before Concord kept what undoing needs."
    return ""


def undo(session: Session, import_id: int, *, by: int | None, at: datetime) -> Import:
    """Have a job undo an import. Raises Conflict with what was built on it."""
    found = pages.get(session, import_id)
    job = _begin(
        session, [found], f"Undo the import of {found.filename}", f"/imports/{found.id}", by=by, at=at
    )
    found.job_id = job.id
    return found


def undo_export(session: Session, delivery_id: int, *, by: int | None, at: datetime) -> Delivery:
    """Have a job undo all files of a whole export, the last first. Raises Conflict with what was built on them."""
    found = deliveries.get(session, delivery_id)
    if found.state not in {DeliveryState.DONE, DeliveryState.RUNNING} or deliveries.is_at_work(
        session, found
    ):
        raise Conflict(f"This export is {found.state}; only what was imported can be undone.")
    files = files_in(session, delivery_id)
    job = _begin(session, files, f"Undo the export {found.name}", f"/imports/whole/{found.id}", by=by, at=at)
    for each in deliveries.files_of(session, delivery_id):
        if each.state == ImportState.WAITING:
            each.state = ImportState.UNDERSTOOD
    found.state, found.job_id, found.reason = DeliveryState.UNDOING, job.id, None
    return found


def files_in(session: Session, delivery_id: int) -> list[Import]:
    """The files of an export that are in, the last first."""
    return [
        each for each in reversed(deliveries.files_of(session, delivery_id)) if may_be_undone(session, each)
    ]


def _begin(
    session: Session, undone: Sequence[Import], title: str, page: str, *, by: int | None, at: datetime
) -> Job:
    if others := _running(session):
        raise Conflict(f"{others[0]} is being imported or undone. Undo this once that is done.")
    if built := survey(session, undone).built:
        raise Conflict(" ".join(built))
    ids = [each.id for each in undone]
    job = jobs.add(
        session, "undo", title=title, arguments={"import_ids": ids, "by": by}, by=by, at=at, page=page
    )
    for each in undone:
        each.state, each.job_id, each.reason = ImportState.UNDOING, job.id, None
        events.record(session, "import.undo_started", "import", each.id, by=by, at=at, filename=each.filename)
    return job


def _running(session: Session) -> list[str]:
    states = (ImportState.RUNNING, ImportState.UNDOING)
    query = select(Import).where(col(Import.state).in_(states)).order_by(col(Import.id))
    return [each.filename for each in session.exec(query) if pages.is_at_work(session, each)]


def finish(session: Session, import_id: int, removed: int, *, by: int | None, at: datetime) -> Import:
    """Nothing is left of it."""
    found = pages.get(session, import_id)
    for rest in session.exec(select(ImportRest).where(ImportRest.import_id == import_id)):
        session.delete(rest)
    found.state, found.undone_at, found.undone_by, found.next_part = ImportState.UNDONE, at, by, 0
    events.record(
        session, "import.undone", "import", found.id, by=by, at=at, filename=found.filename, removed=removed,
        updated=found.updated,
    )  # fmt: skip
    return found


def undoer(session: Session, found: Import) -> str:
    """Who undid it; empty: nobody."""
    if found.undone_at is None:
        return ""
    return users.names(session).get(found.undone_by or 0, "the console")


def finish_export(session: Session, delivery_id: int | None) -> None:
    """Say so of the whole export, where it was undone as a whole."""
    found = session.get(Delivery, delivery_id) if delivery_id else None
    if found and found.state == DeliveryState.UNDOING:
        found.state = DeliveryState.UNDONE
