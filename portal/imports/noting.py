"""What the jobs of an import note of it: what its file holds, what came of each part, and how it ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col

from portal import events
from portal.errors import Conflict
from portal.imports.applying import Applied
from portal.imports.mapping import Mapping
from portal.imports.pages import COUNTS, get
from portal.imports.rejects import Reject
from portal.imports.tables import Import, ImportDifference, ImportReject, ImportState
from portal.imports.understanding import Understood

LONGEST_REASON: Final = 500


def begin(session: Session, import_id: int, state: ImportState, *, job_id: int) -> Import:
    """A job goes to work, for the first time or again. Raises Conflict where a person went another way since."""
    found = get(session, import_id)
    if found.job_id != job_id or found.state == ImportState.DISCARDED:
        raise Conflict("This import went on without this job. Its page says where it is now.")
    if not found.next_part:
        clear(session, found)
        found.is_undoable = state == ImportState.RUNNING
    found.state, found.reason = state, None
    return found


def clear(session: Session, found: Import) -> None:
    """Forget what was counted."""
    for kept in (ImportReject, ImportDifference):
        session.execute(delete(kept).where(col(kept.import_id) == found.id))
    found.differences, found.vanished = {}, 0
    found.created = found.updated = found.unchanged = found.rejected = 0
    found.unreadable, found.reason = {}, None


def understood(session: Session, import_id: int, found: Understood, mapping: Mapping | None) -> Import:
    """Keep what a file turned out to be, with the mapping proposed; None: it is nothing of ours, and is left out."""
    row = get(session, import_id)
    row.understood, row.rows = found.model_dump(mode="json"), found.rows
    if mapping:
        row.mapping, row.kind, row.source = mapping.model_dump(mode="json"), mapping.kind, mapping.source
        row.state = ImportState.UNDERSTOOD
    else:
        names = ", ".join(found.names[:SHOWN]) + ("…" if len(found.names) > SHOWN else "")
        row.state, row.reason = ImportState.LEFT_OUT, NONE_OF_OURS.format(names=names)
    return row


SHOWN: Final = 5
NONE_OF_OURS: Final = (
    "Nothing tells which records it holds (its columns: {names}). If it holds some, say which kind."
)


def part(
    session: Session,
    import_id: int,
    applied: Applied,
    rejects: Sequence[Reject],
    *,
    next_part: int,
    unreadable: dict[str, int],
) -> None:
    """Add up what came of one part, and where the next begins."""
    found = get(session, import_id)
    found.created += applied.created
    found.updated += applied.updated
    found.unchanged += applied.unchanged
    found.rejected += len(rejects)
    found.next_part = next_part
    found.unreadable = {
        name: found.unreadable.get(name, 0) + unreadable.get(name, 0)
        for name in {*found.unreadable, *unreadable}
    }
    session.add_all(_row(import_id, reject) for reject in rejects)


def _row(import_id: int, reject: Reject) -> ImportReject:
    return ImportReject(
        import_id=import_id,
        row=reject.row,
        column=reject.column,
        reason=reject.reason[:LONGEST_REASON],
        cells=reject.cells,
    )


def checked(session: Session, import_id: int) -> Import:
    """The dry run is done."""
    found = get(session, import_id)
    found.state, found.next_part = ImportState.CHECKED, 0
    return found


def finish(session: Session, import_id: int, *, at: datetime) -> Import:
    """All parts are in."""
    found = get(session, import_id)
    found.state, found.finished_at = ImportState.DONE, at
    counts = {name: getattr(found, name) for name in COUNTS}
    events.record(
        session,
        "import.finished",
        "import",
        import_id,
        by=found.uploaded_by,
        at=at,
        filename=found.filename,
        **counts,
    )
    return found


def fail(session: Session, import_id: int, reason: str) -> None:
    """The file could not be read, or not be imported as mapped; nothing more of it goes in."""
    found = get(session, import_id)
    if not found.is_partly_in:
        found.next_part = 0
    found.state, found.reason = ImportState.FAILED, reason
