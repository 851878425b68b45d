"""How values are compared, by the kind of field: names, what each takes, and its words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.fields import FieldKind


class Takes(StrEnum):
    """What stands behind a comparison."""

    NOTHING = "nothing"
    VALUE = "value"
    VALUES = "values"
    PAIR = "pair"
    DAYS = "days"


@dataclass(frozen=True)
class Comparison:
    """`words` say it between the field and the value: "Country *is one of* Ghana or Chile"; {} is where the value goes."""

    name: str
    takes: Takes
    kinds: frozenset[FieldKind]
    words: str


CATEGORY, TEXT, NUMBER = FieldKind.CATEGORY, FieldKind.TEXT, FieldKind.NUMBER
BOOLEAN, DATE = FieldKind.BOOLEAN, FieldKind.DATE
ALL: Final = frozenset(FieldKind)
WORDY: Final = frozenset({CATEGORY, TEXT})
ORDERED: Final = frozenset({NUMBER})
DATED: Final = frozenset({DATE})

COMPARISONS: Final = {
    each.name: each
    for each in (
        Comparison("is", Takes.VALUE, ALL, "is {}"),
        Comparison("is_not", Takes.VALUE, ALL, "is not {}"),
        Comparison("one_of", Takes.VALUES, WORDY | ORDERED, "is one of {}"),
        Comparison("none_of", Takes.VALUES, WORDY | ORDERED, "is none of {}"),
        Comparison("contains", Takes.VALUE, WORDY, "contains {}"),
        Comparison("does_not_contain", Takes.VALUE, WORDY, "does not contain {}"),
        Comparison("at_least", Takes.VALUE, ORDERED, "is at least {}"),
        Comparison("at_most", Takes.VALUE, ORDERED, "is at most {}"),
        Comparison("more_than", Takes.VALUE, ORDERED, "is more than {}"),
        Comparison("less_than", Takes.VALUE, ORDERED, "is less than {}"),
        Comparison("between", Takes.PAIR, ORDERED | DATED, "is between {}"),
        Comparison("before", Takes.VALUE, DATED, "is before {}"),
        Comparison("after", Takes.VALUE, DATED, "is after {}"),
        Comparison("within_last", Takes.DAYS, DATED, "is within the last {}"),
        Comparison("more_than_ago", Takes.DAYS, DATED, "is more than {} ago"),
        Comparison("within_next", Takes.DAYS, DATED, "is within the next {}"),
        Comparison("is_known", Takes.NOTHING, ALL, "is known"),
        Comparison("is_missing", Takes.NOTHING, ALL, "is missing"),
    )
}
"""`between` holds both ends. "Is before 2026-03-31" is before that day began, "after" is after it ended."""

COUNTS: Final = ("at_least", "at_most")
LAST: Final = ("last_within", "last_more_than_ago")
SCORES: Final = {
    "group_at_most": "is in score group {} or better",
    "group_at_least": "is in score group {} or worse",
    "propensity_at_least": "has a propensity of at least {}",
    "propensity_at_most": "has a propensity of at most {}",
}
OUTCOMES: Final = ("any", "open", "won", "lost")
BEFORE: Final = ("opened", "closed")


def of_kind(kind: FieldKind) -> list[Comparison]:
    """The comparisons a field of a kind can take, in the order people are offered them."""
    return [each for each in COMPARISONS.values() if kind in each.kinds]
