"""What a model can learn from: the fields of a level, how full they are and what they hold, judged by a sample."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import column, func, select, table, text
from sqlmodel import Session

from portal import columns
from portal.errors import Invalid
from portal.fields import FieldKind, Level
from portal.models import words
from portal.models.registry import Recipe, guess_positive

SAMPLE: Final = 3_000
MOST_VALUES: Final = 30
FEW_NUMBERS: Final = 10
ORDERS: Final = frozenset({FieldKind.NUMBER, FieldKind.DATE})
NEVER: Final[Mapping[Level, tuple[str, ...]]] = {
    Level.PERSON: ("customer_at", "opted_out_at", "came_at"),
    Level.COMPANY: (),
    Level.DEAL: ("outcome", "closed_at", "opened_at", "probability"),
}
"""Mapped fields that tell the outcome itself, or only when a record came: never inputs."""
OPEN_WORDS: Final = frozenset(
    [
        "open",
        "pending",
        "new",
        "ongoing",
        "active",
        "undecided",
        "unknown",
        "engaging",
        "prospecting",
        "negotiation",
        "qualification",
        "proposal",
        "nurturing",
        "contacted",
        "working",
        "in_progress",
        "in-progress",
    ]
) | {"in progress", "in process", "not yet", "needs analysis"}
"""What sources write while a deal or a lead still goes on."""
FIRST: Final = {Level.PERSON: "came_at", Level.DEAL: "opened_at"}
"""What says what came first, where a source knows it."""


@dataclass(frozen=True)
class Choice:
    """A field: the share of the sample where it is missing, and its values with their counts, the most frequent first."""

    name: str
    kind: FieldKind
    missing: float
    values: Sequence[tuple[str, int]]

    @property
    def title(self) -> str:
        return words.title(self.name)

    @property
    def answers(self) -> Sequence[tuple[str, int]]:
        """The values of which one can mean yes; none where that needs no saying or nobody could choose."""
        is_few = self.kind is FieldKind.NUMBER and len(self.values) <= FEW_NUMBERS
        return self.values[:MOST_VALUES] if self.kind is FieldKind.CATEGORY or is_few else ()

    @property
    def yes(self) -> str:
        """The value that most likely means yes, if any does."""
        try:
            return guess_positive([value for value, _ in self.answers])
        except Invalid:
            return ""

    def chosen(self, value: str) -> str:
        """The value that means yes: the one given, if the field holds it, else the likeliest."""
        return value if value in dict(self.answers) else self.yes

    def open_values(self, yes: str) -> list[str]:
        """The values that most likely say that nobody knows yet, beside the one that means yes."""
        return [value for value, _ in self.answers if value != yes and value.casefold().strip() in OPEN_WORDS]

    @property
    def frequent(self) -> Sequence[tuple[str, float]]:
        """The three most frequent values with their shares, where values repeat."""
        if self.kind in {FieldKind.TEXT, FieldKind.DATE} or (
            self.kind is FieldKind.NUMBER and not self.answers
        ):
            return ()
        total = sum(count for _, count in self.values)
        spoken = {"1": "yes", "0": "no"} if self.kind is FieldKind.BOOLEAN else {}
        return [(spoken.get(value, value), count / total) for value, count in self.values[:3]]

    @property
    def is_outcome(self) -> bool:
        """Whether a model could learn it: yes and no, a date that came or not, or a few values."""
        sure = self.kind in {FieldKind.BOOLEAN, FieldKind.DATE} and self.missing < 1
        return sure or len(self.answers) > 1


@dataclass(frozen=True)
class Survey:
    """The fields of a level, by their titles, and how many records were looked at."""

    level: Level
    records: int
    is_sample: bool
    fields: Sequence[Choice]

    def find(self, name: str) -> Choice | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def outcomes(self) -> list[Choice]:
        return [field for field in self.fields if field.is_outcome]

    @property
    def narrowing(self) -> list[Choice]:
        """Fields by a value of which the records learned from can be chosen."""
        return [field for field in self.fields if field.kind is FieldKind.CATEGORY and len(field.answers) > 1]

    @property
    def orders(self) -> list[Choice]:
        return [field for field in self.fields if field.kind in ORDERS and field.missing < 1]

    def chosen_order(self, name: str, *, is_first: bool) -> str:
        """What says what came first: the field given, or to begin with what a source usually knows; empty for nothing."""
        usual = FIRST.get(self.level, "") if is_first and not name else name
        return usual if usual in {field.name for field in self.orders} else ""

    def why_not(self, field: Choice, outcome: str, order: str, only: str = "") -> str:
        """Why a field is no input whatever a person ticks; empty where it is one."""
        if field.name == outcome:
            return "the outcome itself"
        if field.name == order:
            return "says what came first"
        if field.name in NEVER[self.level]:
            return "says how it ended, or when it came"
        if field.name == only:
            return "the same for all of these"
        return "free text" if field.kind is FieldKind.TEXT else ""


def survey(session: Session, level: Level) -> Survey:
    """Look at up to 3,000 records, spread evenly."""
    known = columns.inputs(session, level)
    mapped = [name for name in columns.MAPPED[level] if name in known]
    ids, is_sample = _spread(session, level)
    there = table(columns.TABLES[level], *map(column, ("id", "attributes", *mapped)))
    wanted = [there.c.attributes, *(there.c[name] for name in mapped)]
    query = select(*wanted).where(there.c.id.in_(ids))
    counts: dict[str, Counter[str]] = {name: Counter() for name in known}
    rows = session.connection().execute(query).all()
    for attributes, *values in rows:
        _count(counts, dict(zip(mapped, values, strict=True)) | json.loads(attributes))
    fields = [_choice(f.name, f.kind, counts[f.name], len(rows)) for f in known.values()]
    return Survey(level, len(rows), is_sample, sorted(fields, key=lambda field: field.title.casefold()))


def _spread(session: Session, level: Level) -> tuple[list[int], bool]:
    """Ids to look at, and whether there are others."""
    id_ = table(columns.TABLES[level], column("id")).c.id
    found = session.connection().execute(select(func.min(id_), func.max(id_))).one()
    first, last = found if found[0] is not None else (0, -1)
    step = max(1, (last - first + 1) // SAMPLE)
    return list(range(first, last + 1, step)), step > 1


def _count(counts: dict[str, Counter[str]], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in counts and value not in (None, ""):
            counts[name][_text(value)] += 1


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _choice(name: str, kind: FieldKind, counts: Counter[str], records: int) -> Choice:
    missing = 1 - counts.total() / records if records else 1.0
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Choice(name, kind, missing, ordered)


def check(found: Survey, recipe: Recipe) -> None:
    """Refuse what could not be learned, before a job is added for it. Raises Invalid."""
    if recipe.term:
        _check_order(found, recipe)
        return
    outcome = found.find(recipe.outcome)
    if outcome is None or not outcome.is_outcome:
        raise Invalid("Choose the field a model is to learn: one that says how it ended, such as Converted.")
    if outcome.kind is FieldKind.CATEGORY and not (recipe.positive or outcome.yes):
        raise Invalid(f"Choose which value of {outcome.title} means yes.")
    if recipe.positive and recipe.positive in recipe.undecided:
        raise Invalid(f"“{recipe.positive}” cannot mean yes and not known yet at once.")
    _check_order(found, recipe)


def _check_order(found: Survey, recipe: Recipe) -> None:
    if recipe.order_by and recipe.order_by not in {field.name for field in found.orders}:
        raise Invalid("Choose a field of dates or numbers that says what came first.")
    _check_age(found, recipe)
    _check_population(found, recipe)


def _check_age(found: Survey, recipe: Recipe) -> None:
    if recipe.within_days is None:
        return
    order = found.find(recipe.order_by or "")
    if order is None or order.kind is not FieldKind.DATE:
        raise Invalid(NO_AGE)


NO_AGE: Final = "To know who is too young to know the outcome, name a field of dates that says what came first, or leave the days empty."


def _check_population(found: Survey, recipe: Recipe) -> None:
    if recipe.only_field and not found.find(recipe.only_field):
        raise Invalid("Choose one of the fields offered to narrow down whom it learns from.")
    if recipe.only_field and not recipe.only_value:
        raise Invalid(f"Choose which value of {words.title(recipe.only_field)} the records are to have.")


SOURCES: Final = """
    WITH RECURSIVE known(source) AS (
        SELECT MIN(source) FROM external_id WHERE level = :level
        UNION ALL
        SELECT (SELECT MIN(e.source) FROM external_id e WHERE e.level = :level AND e.source > known.source)
        FROM known WHERE known.source IS NOT NULL
    )
    SELECT source FROM known WHERE source IS NOT NULL
"""
"""Jumps from source to source in the index: as quick for a million records as for ten."""


def sources(session: Session, level: Level) -> list[str]:
    """The systems the records of a level come from."""
    return list(session.connection().execute(text(SOURCES), {"level": level}).scalars())
