"""Whom to compare with whom: only those who share a key. Keys come from the columns there are; common values are no keys.

A rule's key is a column of text of its own, so that memory is bounded whatever the data: a value that more than
`LARGEST_BLOCK` records share is left out of the rule, and a rule that would exceed the budget is left out as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from scoring.linkage.columns import Kind

Names = Mapping[Kind, Sequence[str]]
"""The frame's columns of each kind."""

LARGEST_BLOCK = 150
PAIRS_A_RECORD = 60
FEWEST_PAIRS = 1_000_000
MOST_PAIRS = 10_000_000

F, L, E, P, I, B, O, S, H, Z, C = (  # noqa: E741
    Kind.FIRST_NAME,
    Kind.LAST_NAME,
    Kind.EMAIL,
    Kind.PHONE,
    Kind.IDENTIFIER,
    Kind.BIRTH,
    Kind.ORGANISATION,
    Kind.STREET,
    Kind.HOUSE,
    Kind.POSTCODE,
    Kind.PLACE,
)
WHOLE = 0
Part = tuple[Kind, int]
"""A column and how many of its first characters count; WHOLE for all."""


def _whole(*kinds: Kind) -> tuple[Part, ...]:
    return tuple((kind, WHOLE) for kind in kinds)


# the sharpest first: those that follow find what a slip hides from them, as long as the budget lasts
RULES: tuple[tuple[Part, ...], ...] = (
    *(_whole(kind) for kind in (I, E, P)),
    *(_whole(*pair) for pair in ((F, L), (L, B), (F, B), (L, P), (B, Z))),
    *(_whole(*pair) for pair in ((L, Z), (F, Z), (L, O), (F, O), (L, C), (F, C), (S, H))),
    ((L, 4), (F, 1)),
    ((F, 4), (L, 1)),
    ((B, WHOLE),),
    *(_whole(kind) for kind in (S, L, F)),
    ((E, 6),),
)


@dataclass(frozen=True, slots=True)
class Blocks:
    """The frame with one key column a rule, the rules' names, how many pairs they give at most, and what was left out."""

    frame: pl.DataFrame
    keys: tuple[str, ...]
    pairs: int
    notes: tuple[str, ...]


def blocked(frame: pl.DataFrame, names: Names) -> Blocks:
    """Key columns k0, k1, … for every rule that the columns allow and the budget holds."""
    budget = min(max(PAIRS_A_RECORD * len(frame), FEWEST_PAIRS), MOST_PAIRS)
    keys: list[pl.Series] = []
    spent, crowded, left_out = 0, 0, 0
    for rule in RULES:
        for key, in_crowds in _keys(frame, names, rule):
            pairs = _count_pairs(key)
            if spent + pairs > budget:
                left_out += 1
                continue
            spent += pairs
            crowded += in_crowds
            keys.append(key.rename(f"k{len(keys)}"))
    return Blocks(
        frame.with_columns(keys), tuple(key.name for key in keys), spent, _notes(crowded, left_out, budget)
    )


def _notes(crowded: int, left_out: int, budget: int) -> tuple[str, ...]:
    crowds = (
        f"A value that more than {LARGEST_BLOCK} people share was not followed ({crowded:,} times): "
        "it says too little to be compared by."
    )
    bound = (
        f"{left_out} of the ways to look were left out, so that no more than {budget:,} pairs are compared."
    )
    return tuple(note for note, needed in ((crowds, crowded), (bound, left_out)) if needed)


def _keys(frame: pl.DataFrame, names: Names, rule: Sequence[Part]) -> Iterator[tuple[pl.Series, int]]:
    """The rule's keys, one for each way to choose among columns of a kind, and how many values were too common."""
    for chosen in _choices(names, [kind for kind, _ in rule]):
        expressions = [
            pl.col(name).str.slice(0, length or None) for name, (_, length) in zip(chosen, rule, strict=True)
        ]
        key = frame.select(pl.concat_str(expressions, separator="\x1f")).to_series()
        yield _without_crowds(key, LARGEST_BLOCK)


def _without_crowds(key: pl.Series, largest: int) -> tuple[pl.Series, int]:
    """The key, null where more than `largest` records share it, and how many values that were."""
    sizes = key.drop_nulls().value_counts(name="size")
    crowds = sizes.filter(pl.col("size") > largest).to_series()
    return key.set(key.is_in(crowds.implode()).fill_null(value=True), None), len(crowds)


def _choices(names: Names, kinds: Sequence[Kind]) -> Iterable[tuple[str, ...]]:
    if not kinds:
        return [()]
    first, *rest = kinds
    return [(name, *more) for name in names.get(first, ()) for more in _choices(names, rest)]


def _count_pairs(key: pl.Series) -> int:
    sizes = key.drop_nulls().value_counts(name="size")["size"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


# what hardly two people share, and how much of the true pairs such rules find
STRICT: tuple[tuple[Kind, ...], ...] = (
    (I,),
    (F, E),
    (L, E),
    (F, L, B),
    (F, L, P),
    (F, L, Z),
    (F, L, O),
    (F, L, S),
    (B, E),
)
STRICT_RECALL = 0.7
LARGEST_STRICT_BLOCK = 10


def prior(frame: pl.DataFrame, names: Names) -> float:
    """The probability that two records taken at random are one person: pairs under strict rules, scaled up."""
    found = {pair for rule in STRICT for chosen in _choices(names, rule) for pair in _pairs(frame, chosen)}
    possible = max(len(frame) * (len(frame) - 1) / 2, 1)
    return min(max(len(found) / STRICT_RECALL, 1) / possible, 0.5)


def _pairs(frame: pl.DataFrame, columns: Sequence[str]) -> Iterator[tuple[int, int]]:
    together = (
        frame.drop_nulls(columns)
        .group_by(columns)
        .agg(pl.col("id").sort())
        .filter(pl.col("id").list.len().is_between(2, LARGEST_STRICT_BLOCK))["id"]
    )
    for ids in together.to_list():
        yield from ((a, b) for n, a in enumerate(ids) for b in ids[n + 1 :])


# what to hold equal while the rest is learned; each leaves other columns to learn
LEARNED_WITHIN: tuple[tuple[Kind, ...], ...] = (
    (F, L),
    (E,),
    (B,),
    (P,),
    (I,),
    (L, Z),
    (L, C),
    (S,),
    (F, O),
    (L, O),
)
FEWEST_TO_LEARN_FROM = 30
LARGEST_BLOCK_TO_LEARN_FROM = 10  # rare values: among their pairs true ones are no needle in a haystack
SESSIONS = 4


@dataclass(frozen=True, slots=True)
class Session:
    """Columns held equal, and a key column that is there only where few records share their values."""

    columns: tuple[str, ...]
    key: pl.Series


def sessions(frame: pl.DataFrame, names: Names) -> list[Session]:
    """What to learn from: so that every comparison is learned at least once where the data allow it."""
    found: list[Session] = []
    for columns in (next(iter(_choices(names, rule)), ()) for rule in LEARNED_WITHIN):
        if not columns or len(found) == SESSIONS:
            continue
        key, _ = _without_crowds(_joined(frame, columns), LARGEST_BLOCK_TO_LEARN_FROM)
        if _count_pairs(key) >= FEWEST_TO_LEARN_FROM:
            found.append(Session(columns, key.rename(f"s{len(found)}")))
    return found


def _joined(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    return frame.select(pl.concat_str([pl.col(name) for name in columns], separator="\x1f")).to_series()
