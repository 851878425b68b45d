"""What people do with an import: upload, map, check, start, discard."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from portal import events, jobs
from portal.errors import Conflict
from portal.fields import Field, FieldKind
from portal.imports import following, noting, vanishing
from portal.imports.kinds import kind_named
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping, check
from portal.imports.pages import get, is_open, mapping_of, understanding_of
from portal.imports.reading import Choices
from portal.imports.tables import Import, ImportState
from portal.imports.targets import TARGETS
from portal.jobs.tables import Job
from portal.settings import Settings

LARGE_BYTES: Final = 1 << 40
LARGE_ROWS: Final = 1_000_000_000
LONGEST_NAME: Final = 200


def limits(settings: Settings, *, is_large: bool = False) -> Limits:
    """How much one import takes, from the settings; of rows and bytes as much as there is, where it may be large."""
    return Limits(
        bytes=LARGE_BYTES if is_large else settings.upload_bytes,
        rows=LARGE_ROWS if is_large else settings.upload_rows,
        columns=settings.upload_columns,
        cell_bytes=settings.cell_bytes,
        xlsx_unpacked=LARGE_BYTES if is_large else settings.xlsx_unpacked_bytes,
        files=settings.upload_files,
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
    found = note(session, received, by=by, at=at)
    look_into(session, found, by=by, at=at)
    events.record(session, "import.uploaded", "import", found.id, by=by, at=at, filename=found.filename)
    return found


def note(
    session: Session, received: Upload, *, by: int | None, at: datetime, delivery_id: int | None = None
) -> Import:
    """Note a file that was received, alone or with others."""
    kept = asdict(received) | {"filename": received.filename[:LONGEST_NAME]}
    found = Import(**kept, source="", uploaded_at=at, uploaded_by=by, delivery_id=delivery_id)
    session.add(found)
    session.flush()
    return found


def look_into(session: Session, found: Import, *, by: int | None, at: datetime) -> Job:
    """Have a job understand a file."""
    return _job(session, found, "understand", f"Look into {found.filename}", by=by, at=at)


def _job(
    session: Session, found: Import, kind: str, title: str, *, by: int | None, at: datetime, **more: object
) -> Job:
    page = f"/imports/whole/{found.delivery_id}" if found.delivery_id else f"/imports/{found.id}"
    job = jobs.add(
        session,
        kind,
        title=title,
        arguments={"import_id": found.id, **more},
        by=by,
        at=at,
        page=page,
        total=found.rows or None,
    )
    found.job_id = job.id
    return job


def reread(session: Session, import_id: int, choices: Choices, *, by: int | None, at: datetime) -> Import:
    """Have a job look into the file again, and read it as a person says. Its mapping is guessed anew."""
    found = _open(session, import_id)
    understanding_of(found)  # one that was no table cannot be read otherwise
    _reset(session, found)
    found.state = ImportState.UPLOADED
    _job(
        session,
        found,
        "understand",
        f"Look into {found.filename} again",
        by=by,
        at=at,
        choices=choices.model_dump(exclude_none=True),
    )
    return found


def remap(session: Session, import_id: int, mapping: Mapping) -> Import:
    """Keep a person's corrections. Raises Invalid with what stops the mapping from working."""
    found = _open(session, import_id)
    check(mapping, understanding_of(found))
    _reset(session, found)
    found.mapping, found.source = mapping.model_dump(mode="json"), mapping.source
    found.state, found.reason = ImportState.UNDERSTOOD, None
    return found


def start_check(session: Session, import_id: int, *, by: int | None, at: datetime) -> Import:
    """Have a job find out what importing would do."""
    found = ready(session, _alone(session, import_id), at=at)
    begin_check(session, found, by=by, at=at)
    return found


def start(session: Session, import_id: int, *, vanished: str = "", by: int | None, at: datetime) -> Import:
    """Have a job import the file; keep its mapping for the source's next file, and what a vanished row means.

    Raises Invalid where that is to be said and is not.
    """
    found = promise(session, _alone(session, import_id), vanished=vanished, by=by, at=at)
    begin(session, found, by=by, at=at)
    return found


def ready(session: Session, found: Import, *, at: datetime) -> Import:
    """A file about to be tried or imported as it is mapped. Raises Invalid with what stops the mapping from working."""
    check(mapping_of(found), understanding_of(found))
    _reset(session, found)
    found.started_at = at
    return found


def promise(session: Session, found: Import, *, vanished: str = "", by: int | None, at: datetime) -> Import:
    """A file that is to be imported: keep its mapping for the next one, and enter its attributes."""
    _refuse_while_undoing(session)
    is_asked = vanishing.is_asked(session, found)
    ready(session, found, at=at)
    mapping = mapping_of(found)
    following.keep(session, found, mapping, by=by, at=at)
    if is_asked or (vanished and found.kind in vanishing.KINDS):
        vanishing.decide(session, found, vanished, by=by, at=at)
    _register_fields(session, mapping, at)
    return found


def _refuse_while_undoing(session: Session) -> None:
    undoing = select(Import).where(Import.state == ImportState.UNDOING)
    if found := session.exec(undoing.limit(1)).first():
        raise Conflict(f"The import of {found.filename} is being undone. Import this once that is done.")


def begin_check(session: Session, found: Import, *, by: int | None, at: datetime) -> Job:
    found.state = ImportState.CHECKING
    return _job(session, found, "check", f"Dry run of {found.filename}", by=by, at=at)


def begin(session: Session, found: Import, *, by: int | None, at: datetime) -> Job:
    found.state = ImportState.RUNNING
    events.record(
        session, "import.started", "import", found.id, by=by, at=at, filename=found.filename, into=found.kind
    )
    return _job(session, found, "import", f"Import {found.filename} into {found.kind}", by=by, at=at)


def _alone(session: Session, import_id: int) -> Import:
    found = _open(session, import_id)
    if found.delivery_id:
        raise Conflict(
            f"{found.filename} came with other files. Go on with all of them on the page of the export."
        )
    return found


def _open(session: Session, import_id: int) -> Import:
    found = get(session, import_id)
    if not is_open(session, found) or found.state == ImportState.WAITING:
        raise Conflict(f"This import is {found.state} and can no longer be changed.")
    if found.is_partly_in:
        raise Conflict("A part of this file is imported already. Start its job again to go on, under Jobs.")
    return found


def _reset(session: Session, found: Import) -> None:
    noting.clear(session, found)
    found.next_part = 0


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
    """Give up an upload that was not imported. Its file may be removed once this is committed."""
    found = _alone(session, import_id)
    found.state = ImportState.DISCARDED
    events.record(session, "import.discarded", "import", found.id, by=by, at=at, filename=found.filename)
    return found
