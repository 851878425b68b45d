"""What two people differ in, and what becomes of it when they are merged. Values in, values out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Values = Mapping[str, Any]
"""A person's columns by name, and each attribute under "attribute:" and its name; what is empty is None."""

ATTRIBUTE: Final = "attribute:"


@dataclass(frozen=True)
class Choice:
    """Columns that go together; the first is what people see and choose by."""

    key: str
    word: str
    columns: tuple[str, ...]


CHOICES: Final = (
    Choice("first_name", "First name", ("first_name",)),
    Choice("last_name", "Last name", ("last_name",)),
    Choice("email", "E-mail", ("email",)),
    Choice("phone", "Phone", ("phone",)),
    Choice("title", "Title", ("title",)),
    Choice("company_name", "Company", ("company_name", "company_id", "company_by")),
    Choice("city", "City", ("city",)),
    Choice("country", "Country", ("country",)),
    Choice("source", "Source", ("source", "campaign", "direction")),
    Choice("owner", "Owner", ("owner", "owner_id", "owner_by")),
    Choice("status", "Status", ("status", "term")),
)
EARLIEST: Final = ("came_at", "arrived_at", "opted_out_at", "customer_at")
"""Nobody chooses these: the first time counts, and an opt-out is never lost."""
GONE: Final = "gone_at"
"""Nor this: who is gone from one source and not from another is still there."""

OWN: Final = frozenset(
    {"id", "attributes", "import_id", "created_at", "updated_at", "version", "merged_into_id"}
)
"""What stays with the row it describes."""


@dataclass(frozen=True)
class Difference:
    """A field in which two people differ: its key, its word, both values, and whether the other's is better known."""

    key: str
    word: str
    stays: Any
    other: Any

    @property
    def takes_other(self) -> bool:
        """Where nobody chooses: the other's value, if the one who stays has none."""
        return self.stays is None


def choices(*people: Values) -> Iterable[Choice]:
    """The choices there are among these people: the fields, then every attribute by name."""
    names = sorted({name for person in people for name in person if name.startswith(ATTRIBUTE)})
    return (*CHOICES, *(Choice(name, name.removeprefix(ATTRIBUTE), (name,)) for name in names))


def differences(stays: Values, other: Values) -> list[Difference]:
    """What to choose among, in the order of the fields."""
    return [
        Difference(choice.key, choice.word, stays.get(choice.key), other.get(choice.key))
        for choice in choices(stays, other)
        if stays.get(choice.key) != other.get(choice.key)
    ]


def defaults(stays: Values, other: Values) -> set[str]:
    """Keys of the fields that are taken from the other where nobody chooses."""
    return {difference.key for difference in differences(stays, other) if difference.takes_other}


def merged(stays: Values, other: Values, take: Collection[str]) -> dict[str, Any]:
    """The values of the one who stays, after taking the other's for the keys in `take`."""
    taken = {
        column: other.get(column)
        for choice in choices(stays, other)
        if choice.key in take
        for column in choice.columns
    }
    first = {name: _earliest(stays.get(name), other.get(name)) for name in EARLIEST}
    gone: list[Any] = [stays.get(GONE), other.get(GONE)]
    return {**stays, **taken, **first, GONE: None if None in gone else max(gone)}


def _earliest(one: Any, other: Any) -> Any:
    known = [value for value in (one, other) if value is not None]
    return min(known) if known else None


def changes(before: Values, after: Values) -> dict[str, list[Any]]:
    """By name: the value before and after, of those that differ."""
    names = sorted({*before, *after})
    return {
        name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)
    }


@dataclass(frozen=True)
class Undone:
    """What splitting does to one field: give the record this value, or hand it on to the later merge that replaced it."""

    name: str
    value: Any
    heir: int | None = None


def undone(
    changed: Mapping[str, list[Any]], later: Mapping[int, Mapping[str, list[Any]]], now: Values
) -> list[Undone]:
    """How to take back what a merge changed. `later` are changes of later merges that stand, by id, the oldest first.

    A value that a later merge replaced in its turn becomes what that one restores; a value that was changed otherwise
    since then stays as it is.
    """
    found = []
    for name, (before, after) in changed.items():
        heir = next((merge for merge, theirs in later.items() if name in theirs), None)
        if heir is not None:
            found.append(Undone(name, before, heir))
        elif now.get(name) == after:
            found.append(Undone(name, before))
    return found
