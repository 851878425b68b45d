"""What the job does for an export: read at one moment, write the file, and note what a target is told."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from portal.db import Database
from portal.exports import changes, lists, pages, targets, wide
from portal.exports.changes import Part
from portal.exports.tables import Export, Kind, Target
from portal.exports.writing import Counter, Note, Written, drafted, plain_lines, write_frames, write_list
from portal.fields import Level
from portal.models.tables import Run
from portal.ranking import runs


@dataclass(frozen=True)
class Work:
    """What an attempt stands on: the database, write units that its claim guards, a word on progress, the place of its file."""

    database: Database
    unit: Callable[[], AbstractContextManager[Session]]
    note: Note
    place: Path


@dataclass
class Made:
    """What came of it: rows, the records left out by reason, when the data was read, and the file unless it was only counted."""

    as_of: datetime
    rows: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    written: Written | None = None


def make(work: Work, export_id: int, *, at: datetime) -> Made:
    """Make a file. Raises what its reading raises; then nothing of it is left."""
    with work.database.reading() as session:
        export = pages.get(session, export_id)
    if export.kind == Kind.CRM:
        return _tell_target(work, export, at=at)
    count = Counter(work.note)
    with drafted(work.place) as draft:
        if export.kind == Kind.WIDE:
            write_frames(draft.path, export.format, _wide(work.database, export), count)
        elif export.format == "parquet":
            write_frames(draft.path, export.format, wide.scores(work.database, export.what["run_id"]), count)
        else:
            with work.database.reading() as session:
                found = lists.listing(session, export.kind, export.what)
                write_list(draft.path, export.format, found.heads, found.rows, count)
    return Made(at, count.rows, written=draft.written)


def _wide(database: Database, export: Export) -> wide.Frames:
    """Model-ready rows as they are now, or as a run read them."""
    if run_id := export.what.get("run_id"):
        return wide.frozen_rows(database, run_id)
    return wide.rows(database, Level(export.level))


def _tell_target(work: Work, export: Export, *, at: datetime) -> Made:
    """Each part is noted as told before the next is read; it counts once the export is done."""
    assert export.target_id is not None
    made = Made(at)
    with work.database.reading() as session:
        target = targets.get(session, export.target_id)
        made.left_out = {"unknown to the source": changes.unknown(session, target)}
        found = _counted(
            work, made, changes.parts(session, target, _run(session, target), is_full=export.is_full)
        )
        if export.is_dry:
            deque(found, maxlen=0)
            return made
        with drafted(work.place) as draft, draft.path.open("w", encoding="utf-8", newline="") as file:
            file.write(plain_lines([changes.header(target)]))
            for part in found:
                file.write(plain_lines(line.cells for line in part.lines))
                with work.unit() as unit:
                    changes.remember(unit, target.id, export.id, part)
    made.written = draft.written
    return made


def _run(session: Session, target: Target) -> Run | None:
    return runs.current(session, Level(target.level))


def _counted(work: Work, made: Made, parts: Iterable[Part]) -> Iterator[Part]:
    read = 0
    for part in parts:
        made.rows += len(part.lines)
        for reason, count in (("no usable id", part.malformed), ("another object", part.others)):
            if count:
                made.left_out[reason] = made.left_out.get(reason, 0) + count
        read += part.read
        work.note(read)
        yield part
