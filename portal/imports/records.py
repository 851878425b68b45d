"""The fields of records, typed: one column per field of the kind, null where the file says nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from portal.imports import cells as read
from portal.imports.cells import Read
from portal.imports.identifiers import full_ids
from portal.imports.kinds import INSTANT, Field
from portal.imports.mapping import ColumnMapping, Mapping
from portal.imports.numerals import CODES

ENDED = ("won", "lost")


@dataclass(frozen=True)
class Fault:
    """Which rows of a batch cannot go in, because of one column. `cells` are shown to the person."""

    bad: pl.Series
    column: str
    cells: pl.Series
    reason: str | pl.Series


def typed(cells: pl.DataFrame, mapping: Mapping) -> tuple[pl.DataFrame, list[Fault]]:
    """The fields in the order of the kind; cells are stripped text, by the names of the columns."""
    reader = Reader(cells, mapping)
    columns = {field.name: reader.field(field) for field in mapping.record.fields}
    derive = DERIVED[mapping.kind]
    return derive(pl.DataFrame(columns), reader), reader.faults


class Reader:
    """Reads the columns of a batch field by field and keeps what was wrong with them."""

    def __init__(self, cells: pl.DataFrame, mapping: Mapping) -> None:
        self.cells, self.mapping = cells, mapping
        self.faults: list[Fault] = []

    def field(self, field: Field) -> pl.Series:
        mapped = [
            column for column in self.mapping.of_field(field.name) if column.column in self.cells.columns
        ]
        if not mapped:
            return pl.repeat(None, self.cells.height, dtype=field.stored, eager=True).alias(field.name)
        return (
            reduce(or_, [self.column(column, field) for column in mapped])
            .cast(field.stored)
            .alias(field.name)
        )

    def column(self, column: ColumnMapping, field: Field) -> pl.Series:
        cells = self.cells[column.column]
        found = READERS[field.type](cells, column, self.mapping)
        self.fault(found.bad, column, WRONG.get(field.type, ""))
        if found.values.dtype == pl.String:
            self.fault(
                too_long(found.values, field.longest),
                column,
                f"has more than {field.longest} letters; shorten it",
            )
        return found.values

    def fault(self, bad: pl.Series | None, column: ColumnMapping, reason: str) -> None:
        if bad is not None and bad.any():
            self.faults.append(
                Fault(bad.fill_null(value=False), column.column, self.cells[column.column], reason)
            )

    def meaning(self, field: str) -> pl.Series:
        """What the values of a stage or status are said to mean; null where nothing is said."""
        for column in self.mapping.of_field(field):
            if column.column in self.cells.columns and column.meanings:
                return self.cells[column.column].replace_strict(
                    column.meanings, default=None, return_dtype=pl.String
                )
        return pl.repeat(None, self.cells.height, dtype=pl.String(), eager=True)

    def day_of_flag(self, field: str) -> pl.Series:
        for column in self.mapping.of_field(field):
            if column.kind == "date" and column.column in self.cells.columns:
                return read.as_time(self.cells[column.column], column, self.mapping.time_zone).values
        return pl.repeat(None, self.cells.height, dtype=INSTANT, eager=True)


def too_long(values: pl.Series, longest: int) -> pl.Series | None:
    size = values.str.len_bytes().max()
    return None if size is None or int(str(size)) <= longest else values.str.len_chars() > longest


def as_text(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    del mapping
    return read.as_text(cells, column)


def as_id(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    ids = as_text(cells, column, mapping).values
    return Read(full_ids(ids) if column.salesforce_id else ids)


def as_email(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    return Read(as_text(cells, column, mapping).values.str.to_lowercase())


def as_flag(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    """A day in the column of a flag says yes, an empty cell no."""
    if column.kind == "date":
        days = read.as_time(cells, column, mapping.time_zone)
        return Read(days.values.is_not_null(), days.bad)
    flags = read.as_boolean(cells, column)
    return Read(flags.values.fill_null(value=False), flags.bad)


def as_time(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    return read.as_time(cells, column, mapping.time_zone)


def as_outcome(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    del mapping
    words = {word: word for word in ("open", *ENDED)} | {name.title(): name for name in ("open", *ENDED)}
    return among(cells, column, words | column.meanings)


def as_direction(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    del mapping
    words = {
        form: word
        for word in ("inbound", "outbound", "unknown")
        for form in (word, word.title(), word.upper())
    }
    return among(cells, column, words | column.meanings)


def as_currency(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    del mapping
    known = read.as_text(cells, column).values.replace(CODES).str.to_uppercase()
    bad = known.is_not_null() & ~known.str.contains("^[A-Z]{3}$")
    return Read(known, bad if bad.any() else None)


def among(cells: pl.Series, column: ColumnMapping, words: dict[str, str]) -> Read:
    known = read.as_text(cells, column).values
    values = known.replace_strict(words, default=None, return_dtype=pl.String)
    return read.checked(known, values, column)


READERS: dict[str, Callable[[pl.Series, ColumnMapping, Mapping], Read]] = {
    "id": as_id,
    "name": as_text,
    "text": as_text,
    "word": as_text,
    "email": as_email,
    "flag": as_flag,
    "time": as_time,
    "day": lambda cells, column, _: read.as_day(cells, column),
    "number": lambda cells, column, _: read.as_number(cells, column),
    "share": lambda cells, column, _: read.as_number(cells, column),
    "amount": lambda cells, column, _: read.as_amount(cells, column),
    "currency": as_currency,
    "outcome": as_outcome,
    "direction": as_direction,
}
WRONG = {
    "time": "is no date that can be read here; write it like 2024-12-31 or correct the column's date format",
    "day": "is no date that can be read here; write it like 2024-12-31 or correct the column's date format",
    "number": "is no number that can be read here; write it like 1234.56 or correct the column's number format",
    "share": "is no number that can be read here; write it like 0.25 or correct the column's number format",
    "amount": "is no amount that can be read here; write it like 1234.56 or correct the column's number format",
    "flag": "says neither yes nor no; write yes or no, or leave it empty",
    "currency": "is no currency; write a code of three letters such as EUR",
    "outcome": "is no outcome that is known here; say in the mapping whether it means open, won or lost",
    "direction": "is no direction that is known here; say in the mapping whether it means inbound or outbound",
}


def people(fields: pl.DataFrame, reader: Reader) -> pl.DataFrame:
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
    )
    return with_names(frame).select(fields.columns)


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


def deals(fields: pl.DataFrame, reader: Reader) -> pl.DataFrame:
    """The outcome from its column, the flags or the stage, in this order; a closed deal closed on its close date."""
    ended = (
        pl.when("is_won")
        .then(pl.lit("won"))
        .when(~pl.col("is_won") & pl.col("is_closed"))
        .then(pl.lit("lost"))
    )
    by_flags = ended.when(pl.col("is_closed").not_()).then(pl.lit("open"))
    frame = fields.with_columns(reader.meaning("stage").alias("said")).with_columns(
        outcome=pl.coalesce("outcome", by_flags, "said")
    )
    zone = reader.mapping.time_zone
    midnight = (
        pl.col("expected_close_on")
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    )
    closed = pl.when(pl.col("outcome").is_in(ENDED)).then(midnight.dt.convert_time_zone("UTC"))
    currency = pl.when(pl.col("amount").is_not_null()).then(pl.lit(reader.mapping.currency or None))
    return frame.with_columns(
        closed_at=pl.coalesce("closed_at", closed), currency=pl.coalesce("currency", currency)
    ).select(pl.col(fields.columns).exclude("is_won", "is_closed"))


DERIVED = {"people": people, "deals": deals}
