"""The fields of records, typed: one column per field of the kind, null where the file says nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from portal.imports import cells as read
from portal.imports import derivations, periods
from portal.imports.cells import Read
from portal.imports.identifiers import full_ids
from portal.imports.kinds import INSTANT, Field
from portal.imports.mapping import ColumnMapping, Mapping
from portal.imports.numerals import CODES


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
    frame = derivations.derived(pl.DataFrame(columns), reader)
    return frame, [*reader.faults, *missing(frame, reader)]


def missing(frame: pl.DataFrame, reader: "Reader") -> list[Fault]:
    """Rows without what every record of the kind needs, where nothing else is wrong with the cell."""
    record = reader.mapping.record
    found = []
    for name in record.required:
        empty = frame[name].is_null()
        for fault in reader.faults:
            empty &= ~fault.bad
        if empty.any():
            column = reader.title(name)
            found.append(
                Fault(
                    empty,
                    column,
                    empty.cast(pl.String),
                    f"{column} is empty, and every {record.one} needs one.",
                )
            )
    return found


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
        found = [self.column(column, field) for column in mapped]
        if field.type == "flag":
            return reduce(or_, found).cast(field.stored).alias(field.name)
        return pl.select(pl.coalesce(found)).to_series().cast(field.stored).alias(field.name)

    def title(self, field: str) -> str:
        """What the file calls a field; the field's own name where it has no column."""
        columns = self.mapping.of_field(field)
        return columns[0].column if columns else field.replace("_", " ").capitalize()

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

    def meaning(self, field: str, within: pl.Series | None = None) -> pl.Series:
        """What the values of a stage or status are said to mean; null where nothing is said.

        What is said of `pipeline / value`, the pipelines being given in `within`, counts before what is said of the value.
        """
        for column in self.mapping.of_field(field):
            if column.column in self.cells.columns and column.meanings:
                cells = self.cells[column.column]
                said = meant(cells, column)
                if within is None or not any(WITHIN in value for value in column.meanings):
                    return said
                whole = pl.select(pl.concat_str(within, cells, separator=WITHIN)).to_series()
                return pl.select(pl.coalesce(meant(whole, column), said)).to_series()
        return pl.repeat(None, self.cells.height, dtype=pl.String(), eager=True)

    def day_of_flag(self, field: str) -> pl.Series:
        for column in self.mapping.of_field(field):
            if column.kind == "date" and column.column in self.cells.columns:
                return read.as_time(self.cells[column.column], column, self.mapping.time_zone).values
        return pl.repeat(None, self.cells.height, dtype=INSTANT, eager=True)


OUTCOMES = ("open", "won", "lost")
WITHIN = " / "


def meant(cells: pl.Series, column: ColumnMapping) -> pl.Series:
    return cells.replace_strict(column.meanings, default=None, return_dtype=pl.String)


def too_long(values: pl.Series, longest: int) -> pl.Series | None:
    size = values.str.len_bytes().max()
    return None if size is None or int(str(size)) <= longest else values.str.len_chars() > longest


def as_text(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    del mapping
    return read.as_text(cells, column)


def as_id(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    """Of several ids in a cell (`101;102`) the first."""
    ids = as_text(cells, column, mapping).values
    if ids.str.contains(SEVERAL, literal=True).any():
        ids = ids.str.split(SEVERAL).list.first().str.strip_chars()
    return Read(full_ids(ids) if column.salesforce_id or mapping.has_salesforce_ids else ids)


SEVERAL = ";"


def as_domain(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    """`https://www.acme.com/about` and `ada@acme.com` are acme.com."""
    text = as_text(cells, column, mapping).values.str.to_lowercase()
    host = text.str.extract(r"^(?:[a-z]+://)?(?:[^/@]*@)?(?:www\.)?([^/:?#\s]+)", 1)
    return Read(host.str.strip_chars("."))


def as_month(cells: pl.Series, column: ColumnMapping, mapping: Mapping) -> Read:
    """A day, or the first of a month that stands alone: `2026-05`, `May 2026`."""
    known = as_text(cells, column, mapping).values
    months = periods.months(known)
    days = read.as_day(cells, column).values
    return read.checked(known, pl.select(pl.coalesce(months, days)).to_series(), column)


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
    words = {word: word for word in OUTCOMES} | {name.title(): name for name in OUTCOMES}
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
    "ids": as_text,
    "domain": as_domain,
    "month": as_month,
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
    "month": "is no day and no month that can be read here; write it like 2024-12-31 or 2024-12",
    "number": "is no number that can be read here; write it like 1234.56 or correct the column's number format",
    "share": "is no number that can be read here; write it like 0.25 or correct the column's number format",
    "amount": "is no amount that can be read here; write it like 1234.56 or correct the column's number format",
    "flag": "says neither yes nor no; write yes or no, or leave it empty",
    "currency": "is no currency; write a code of three letters such as EUR",
    "outcome": "is no outcome that is known here; say in the mapping whether it means open, won or lost",
    "direction": "is no direction that is known here; say in the mapping whether it means inbound or outbound",
}
