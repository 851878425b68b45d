"""Where the fields of an import go: for each kind of record its table, its columns, and how a value is stored."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
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


def whole(values: pl.Series) -> pl.Series:
    return values.cast(pl.Int64)


def flag(values: pl.Series) -> pl.Series:
    return values.cast(pl.Boolean)


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
class Link:
    """A column that another record's id fills. `level` and `table` are the other's.

    `key` is the field with the id its source gives it. `name`, where there is one, is the field with its name, by which
    it is found within the source, `written` the column that keeps that name, and `by` the column that says how it was
    found. `domain`: else by the domain of the e-mail address.
    """

    column: str
    level: str
    table: str
    key: str
    name: str = ""
    written: str = ""
    by: str = ""
    domain: bool = False

    @property
    def evidence(self) -> dict[str, str]:
        """The field that each way of finding it rests on."""
        ways = {"id": self.key, "name": self.name, "domain": "email" if self.domain else ""}
        return {way: field for way, field in ways.items() if field}

    @property
    def places(self) -> tuple[Place, ...]:
        found = (Place(self.column, self.column, whole, None),)
        return (*found, Place(self.by, self.by)) if self.by else found


COMPANY: Final = Link(
    "company_id", "company", "company", "company_external_id", "company", "company_name", "company_by"
)
COMPANY_OF_PERSON: Final = replace(COMPANY, domain=True)
PARENT: Final = Link(
    "parent_id", "company", "company", "parent_external_id", "parent", "parent_name", "parent_by"
)
OWNER: Final = Link("owner_id", "owner", "owner", "owner_external_id", "owner", "owner", "owner_by")


def by_id(name: str, level: str = "", table: str = "") -> Link:
    """A link found by its id only: `deal` is the field deal_external_id and fills deal_id."""
    return Link(f"{name}_id", level or name, table or level or name, f"{name}_external_id")


@dataclass(frozen=True)
class Target:
    """A table that records of a kind go to. `level` is what its external ids and changes are filed under."""

    level: str
    table: str
    own: tuple[Place, ...]
    links: tuple[Link, ...] = ()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        return (*self.own, *(place for link in self.links for place in link.places))

    @property
    def columns(self) -> list[str]:
        return [place.column for place in self.places]

    @cached_property
    def silent(self) -> frozenset[str]:
        """Columns whose changes are no history: how a link was found."""
        return frozenset(link.by for link in self.links if link.by)


def texts(*names: str) -> tuple[Place, ...]:
    """Columns of text that are called like their fields."""
    return tuple(Place(name, name) for name in names)


def called(store: Store, *names: str) -> tuple[Place, ...]:
    """Columns that are called like their fields, nothing where the field says nothing."""
    return tuple(Place(name, name, store, None) for name in names)


DIRECTION: Final = Place("direction", "direction", otherwise="unknown")

TARGETS: Final = {
    "people": Target(
        Level.PERSON,
        "person",
        (
            *texts("first_name", "last_name", "email", "phone", "title"),
            Place("company_name", "company"),
            *texts("source", "campaign", "owner", "status", "term", "country", "city"),
            DIRECTION,
            Place("came_at", "created_at", instant, None),
            *called(instant, "opted_out_at", "customer_at"),
        ),
        (COMPANY_OF_PERSON, OWNER),
    ),
    "companies": Target(
        Level.COMPANY,
        "company",
        (
            *texts("name", "domain", "industry", "currency", "type", "country", "city", "owner"),
            Place("parent_name", "parent"),
            *called(number, "employees"),
            *called(money, "revenue"),
        ),
        (PARENT, OWNER),
    ),
    "deals": Target(
        Level.DEAL,
        "deal",
        (
            Place("name", "name"),
            Place("company_name", "company"),
            *texts("owner", "pipeline", "stage", "term"),
            Place("outcome", "outcome", otherwise="open"),
            *called(money, "amount"),
            Place("currency", "currency"),
            *called(number, "probability"),
            *texts("product", "source", "type"),
            Place("opened_at", "created_at", instant, None),
            *called(day, "expected_close_on"),
            *called(instant, "closed_at"),
        ),
        (COMPANY, OWNER, by_id("person"), by_id("partner"), by_id("campaign")),
    ),
    "deal_roles": Target(
        "deal_role",
        "deal_role",
        (Place("role", "role"), Place("is_primary", "is_primary", flag, False)),
        (by_id("deal"), by_id("person")),
    ),
    "stage_changes": Target(
        "stage", "stage_change", (Place("stage", "stage"), *called(instant, "entered_at")), (by_id("deal"),)
    ),
    "campaigns": Target(
        "campaign",
        "campaign",
        (
            *texts("name", "channel", "status", "currency"),
            *called(day, "starts_on", "ends_on"),
            *called(money, "budget", "cost"),
        ),
        (by_id("parent", "campaign"),),
    ),
    "campaign_members": Target(
        "member",
        "campaign_member",
        (Place("status", "status"), *called(instant, "joined_at", "responded_at")),
        (by_id("campaign"), by_id("person")),
    ),
    "activities": Target(
        "activity",
        "activity",
        (*called(instant, "at"), *called(whole, "kind_id"), DIRECTION, Place("owner", "owner")),
        (by_id("person"), by_id("deal"), by_id("company")),
    ),
    "orders": Target(
        "order",
        "customer_order",
        (
            *texts("number", "kind", "currency", "product", "status"),
            Place("company_name", "company"),
            *called(money, "amount"),
            *called(instant, "ordered_at"),
        ),
        (by_id("person"), COMPANY, by_id("deal")),
    ),
    "owners": Target("owner", "owner", texts("name", "email", "team", "manager")),
    "quotas": Target(
        "quota",
        "quota",
        (*texts("owner", "team", "currency"), *called(day, "first_on", "last_on"), *called(money, "amount")),
        (OWNER,),
    ),
    "partners": Target(
        "partner",
        "partner",
        texts("name", "type", "status", "domain", "country", "owner"),
        (by_id("company"), OWNER),
    ),
    "products": Target(
        "product", "product", (*texts("name", "code", "family", "currency"), *called(money, "price"))
    ),
    "spend": Target(
        "spend",
        "spend_line",
        (*texts("channel", "campaign", "currency"), *called(day, "spent_on"), *called(money, "amount")),
    ),
}
