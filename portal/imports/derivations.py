"""Fields that follow from other fields of the same row: names, ends of deals, days of flags, periods, defaults."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import polars as pl

from portal.imports import periods

if TYPE_CHECKING:
    from portal.imports.records import Reader

ENDED: Final = ("won", "lost")
TERMS: Final = ("target", "inquiry", "lead", "qualified_lead", "opportunity", "customer", "nurture")
ORDER_KINDS: Final = ("first", "renewal", "upgrade", "referral")
NO_KIND: Final = "activity"
REQUEST: Final = "request"

Derive = Callable[[pl.DataFrame, "Reader"], pl.DataFrame]


def derived(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    """The fields of a kind with what follows from them."""
    derive = DERIVED.get(reader.mapping.kind)
    return derive(fields, reader) if derive else fields


def people(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    """Names split or joined, flags with their days, and what the status says about them."""
    said = reader.meaning("status")
    mapped = reader.mapping.fields
    if any(column.meanings for column in reader.mapping.of_field("status")):
        mapped |= {"opted_out", "customer"}
    frame = fields.with_columns(
        said.alias("said"),
        reader.day_of_flag("opted_out").alias("out"),
        reader.day_of_flag("customer").alias("bought"),
    ).with_columns(
        opted_out=flag("opted_out", "opted_out", known="opted_out" in mapped),
        opted_out_at=pl.coalesce("opted_out_at", "out"),
        customer=flag("customer", "customer", known="customer" in mapped),
        customer_at=pl.coalesce("customer_at", "bought"),
        direction=pl.col("direction").fill_null(reader.mapping.direction),
        term=pl.when(pl.col("said").is_in(TERMS)).then("said"),
    )
    return with_names(frame).select(*fields.columns, "term")


def flag(name: str, word: str, *, known: bool) -> pl.Expr:
    """Yes where the column or the status says so; null where neither was mapped."""
    return (
        (pl.col(name).fill_null(value=False) | (pl.col("said") == word).fill_null(value=False))
        if known
        else pl.col(name)
    )


def with_names(frame: pl.DataFrame) -> pl.DataFrame:
    """`Ada Lovelace` and `Lovelace, Ada` in one column become first and last name; and the other way round."""
    if not frame["name"].null_count() < frame.height:
        joined = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
        return frame.with_columns(name=pl.when(joined != "").then(joined))
    turned = pl.col("name").str.replace(r"^([^,]+),\s*([^,]+)$", "${2} ${1}")
    first, last = turned.str.extract(r"^(.*\S)\s+\S+$", 1), turned.str.extract(r"(\S+)$", 1)
    return frame.with_columns(
        name=turned, first_name=pl.coalesce("first_name", first), last_name=pl.coalesce("last_name", last)
    )


def deals(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    """The outcome from its column, the flags or the stage, in this order; a closed deal closed on its close date."""
    ended = (
        pl.when("is_won")
        .then(pl.lit("won"))
        .when(~pl.col("is_won") & pl.col("is_closed"))
        .then(pl.lit("lost"))
    )
    by_flags = ended.when(pl.col("is_closed").not_()).then(pl.lit("open"))
    said = reader.meaning("stage", within=fields["pipeline"])
    by_stage = pl.when(pl.col("said").is_in(TERMS)).then(pl.lit("open")).otherwise("said")
    frame = fields.with_columns(said.alias("said")).with_columns(
        outcome=pl.coalesce("outcome", by_flags, by_stage)
    )
    closed, paid_in = closing(reader)
    return frame.with_columns(
        term(), closed_at=closed, currency=paid_in, person_external_id=contact()
    ).select(pl.col(fields.columns).exclude("is_won", "is_closed"), "term")


def term() -> pl.Expr:
    """The term a deal's stage stands for: what the mapping says, else what its outcome says."""
    by_outcome = pl.col("outcome").replace_strict(
        {"open": "opportunity", "won": "customer", "lost": ""}, default=None, return_dtype=pl.String
    )
    return pl.when(pl.col("said").is_in(TERMS)).then("said").otherwise(by_outcome).alias("term")


def closing(reader: "Reader") -> tuple[pl.Expr, pl.Expr]:
    zone = reader.mapping.time_zone
    midnight = (
        pl.col("expected_close_on")
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    )
    closed = pl.when(pl.col("outcome").is_in(ENDED)).then(midnight.dt.convert_time_zone("UTC"))
    return pl.coalesce("closed_at", closed), currency(reader, "amount")


def currency(reader: "Reader", *amounts: str) -> pl.Expr:
    """The currency of the file for rows that have an amount and name none."""
    known = pl.any_horizontal(pl.col(amounts).is_not_null())
    return pl.coalesce("currency", pl.when(known).then(pl.lit(reader.mapping.currency or None)))


def contact() -> pl.Expr:
    """The person a deal is with: the one named, else the first of several, else the lead it came from."""
    first = pl.col("people_external_ids").str.split(";").list.first().str.strip_chars()
    return pl.coalesce("person_external_id", first, "lead_external_id")


def activities(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    """What a request is, and who made the first move, as the mapping says; what a task is about, by Salesforce's ids."""
    related = pl.col("related_external_id")
    frame = fields.with_columns(reader.meaning("kind").alias("said"))
    request = (pl.col("said") == REQUEST).fill_null(value=False)
    return frame.with_columns(
        kind=pl.col("kind").fill_null(NO_KIND),
        is_request=request,
        direction=pl.coalesce(
            "direction", pl.when(request).then(pl.lit("inbound")), pl.lit(reader.mapping.direction)
        ),
        company_external_id=pl.coalesce("company_external_id", pl.when(about("001")).then(related)),
        person_external_id=pl.coalesce("person_external_id", pl.when(about("003", "00Q")).then(related)),
        deal_external_id=pl.coalesce(
            "deal_external_id", pl.when(about("006") | ~about("001", "003", "00Q", "701")).then(related)
        ),
    ).drop("said")


def about(*starts: str) -> pl.Expr:
    return pl.col("related_external_id").str.slice(0, 3).is_in(starts)


def members(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    answered = reader.day_of_flag("responded")
    return fields.with_columns(responded_at=pl.coalesce("responded_at", answered))


def spend(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    """A campaign without a channel is its own channel."""
    return fields.with_columns(
        channel=pl.coalesce("channel", "campaign", pl.lit(reader.mapping.source)),
        currency=currency(reader, "amount"),
    )


def orders(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    said = pl.col("said")
    meant = pl.coalesce(reader.meaning("kind"), fields["kind"].str.to_lowercase())
    return (
        fields.with_columns(said=meant)
        .with_columns(kind=pl.when(said.is_in(ORDER_KINDS)).then(said), currency=currency(reader, "amount"))
        .drop("said")
    )


def owners(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    del reader
    joined = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    return fields.with_columns(name=pl.coalesce("name", pl.when(joined != "").then(joined)))


def quotas(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
    """The days of the period, where only its name is given; a first day alone begins a month."""
    named = periods.periods(fields["period"].fill_null(""))
    first = pl.coalesce(pl.col("first_on"), named["first_on"])
    last = pl.coalesce(pl.col("last_on"), named["last_on"], first.dt.month_end())
    return fields.with_columns(first_on=first, last_on=last, currency=currency(reader, "amount"))


def priced(*amounts: str) -> Derive:
    def derive(fields: pl.DataFrame, reader: "Reader") -> pl.DataFrame:
        return fields.with_columns(currency=currency(reader, *amounts))

    return derive


DERIVED: Final[dict[str, Derive]] = {
    "people": people,
    "deals": deals,
    "companies": priced("revenue"),
    "products": priced("price"),
    "campaigns": priced("budget", "cost"),
    "campaign_members": members,
    "activities": activities,
    "spend": spend,
    "orders": orders,
    "owners": owners,
    "quotas": quotas,
}
