"""The job that looks for people who stand there twice, and merges those whom a rule allows."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
from sqlmodel import Session

from portal import columns, events, judging
from portal.clock import now
from portal.columns import Input
from portal.duplicates import automatic, proposals, searching
from portal.duplicates.automatic import Rule
from portal.duplicates.merging import merge
from portal.duplicates.proposals import Finding
from portal.duplicates.searching import MOST_PEOPLE
from portal.errors import Conflict, NotFound
from portal.fields import FieldKind, Level
from scoring import linkage
from scoring.linkage import Column, Found, kind_of
from workers import tables
from workers.tasks import Claim, Effects, task

MOST_COLUMNS: Final = 15


@task("duplicates")
def find_duplicates(job: Claim) -> Effects:
    """Merge what rules allow, find pairs among everybody else, and renew the list of those that wait."""
    columns.refresh(
        job.database,
        Level.PERSON,
        progress=lambda done, total: job.progress(done, total, "laying out columns"),
    )
    merged = [pair for rule in Rule for pair in _merge_by(job, rule)]
    frame, fields, notes = _read(job)
    job.progress(0, None, "comparing people")
    with TemporaryDirectory() as folder:
        found = linkage.find(frame["id"], _columns(frame, fields), workspace=Path(folder))
    _propose(job, found)

    def effects(session: Session) -> dict[str, Any]:
        said = {
            "found": len(found.pairs),
            "merged": len(merged),
            "people": len(frame),
            "compared": found.compared,
        }
        judging.after_merges(session, {one for pair in merged for one in pair}, by=None, at=now())
        events.record(session, "duplicate.found", "duplicate", 0, by=None, at=now(), **said)
        curve = [asdict(step) for step in found.curve]
        return said | {"notes": [*notes, *found.notes], "curve": curve}

    return effects


def _merge_by(job: Claim, rule: Rule) -> list[tuple[int, int]]:
    """Merge the pairs a rule holds for, each in a short write of its own, but never those who were kept apart. Gives them."""
    with job.database.reading() as session:
        pairs = automatic.matches(session, rule) if automatic.allowed(session)[rule] else []
        apart = proposals.apart(session)
    merged: list[tuple[int, int]] = []
    for survivor, other in pairs:
        is_free = (min(survivor, other), max(survivor, other)) not in apart
        if is_free and _merged(job, rule, survivor, other):
            merged.append((survivor, other))
            job.progress(len(merged), len(pairs), "merging by rule")
    return merged


def _merged(job: Claim, rule: Rule, survivor: int, other: int) -> bool:
    """Whether they are merged now; one of them may be gone since they were found."""
    try:
        with job.transaction() as session:
            merge(session, survivor, other, by=None, at=now(), rule=rule)
    except (Conflict, NotFound):
        return False
    return True


def _read(job: Claim) -> tuple[pl.DataFrame, list[Input], list[str]]:
    """Everybody, or the newest of them: ids and the columns that may tell who is who."""
    with job.database.reading() as session:
        fields = [field for field in searching.inputs(session) if kind_of(field.name)][:MOST_COLUMNS]
    parts = tables.parts_of(
        job.database,
        Level.PERSON,
        fields,
        progress=lambda done, total: job.progress(done, total, "reading people"),
    )
    frame = pl.concat(
        [part for part in parts if len(part)] or [pl.DataFrame({"id": pl.Series([], dtype=pl.Int64)})]
    )
    if len(frame) <= MOST_PEOPLE:
        return frame, fields, []
    note = f"Only the newest {MOST_PEOPLE:,} of {len(frame):,} people were compared, to stay within memory."
    return frame.tail(MOST_PEOPLE), fields, [note]


def _columns(frame: pl.DataFrame, fields: Sequence[Input]) -> list[Column]:
    there = [field for field in fields if field.name in frame.columns]
    return [
        Column(field.name, kind, _text(frame[field.name], field.kind))
        for field in there
        if (kind := kind_of(field.name))
    ]


def _text(values: pl.Series, kind: FieldKind) -> pl.Series:
    """Days as dates and numbers without a point, as people write them."""
    if kind is FieldKind.DATE:
        return values.cast(pl.Int32, strict=False).cast(pl.Date).dt.to_string("%Y%m%d")
    if kind is FieldKind.NUMBER:
        return values.cast(pl.Int64, strict=False).cast(pl.String)
    return values.cast(pl.String)


def _propose(job: Claim, found: Found) -> None:
    """Renew the list in short writes; a search that is done again comes to the same."""
    pairs = [
        Finding(pair.a, pair.b, pair.score, [asdict(reason) for reason in pair.reasons])
        for pair in found.pairs
    ]
    with job.database.reading() as session:
        plan = proposals.planned(pairs, proposals.known(session), proposals.apart(session))
    for step in proposals.steps(plan):
        with job.transaction() as session:
            proposals.apply(session, step, at=now())
