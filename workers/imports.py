"""The jobs of an import: understand the file, try it, apply it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any, Final, TypeVar

import polars as pl
from sqlmodel import Session

from portal import files, judging
from portal.clock import now
from portal.duplicates import searching
from portal.errors import NotFound, Problem
from portal.fields import Level
from portal.imports import archives, commands, deliveries, differences, links, noting, pages, vanishing
from portal.imports.applying import Applied, Part, apply, examine
from portal.imports.batches import Batch, batches, ids_in
from portal.imports.following import fits, saved_for
from portal.imports.guessing import follow, guess
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping, problems
from portal.imports.reading import Choices
from portal.imports.sorting import kind_of
from portal.imports.tables import Delivery, Import, ImportState, SavedMapping
from portal.imports.targets import TARGETS
from portal.imports.understanding import Understood, understand
from portal.models import reigns
from portal.ranking import runs
from workers.tasks import Claim, Effects, task

ROWS_A_PART: Final = 10_000
PARTS_A_BATCH: Final = 1_000  # more than any batch has
Do = Callable[[Session, Part], Applied]
Item = TypeVar("Item")


@task("unpack")
def unpack_archive(job: Claim, delivery_id: int) -> Effects:
    """Take the files of a whole export out of their archive. One that is refused leaves nothing."""
    with job.database.reading() as session:
        found = deliveries.get(session, delivery_id)
    room, path = f"whole-{delivery_id}", job.settings.files_dir / found.file
    rmtree(job.settings.files_dir / room, ignore_errors=True)  # of an attempt that was killed
    try:
        received = _received(job, found, path, room)
    except Problem as problem:
        rmtree(job.settings.files_dir / room, ignore_errors=True)
        with job.transaction() as session:
            deliveries.refuse(session, delivery_id, problem.sentence)
        path.unlink(missing_ok=True)
        raise

    def effects(session: Session) -> dict[str, Any]:
        deliveries.unpacked(session, delivery_id, received, at=now())
        return {"files": len(received)}

    return effects


def _received(job: Claim, found: Delivery, path: Path, room: str) -> list[commands.Upload]:
    limits = commands.limits(job.settings, is_large=found.is_large)
    received = []
    with archives.unpacking(path, limits) as contents:
        for number, (name, size, content) in enumerate(contents):
            got = files.receive(content, job.settings.files_dir / room) if size else files.Received("", 0, "")
            file = f"{room}/{got.file}" if got.file else ""
            received.append(commands.Upload(found.kind, name, file, got.bytes, got.digest, found.is_large))
            job.progress(number + 1, None, "unpacking")
    return received


@task("understand")
def understand_file(job: Claim, import_id: int, choices: dict[str, Any] | None = None) -> Effects:
    """Find out what a file holds, and propose a mapping: that of its source's last file like it, else a guess.

    What is no table is removed. A file that is mapped as last time without anything new is tried at once.
    """
    try:
        with _working(job, import_id, ImportState.UPLOADED) as found:
            _forget_archive(job, found)
            layout = _understood(job, found, Choices(**choices or {}))
            mapping, saved = _proposed(job, found, layout)
    except Problem as problem:
        return _without_it(job, import_id, problem)

    def effects(session: Session) -> dict[str, Any]:
        row = noting.understood(session, import_id, layout, mapping)
        row.saved_mapping_id = saved.id if saved else None
        if row.delivery_id:
            deliveries.go_on(session, import_id, at=now())
        elif saved and not (choices or row.is_large) and _says_all(saved, layout):
            commands.start_check(session, import_id, by=row.uploaded_by, at=now())
        return {"rows": layout.rows}

    return effects


def _without_it(job: Claim, import_id: int, problem: Problem) -> Effects:
    """What follows a Problem with one of several files: the others go on. Raises it again for a file that came alone."""
    with job.database.reading() as session:
        if pages.get(session, import_id).delivery_id is None:
            raise problem

    def effects(session: Session) -> dict[str, Any]:
        deliveries.go_on(session, import_id, at=now())
        return {}

    return effects


def _forget_archive(job: Claim, found: Import) -> None:
    """Its files are out by now, and known to the database."""
    if found.delivery_id:
        with job.database.reading() as session:
            archive = deliveries.get(session, found.delivery_id).file
        if archive:
            files.remove(job.settings.files_dir, archive)


def _proposed(job: Claim, found: Import, layout: Understood) -> tuple[Mapping | None, SavedMapping | None]:
    """The mapping of a file, and the saved one it follows; nothing for a file that holds nothing of ours."""
    kind = found.kind or next((name for name, _ in kind_of(layout, found.filename)), "")
    if not kind:
        return None, None
    mapping = guess(layout, kind, filename=found.filename).mapping
    with job.database.reading() as session:
        saved = saved_for(session, kind, mapping.source, layout.names, found.filename)
    return (follow(Mapping.model_validate(saved.mapping), layout) if saved else mapping), saved


def _says_all(saved: SavedMapping, layout: Understood) -> bool:
    mapping = Mapping.model_validate(saved.mapping)
    return fits(mapping, layout) and not any(problems(mapping, layout))


def _understood(job: Claim, found: Import, choices: Choices) -> Understood:
    try:
        return understand(_path(job, found), _limits(job, found), choices, _folder(job))
    except Problem:
        if not found.understood:
            files.remove(job.settings.files_dir, found.file)
        raise


@task("check")
def check_file(job: Claim, import_id: int) -> Effects:
    """Go through a file and count what importing it would do; no record is touched."""
    try:
        with _working(job, import_id, ImportState.CHECKING) as found:
            _go_through(job, found, _examine, "trying")
            _look_for_vanished(job, found)
    except Problem as problem:
        return _without_it(job, import_id, problem)

    def effects(session: Session) -> dict[str, Any]:
        found = noting.checked(session, import_id)
        deliveries.go_on(session, import_id, at=now())
        return _counts(found)

    return effects


@task("import")
def import_file(job: Claim, import_id: int) -> Effects:
    """Apply a file part by part, each noted as it commits, so that a killed import goes on where it was."""
    with _working(job, import_id, ImportState.RUNNING) as found:
        _go_through(job, found, apply, "importing")
        _settle(job, import_id)
        _mark_vanished(job, found)

    def effects(session: Session) -> dict[str, Any]:
        found = noting.finish(session, import_id, at=now())
        deliveries.go_on(session, import_id, at=now())
        _score_again(session, found)
        if found.kind == "people" and found.created:
            searching.ask_after_import(session, at=now())
        if found.created or found.updated:
            judging.after_import(
                session, since=found.started_at or found.uploaded_at, by=found.uploaded_by, at=now()
            )
        return _counts(found)

    return effects


@contextmanager
def _working(job: Claim, import_id: int, state: ImportState) -> Iterator[Import]:
    """The import, marked as at work. A Problem is noted on it before it ends the job."""
    with job.transaction() as session:
        found = noting.begin(session, import_id, state, job_id=job.id)
    try:
        yield found
    except Problem as problem:
        with job.transaction() as session:
            noting.fail(session, import_id, problem.sentence)
        raise


def _go_through(job: Claim, found: Import, do: Do, word: str) -> None:
    for piece in ahead(_pieces(job, found)):
        _take(job, found, piece, do)
        job.progress(min(piece.rows_until, found.rows), found.rows, word)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same, each made in a thread while the one before is used: the file is read while the database writes."""
    with ThreadPoolExecutor(1, "ahead") as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


@dataclass(frozen=True)
class Piece:
    """What one short write takes: some records of a batch, and with its first ones the batch's rejects."""

    number: int
    batch: Batch
    records: pl.DataFrame

    @property
    def is_first(self) -> bool:
        return self.number % PARTS_A_BATCH == 0

    @property
    def rows_until(self) -> int:
        return self.batch.number * self.batch.rows + (self.number % PARTS_A_BATCH + 1) * ROWS_A_PART


def _pieces(job: Claim, found: Import) -> Iterator[Piece]:
    """What is left of the file."""
    first = found.next_part // PARTS_A_BATCH
    read = batches(
        _path(job, found),
        pages.understanding_of(found),
        pages.mapping_of(found),
        _limits(job, found),
        first=first,
        folder=_folder(job),
    )
    for batch in read:
        for place in range(max(1, -(-batch.records.height // ROWS_A_PART))):
            number = batch.number * PARTS_A_BATCH + place
            if number >= found.next_part:
                yield Piece(number, batch, batch.records.slice(place * ROWS_A_PART, ROWS_A_PART))


def _take(job: Claim, found: Import, piece: Piece, do: Do) -> None:
    seen = found.started_at or found.uploaded_at
    part = Part(piece.records, pages.mapping_of(found), found.id, seen)
    with job.transaction() as session:
        noting.part(
            session,
            found.id,
            do(session, part),
            piece.batch.rejects if piece.is_first else [],
            next_part=piece.number + 1,
            unreadable=piece.batch.unreadable if piece.is_first else {},
        )


def _examine(session: Session, part: Part) -> Applied:
    """What a part would do, its differences noted."""
    found = examine(session, part)
    differences.note(session, part, found)
    return found.counts


def _look_for_vanished(job: Claim, found: Import) -> None:
    """Count the records of earlier files like this one that it no longer has."""
    gone = 0
    for each in _vanished(job, found):
        gone += len(each.gone)
    with job.transaction() as session:
        pages.get(session, found.id).vanished = gone


def _mark_vanished(job: Claim, found: Import) -> None:
    """Do with vanished rows what was said of them, and with those that came back; a short write at a time."""
    with job.database.reading() as session:
        are_gone = vanishing.meaning(session, found) == vanishing.Meaning.GONE
    for each in _vanished(job, found):
        with job.transaction() as session:
            vanishing.mark(session, found, each.back, gone=False)
            if are_gone:
                vanishing.mark(session, found, each.gone, gone=True)
                pages.get(session, found.id).vanished += len(each.gone)
        job.progress(found.rows, found.rows, "looking for vanished rows")


def _vanished(job: Claim, found: Import) -> Iterator[vanishing.Moves]:
    with job.database.reading() as session:
        if not vanishing.has_earlier(session, found):
            return
    there = ids_in(
        _path(job, found), pages.understanding_of(found), pages.mapping_of(found), _limits(job, found), folder=_folder(job)
    )  # fmt: skip
    with job.database.reading() as session:
        among = list(vanishing.moves(session, found, there))
    yield from among


def _settle(job: Claim, import_id: int) -> None:
    """Records that mean by name what this file brought are linked to it, a short write at a time."""
    with job.database.reading() as session:
        found = pages.get(session, import_id)
        among = list(links.ranges(session, found.kind)) if found.created or found.updated else []
    for done, each in enumerate(among):
        with job.transaction() as session:
            links.settle(session, each, found.kind)
        job.progress(done + 1, len(among), "linking")


def _score_again(session: Session, found: Import) -> None:
    """New people are to be ranked as well: the model that ranks scores everybody again."""
    level = TARGETS[found.kind].level
    champion = reigns.champion(session, Level(level)) if level in set(Level) else None
    if champion and (found.created or found.updated):
        runs.start_run(session, champion, by=found.uploaded_by, at=now())


def _counts(found: Import) -> dict[str, Any]:
    return {name: getattr(found, name) for name in pages.COUNTS}


def _limits(job: Claim, found: Import) -> Limits:
    return commands.limits(job.settings, is_large=found.is_large)


def _path(job: Claim, found: Import) -> Path:
    path = job.settings.files_dir / found.file
    if not path.exists():
        raise NotFound(f"The file {found.filename} is no longer kept here. Upload it again.")
    return path


def _folder(job: Claim) -> Path:
    """Where a file is rewritten into plain form along the way."""
    folder = job.settings.files_dir / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
