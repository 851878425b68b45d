"""What a kind of record is made of."""

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from portal.imports.numerals import AMOUNT

Type = Literal[
    "id",
    "ids",
    "name",
    "text",
    "email",
    "domain",
    "word",
    "number",
    "share",
    "amount",
    "currency",
    "day",
    "month",
    "time",
    "flag",
    "outcome",
    "direction",
]

INSTANT = pl.Datetime("us", "UTC")
STORED: dict[str, pl.DataType] = {
    "number": pl.Float64(),
    "share": pl.Float64(),
    "amount": AMOUNT,
    "day": pl.Date(),
    "month": pl.Date(),
    "time": INSTANT,
    "flag": pl.Boolean(),
}


@dataclass(frozen=True)
class Field:
    """A thing a column can be. `names`: what exports call it, without case, spaces and signs, surest first.

    `private` ones do not become attributes, too: they name a person and say nothing of others.
    `since` is the field that holds the day where a flag's column holds days. `longest`, in signs, is what fits.
    `fills` are further fields that follow from it. `several`: more than one column may be it, the first filled counts.
    """

    name: str
    type: Type
    names: tuple[str, ...] = ()
    private: bool = False
    since: str = ""
    longest: int = 300
    fills: tuple[str, ...] = ()
    several: bool = False

    @property
    def stored(self) -> pl.DataType:
        return STORED.get(self.type, pl.String())

    @property
    def takes_several(self) -> bool:
        return self.several or self.type == "flag"


@dataclass(frozen=True)
class KindOfRecord:
    """`ids`: what exports call its own id. `no_key`: fields that never identify one by themselves.

    `keys`: fields that a person may declare a natural key, proposed where a file has no id; the likeliest first.
    `required`: fields without which a row is refused; `always`: those every file fills. `files`: words in the names of files that hold this kind, and
    `starts`: the first three signs of Salesforce's ids of it.
    """

    name: str
    one: str
    ids: tuple[str, ...]
    fields: tuple[Field, ...]
    no_key: frozenset[str] = field(default_factory=frozenset)
    prefixes: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    required: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        return next(found for found in self.fields if found.name == name)

    @property
    def field_names(self) -> frozenset[str]:
        return frozenset(found.name for found in self.fields)


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
