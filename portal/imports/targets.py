"""Where the fields of an import go: for each kind of record its table, its columns, and how a value is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from portal.db import MONEY_SCALE
from portal.fields import Level

Store = Callable[[pl.Series], pl.Series]


def text(values: pl.Series) -> pl.Series:
    return values.cast(pl.String).fill_null("")


def instant(values: pl.Series) -> pl.Series:
    return values.cast(pl.Datetime("us", "UTC")).cast(pl.Int64)


def money(values: pl.Series) -> pl.Series:
    return (values.cast(pl.Decimal(24, 4)) * MONEY_SCALE).cast(pl.Int64)


def day(values: pl.Series) -> pl.Series:
    return values.cast(pl.Date).cast(pl.String)


def number(values: pl.Series) -> pl.Series:
    return values.cast(pl.Float64)


@dataclass(frozen=True)
class Place:
    """One column of a table: the field it takes, how, and what a record has that says nothing about it."""

    column: str
    field: str
    store: Store = text
    otherwise: Any = ""

    def of(self, values: pl.Series) -> pl.Series:
        """A field's values as the column has them."""
        stored = self.store(values)
        return stored.replace("", self.otherwise) if self.otherwise else stored

    @property
    def stored(self) -> pl.DataType:
        """The type of its values as the table has them."""
        return self.store(pl.Series([None], dtype=pl.Null)).dtype

    @property
    def is_day(self) -> bool:
        return self.store is day


@dataclass(frozen=True)
class Target:
    """A table that records of a kind go to. `links` are columns that another record's id fills."""

    level: Level
    table: str
    places: tuple[Place, ...]

    @property
    def columns(self) -> list[str]:
        return [place.column for place in self.places]


TARGETS: Final = {
    "people": Target(
        Level.PERSON,
        "person",
        (
            Place("first_name", "first_name"),
            Place("last_name", "last_name"),
            Place("email", "email"),
            Place("phone", "phone"),
            Place("title", "title"),
            Place("company_name", "company"),
            Place("source", "source"),
            Place("campaign", "campaign"),
            Place("owner", "owner"),
            Place("status", "status"),
            Place("country", "country"),
            Place("city", "city"),
            Place("direction", "direction", otherwise="unknown"),
            Place("came_at", "created_at", instant, None),
            Place("opted_out_at", "opted_out_at", instant, None),
            Place("customer_at", "customer_at", instant, None),
        ),
    ),
    "deals": Target(
        Level.DEAL,
        "deal",
        (
            Place("name", "name"),
            Place("company_name", "company"),
            Place("person_id", "person_id", lambda values: values.cast(pl.Int64), None),
            Place("owner", "owner"),
            Place("stage", "stage"),
            Place("outcome", "outcome", otherwise="open"),
            Place("amount", "amount", money, None),
            Place("currency", "currency"),
            Place("probability", "probability", number, None),
            Place("product", "product"),
            Place("source", "source"),
            Place("type", "type"),
            Place("opened_at", "created_at", instant, None),
            Place("expected_close_on", "expected_close_on", day, None),
            Place("closed_at", "closed_at", instant, None),
        ),
    ),
}
