"""The jobs of an import: understand the file, try it, apply it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import polars as pl
from sqlmodel import Session

from portal.clock import now
from portal.errors import Problem
from portal.fields import Level
from portal.imports import commands
from portal.imports.applying import Applied, Part, apply, compare
from portal.imports.batches import Batch, batches
from portal.imports.guessing import follow, guess
from portal.imports.tables import Import
from portal.imports.targets import TARGETS
from portal.imports.understanding import understand
from portal.models import registry
from portal.ranking import runs
from workers.tasks import Claim, Effects, task

ROWS_A_PART: Final = 25_000  # one short write: under a second on a slow disk
PARTS_A_BATCH: Final = 1_000  # more than any batch has
Do = Callable[[Session, Part], Applied]
Item = TypeVar("Item")


@task("understand")
def understand_file(job: Claim, import_id: int) -> Effects:
    """Find out what a file holds, and propose a mapping: the source's last one, else a guess."""
    with job.database.reading() as session:
        found = commands.get(session, import_id)
    with _failing(job, import_id):
        layout = understand(
            _path(job, found), commands.limits(job.settings, is_large=found.is_large), folder=_folder(job)
        )
        mapping = guess(layout, found.kind, filename=found.filename).mapping
        with job.database.reading() as session:
            saved = commands.saved_mapping(session, found.kind, mapping.source)

    def effects(session: Session) -> dict[str, Any]:
        commands.understood(session, import_id, layout, follow(saved, layout) if saved else mapping)
        return {"rows": layout.rows}

    return effects


@task("check")
def check_file(job: Claim, import_id: int) -> Effects:
    """Go through a file and count what importing it would do; no record is touched."""
    _go_through(job, import_id, compare, "trying")

    def effects(session: Session) -> dict[str, Any]:
        return _counts(commands.checked(session, import_id))

    return effects


@task("import")
def import_file(job: Claim, import_id: int) -> Effects:
    """Apply a file part by part, each noted as it commits, so that a killed import goes on where it was."""
    _go_through(job, import_id, apply, "importing")

    def effects(session: Session) -> dict[str, Any]:
        found = commands.finish(session, import_id, at=now())
        _score_again(session, found)
        return _counts(found)

    return effects


class _failing:  # noqa: N801  used as a word: with _failing(job, import_id)
    """Notes a Problem on the import before it ends the job."""

    def __init__(self, job: Claim, import_id: int) -> None:
        self.job, self.import_id = job, import_id

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Problem):
            with self.job.transaction() as session:
                commands.fail(session, self.import_id, error.sentence)


def _go_through(job: Claim, import_id: int, do: Do, word: str) -> None:
    with job.database.reading() as session:
        found = commands.get(session, import_id)
    with _failing(job, import_id):
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
        commands.understanding_of(found),
        commands.mapping_of(found),
        commands.limits(job.settings, is_large=found.is_large),
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
    part = Part(piece.records, commands.mapping_of(found), found.id, seen)
    with job.transaction() as session:
        commands.note_part(
            session,
            found.id,
            do(session, part),
            piece.batch.rejects if piece.is_first else [],
            next_part=piece.number + 1,
            unreadable=piece.batch.unreadable if piece.is_first else {},
        )


def _score_again(session: Session, found: Import) -> None:
    """New people are to be ranked as well: the model that ranks scores everybody again."""
    level = Level(TARGETS[found.kind].level)
    champion = registry.champion(session, level)
    if champion and (found.created or found.updated):
        runs.start_run(session, champion, by=found.uploaded_by, at=now())


def _counts(found: Import) -> dict[str, Any]:
    return {name: getattr(found, name) for name in commands.COUNTS}


def _path(job: Claim, found: Import) -> Path:
    return job.settings.files_dir / found.file


def _folder(job: Claim) -> Path:
    """Where a file is rewritten into plain form along the way."""
    folder = job.settings.files_dir / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
