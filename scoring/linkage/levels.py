"""How alike two values are: for each kind of column a ladder of levels, from the same to different, as SQL and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scoring.linkage.columns import Kind


@dataclass(frozen=True, slots=True)
class Level:
    """One rung. `sql` has {l} and {r} for the two values; `share` is how many true pairs stand here before training.

    `words` has {name}. A level that `weighs_rarity` counts for more where the value is rare.
    """

    sql: str
    words: str
    share: float
    weighs_rarity: bool = False


def _same(share: float) -> Level:
    return Level("{l} = {r}", "the same {name}", share, weighs_rarity=True)


def _alike(least: float, share: float, words: str = "a similar {name}") -> Level:
    return Level(f"jaro_winkler_similarity({{l}}, {{r}}) >= {least}", words, share)


def _slips(most: int, share: float) -> Level:
    count = {1: "one letter", 2: "two letters"}[most]
    return Level(f"damerau_levenshtein({{l}}, {{r}}) <= {most}", f"{{name}} off by {count}", share)


def _other(share: float) -> Level:
    return Level("ELSE", "another {name}", share)


INITIAL = Level(
    "(starts_with({l}, {r}) OR starts_with({r}, {l}))", "a {name} that is the beginning of the other", 0.06
)
SAME_MAILBOX = Level(
    "split_part({l}, '@', 1) = split_part({r}, '@', 1)", "the same {name} before the @", 0.08
)
# whoever finds an address taken puts a number behind it: other digits are another address
SLIP_IN_LETTERS = Level(
    "damerau_levenshtein({l}, {r}) <= 2 AND regexp_replace({l}, '[^0-9]', '', 'g') = regexp_replace({r}, '[^0-9]', '', 'g')",
    "{name} off by two letters at most",
    0.08,
)
PART_OF_NAME = Level("(contains({l}, {r}) OR contains({r}, {l}))", "a {name} within the other", 0.08)

LADDERS: Mapping[Kind, tuple[Level, ...]] = MappingProxyType(
    {
        Kind.FIRST_NAME: (_same(0.72), _alike(0.92, 0.10), INITIAL, _alike(0.80, 0.04), _other(0.08)),
        Kind.LAST_NAME: (_same(0.78), _alike(0.92, 0.10), _alike(0.80, 0.05), _other(0.07)),
        Kind.EMAIL: (_same(0.68), SAME_MAILBOX, SLIP_IN_LETTERS, _other(0.16)),
        Kind.PHONE: (_same(0.70), _slips(1, 0.10), _other(0.20)),
        Kind.IDENTIFIER: (_same(0.80), _slips(1, 0.10), _slips(2, 0.03), _other(0.07)),
        Kind.BIRTH: (_same(0.80), _slips(1, 0.10), _slips(2, 0.04), _other(0.06)),
        Kind.ORGANISATION: (_same(0.70), _alike(0.92, 0.10), PART_OF_NAME, _other(0.12)),
        Kind.TITLE: (_same(0.50), _alike(0.88, 0.15), _other(0.35)),
        Kind.STREET: (_same(0.65), _alike(0.92, 0.15), _alike(0.80, 0.05), _other(0.15)),
        Kind.HOUSE: (_same(0.75), _slips(1, 0.10), _other(0.15)),
        Kind.POSTCODE: (_same(0.75), _slips(1, 0.10), _other(0.15)),
        Kind.PLACE: (_same(0.75), _alike(0.88, 0.10), _other(0.15)),
    }
)
