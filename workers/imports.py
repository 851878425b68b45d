"""The jobs of an import: understand the file, try it, apply it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import polars as pl
from sqlmodel import Session

from portal import files, judging
from portal.clock import now
from portal.errors import NotFound, Problem
from portal.fields import Level
from portal.imports import commands, links, noting, pages
from portal.imports.applying import Applied, Part, apply, compare
from portal.imports.batches import Batch, batches
from portal.imports.guessing import follow, guess
from portal.imports.limits import Limits
from portal.imports.reading import Choices
from portal.imports.tables import Import, ImportState
from portal.imports.targets import TARGETS
from portal.imports.understanding import Understood, understand
from portal.models import reigns
from portal.ranking import runs
from workers.tasks import Claim, Effects, task

ROWS_A_PART: Final = 10_000
PARTS_A_BATCH: Final = 1_000  # more than any batch has
Do = Callable[[Session, Part], Applied]
Item = TypeVar("Item")


@task("understand")
def understand_file(job: Claim, import_id: int, choices: dict[str, Any] | None = None) -> Effects:
    """Find out what a file holds, and propose a mapping: the source's last one, else a guess. What is no table is removed."""
    with _working(job, import_id, ImportState.UPLOADED) as found:
        layout = _understood(job, found, Choices(**choices or {}))
        mapping = guess(layout, found.kind, filename=found.filename).mapping
        with job.database.reading() as session:
            saved = pages.saved_mapping(session, found.kind, mapping.source)

    def effects(session: Session) -> dict[str, Any]:
        noting.understood(session, import_id, layout, follow(saved, layout) if saved else mapping)
        return {"rows": layout.rows}

    return effects


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
    with _working(job, import_id, ImportState.CHECKING) as found:
        _go_through(job, found, compare, "trying")

    def effects(session: Session) -> dict[str, Any]:
        return _counts(noting.checked(session, import_id))

    return effects


@task("import")
def import_file(job: Claim, import_id: int) -> Effects:
    """Apply a file part by part, each noted as it commits, so that a killed import goes on where it was."""
    with _working(job, import_id, ImportState.RUNNING) as found:
        _go_through(job, found, apply, "importing")
        _settle(job, import_id)

    def effects(session: Session) -> dict[str, Any]:
        found = noting.finish(session, import_id, at=now())
        _score_again(session, found)
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
