"""What people do with an import: upload, map, check, start, discard; and what its jobs note of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from portal import events, jobs
from portal.errors import Conflict, NotFound
from portal.fields import Field, FieldKind, Level
from portal.imports.applying import Applied
from portal.imports.kinds import kind_named
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping, check
from portal.imports.rejects import Reject
from portal.imports.tables import Import, ImportReject, ImportState, SavedMapping
from portal.imports.targets import TARGETS
from portal.imports.understanding import Understood
from portal.jobs.tables import Job
from portal.settings import Settings

LONGEST_REASON: Final = 500


LARGE_BYTES: Final = 1 << 40
LARGE_ROWS: Final = 1_000_000_000


def limits(settings: Settings, *, is_large: bool = False) -> Limits:
    """How much one import takes, from the settings; of rows and bytes as much as there is, where it may be large."""
    return Limits(
        bytes=LARGE_BYTES if is_large else settings.upload_bytes,
        rows=LARGE_ROWS if is_large else settings.upload_rows,
        columns=settings.upload_columns,
        cell_bytes=settings.cell_bytes,
        xlsx_unpacked=settings.xlsx_unpacked_bytes,
    )


@dataclass(frozen=True)
class Upload:
    """A file that was received, kept as `file` in the files folder; `digest` is its SHA-256."""

    kind: str
    filename: str
    file: str
    bytes: int
    digest: str
    is_large: bool = False


def upload(session: Session, received: Upload, *, by: int | None, at: datetime) -> Import:
    """Note an uploaded file, and have a job understand it."""
    kind_named(received.kind)
    kept = asdict(received) | {"filename": received.filename[:300]}
    found = Import(**kept, source="", uploaded_at=at, uploaded_by=by)
    session.add(found)
    session.flush()
    _job(session, found, "understand", f"Look into {found.filename}", by=by, at=at)
    events.record(session, "import.uploaded", "import", found.id, by=by, at=at, filename=found.filename)
    return found


def _job(session: Session, found: Import, kind: str, title: str, *, by: int | None, at: datetime) -> Job:
    job = jobs.add(
        session,
        kind,
        title=title,
        arguments={"import_id": found.id},
        by=by,
        at=at,
        page=f"/imports/{found.id}",
        total=found.rows or None,
    )
    found.job_id = job.id
    return job


def understood(session: Session, import_id: int, found: Understood, mapping: Mapping) -> None:
    """Keep what a file turned out to be, with the mapping proposed."""
    row = get(session, import_id)
    row.understood, row.mapping = found.model_dump(mode="json"), mapping.model_dump(mode="json")
    row.source, row.rows, row.state = mapping.source, found.rows, ImportState.UNDERSTOOD


def saved_mapping(session: Session, kind: str, source: str) -> Mapping | None:
    """How the source's files of this kind were mapped last time."""
    saved = session.exec(
        select(SavedMapping).where(SavedMapping.kind == kind, SavedMapping.source == source)
    ).first()
    return Mapping.model_validate(saved.mapping) if saved else None


def mapping_of(found: Import) -> Mapping:
    return Mapping.model_validate(found.mapping)


def understanding_of(found: Import) -> Understood:
    return Understood.model_validate(found.understood)


def remap(session: Session, import_id: int, mapping: Mapping) -> Import:
    """Keep a person's corrections. Raises Invalid with what stops the mapping from working."""
    found = _open(session, import_id)
    check(mapping, understanding_of(found))
    found.mapping, found.source = mapping.model_dump(mode="json"), mapping.source
    found.state, found.reason = ImportState.UNDERSTOOD, None
    return found


def start_check(session: Session, import_id: int, *, by: int | None, at: datetime) -> Import:
    """Have a job find out what importing would do."""
    found = _open(session, import_id)
    check(mapping_of(found), understanding_of(found))
    _reset(session, found, at)
    found.state = ImportState.CHECKING
    _job(session, found, "check", f"Dry run of {found.filename}", by=by, at=at)
    return found


def start(session: Session, import_id: int, *, by: int | None, at: datetime) -> Import:
    """Have a job import the file; keep its mapping for the source's next file."""
    found = _open(session, import_id)
    mapping = mapping_of(found)
    check(mapping, understanding_of(found))
    _reset(session, found, at)
    found.state = ImportState.RUNNING
    _save_mapping(session, mapping, by=by, at=at)
    _register_fields(session, mapping, at)
    _job(session, found, "import", f"Import {found.filename} into {found.kind}", by=by, at=at)
    events.record(
        session, "import.started", "import", found.id, by=by, at=at, filename=found.filename, into=found.kind
    )
    return found


def _open(session: Session, import_id: int) -> Import:
    found = get(session, import_id)
    if not found.is_open:
        raise Conflict(f"This import is {found.state} and can no longer be changed.")
    return found


def _reset(session: Session, found: Import, at: datetime) -> None:
    if found.next_part:
        raise Conflict("A part of this file is imported already. Start its job again to go on, under Jobs.")
    session.execute(delete(ImportReject).where(col(ImportReject.import_id) == found.id))
    found.created = found.updated = found.unchanged = found.rejected = 0
    found.unreadable, found.reason, found.started_at = {}, None, at


def _save_mapping(session: Session, mapping: Mapping, *, by: int | None, at: datetime) -> None:
    saved = session.exec(
        select(SavedMapping).where(SavedMapping.kind == mapping.kind, SavedMapping.source == mapping.source)
    ).first()
    saved = saved or SavedMapping(kind=mapping.kind, source=mapping.source, mapping={}, saved_at=at)
    saved.mapping, saved.saved_at, saved.saved_by = mapping.model_dump(mode="json"), at, by
    session.add(saved)


def _register_fields(session: Session, mapping: Mapping, at: datetime) -> None:
    """Enter attributes in the catalogue. One that comes in another kind than before is from now on the wider of both."""
    level = TARGETS[mapping.kind].level
    known = {field.name: field for field in session.exec(select(Field).where(Field.level == level))}
    for column in mapping.attributes:
        kind = FieldKind(column.kind)
        if column.column not in known:
            session.add(
                Field(level=level, name=column.column, kind=kind, source=mapping.source, first_seen_at=at)
            )
        else:
            known[column.column].kind = wider(FieldKind(known[column.column].kind), kind)


def wider(one: FieldKind, other: FieldKind) -> FieldKind:
    """The kind that holds values of both."""
    if one is other:
        return one
    return FieldKind.TEXT if FieldKind.TEXT in {one, other} else FieldKind.CATEGORY


def discard(session: Session, import_id: int, *, by: int | None, at: datetime) -> Import:
    """Give up an upload that was not imported."""
    found = _open(session, import_id)
    if found.next_part:
        raise Conflict("A part of this file is imported already, so it cannot be discarded.")
    found.state = ImportState.DISCARDED
    events.record(session, "import.discarded", "import", found.id, by=by, at=at, filename=found.filename)
    return found


# What jobs note.


def note_part(
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
    session.add_all(
        ImportReject(
            import_id=import_id,
            row=reject.row,
            column=reject.column,
            reason=reject.reason[:LONGEST_REASON],
            cells=reject.cells,
        )
        for reject in rejects
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


COUNTS: Final = ("rows", "created", "updated", "unchanged", "rejected")


def fail(session: Session, import_id: int, reason: str) -> None:
    """The file could not be read, or not be imported as mapped; nothing more of it goes in."""
    found = get(session, import_id)
    found.state, found.reason = ImportState.FAILED, reason


# What pages read.


def get(session: Session, import_id: int) -> Import:
    if (found := session.get(Import, import_id)) is None:
        raise NotFound(f"There is no import {import_id}.")
    return found


def listed(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Import]:
    """Imports, the newest first."""
    query = select(Import).order_by(col(Import.id).desc()).limit(limit)
    return session.exec(query.where(Import.id < before) if before else query).all()


def rejects(
    session: Session, import_id: int, *, after: int = 0, limit: int = 1_000
) -> Sequence[ImportReject]:
    """Rows that did not go in, in the order of the file; `after` is the id of the last one read."""
    return session.exec(
        select(ImportReject)
        .where(ImportReject.import_id == import_id, ImportReject.id > after)
        .order_by(col(ImportReject.id))
        .limit(limit)
    ).all()


def rejects_table(session: Session, found: Import) -> tuple[list[str], Iterator[list[object]]]:
    """The rejected rows as a table to mend and import again: row, reason, then the file's own cells."""
    names = understanding_of(found).names
    return ["row", "reason", *names], _reject_rows(session, found.id)


def _reject_rows(session: Session, import_id: int) -> Iterator[list[object]]:
    after = 0
    while part := rejects(session, import_id, after=after):
        yield from ([reject.row, reject.reason, *reject.cells] for reject in part)
        after = part[-1].id


def sources(session: Session) -> Sequence[str]:
    """The sources files came from so far."""
    return session.exec(
        select(SavedMapping.source).distinct().order_by(func.lower(SavedMapping.source))
    ).all()


def aliases(session: Session, level: Level) -> dict[str, str]:
    """The column of a record that each file's column fills, by the column's name in lower case."""
    found: dict[str, str] = {}
    for saved in session.exec(select(SavedMapping)):
        target = TARGETS[saved.kind]
        if target.level is not level:
            continue
        by_field = {place.field: place.column for place in target.places} | FLAGS
        for column in Mapping.model_validate(saved.mapping).columns:
            if column.field in by_field:
                found[column.column.casefold()] = by_field[column.field]
    return found


def repeated(session: Session, level: Level) -> set[str]:
    """Columns of a record that one attribute holds as well, under its file's name: whoever learns needs only one of both."""
    fillers: dict[str, set[str]] = {}
    kept: set[str] = set()
    for saved in session.exec(select(SavedMapping)):
        mapping = Mapping.model_validate(saved.mapping)
        fields = {place.field: place.column for place in TARGETS[saved.kind].places}
        if TARGETS[saved.kind].level is level:
            for column in mapping.columns:
                if column.field in fields:
                    fillers.setdefault(fields[column.field], set()).add(column.column)
                    kept |= {column.column} if column.attribute else set()
    return {filled for filled, names in fillers.items() if len(names) == 1 and names <= kept}


FLAGS: Final = {"opted_out": "opted_out_at", "customer": "customer_at"}
