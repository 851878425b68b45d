"""Finding: from columns to pairs with scores and reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from scoring.linkage import blocking, curve, model
from scoring.linkage.columns import Column, Kind, usable
from scoring.linkage.levels import LADDERS
from scoring.linkage.model import Comparison, Plan, Scored
from scoring.linkage.shares import same_by_chance

THRESHOLD = 0.5
MOST_PAIRS = 100_000
NAMES = (Kind.FIRST_NAME, Kind.LAST_NAME)
FEWEST_RECORDS = 2
FEWEST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Reason:
    """What one column says of a pair, in words, and by how many bits it speaks for (or, below 0, against) them."""

    column: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, a < b, the probability that they are one, and why; what speaks most for it first."""

    a: int
    b: int
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The pairs, the best first; the curve the model expects; how many pairs were compared; what was missing or left out."""

    pairs: tuple[Pair, ...]
    curve: tuple[curve.Step, ...]
    compared: int
    notes: tuple[str, ...]


def find(
    ids: pl.Series,
    columns: Sequence[Column],
    *,
    threshold: float = THRESHOLD,
    most: int = MOST_PAIRS,
    workspace: Path | None = None,
) -> Found:
    """Pairs of records (ids: n whole numbers) that are probably one. `workspace` is where large sorts may spill."""
    told = usable(columns)
    if len(ids) < FEWEST_RECORDS or len(told) < FEWEST_COLUMNS:
        return Found((), (), 0, (TOO_LITTLE,))
    frame = pl.DataFrame({"id": ids} | {f"c{n}": values for n, (_, values) in enumerate(told)})
    names = _by_kind([column for column, _ in told])
    blocks = blocking.blocked(frame, names)
    notes = (*_missing(names), *blocks.notes)
    if not blocks.pairs:
        return Found((), (), 0, (*notes, "Nobody shares anything with anybody that is worth comparing."))
    sessions = blocking.sessions(frame, names)
    plan = Plan(
        tuple(
            Comparison(f"c{n}", LADDERS[column.kind], same_by_chance(values))
            for n, (column, values) in enumerate(told)
        ),
        blocks.keys,
        tuple((*session.columns, session.key.name) for session in sessions),
        blocking.prior(frame, names),
    )
    whole = blocks.frame.with_columns([session.key for session in sessions])
    scored = model.score(whole, plan, threshold=threshold, most=most, workspace=workspace)
    pairs = tuple(_pairs(scored, plan, [_word(column, names) for column, _ in told]))
    capped = (f"Only the best {most:,} pairs are kept.",) if len(pairs) == most else ()
    return Found(pairs, curve.expected(scored.histogram), blocks.pairs, (*notes, *capped))


TOO_LITTLE = (
    "There is too little to tell people apart by: two filled columns at least, such as a name and an e-mail, "
    "are needed."
)


def _by_kind(columns: Sequence[Column]) -> dict[Kind, list[str]]:
    names: dict[Kind, list[str]] = {}
    for n, column in enumerate(columns):
        names.setdefault(column.kind, []).append(f"c{n}")
    return names


def _word(column: Column, names: blocking.Names) -> str:
    """What people call it: its kind, or its own name where several are of the kind."""
    return column.kind.value if len(names[column.kind]) == 1 else column.name


def _missing(names: blocking.Names) -> Iterator[str]:
    """What would make the pairs surer, where it is not there."""
    if not any(kind in names for kind in NAMES):
        yield "There are no names to compare; e-mail addresses and numbers change hands."
    if not any(kind in names for kind in (Kind.EMAIL, Kind.PHONE, Kind.IDENTIFIER, Kind.BIRTH)):
        yield "There is no e-mail, phone, identifier or date of birth: people of one name are hard to tell apart."


def _pairs(scored: Scored, plan: Plan, names: Sequence[str]) -> Iterator[Pair]:
    for row in scored.pairs.iter_rows(named=True):
        reasons = [
            Reason(
                name, comparison.ladder[rung].words.format(name=name), round(row[f"w_{comparison.column}"], 2)
            )
            for name, comparison in zip(names, plan.comparisons, strict=True)
            if (rung := row[f"g_{comparison.column}"]) >= 0
        ]
        yield Pair(row["a"], row["b"], row["score"], tuple(sorted(reasons, key=lambda r: -r.weight)))
