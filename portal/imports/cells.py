"""Cells of one mapped column, read as what the mapping says: values, and which cells could not be read."""

from dataclasses import dataclass

import polars as pl

from portal.imports import dates, numerals
from portal.imports.mapping import ColumnMapping
from portal.imports.words import MISSING, MISSING_IN_NAMES, as_booleans, spellings, without_missing


@dataclass(frozen=True)
class Read:
    """`bad` marks the cells that hold something, but nothing of the kind; None: all could be read."""

    values: pl.Series
    bad: pl.Series | None = None


def words_for_missing(column: ColumnMapping) -> tuple[str, ...]:
    if column.missing is not None:
        return column.missing
    return MISSING_IN_NAMES if column.field in {"first_name", "last_name", "name"} else MISSING


def as_text(cells: pl.Series, column: ColumnMapping) -> Read:
    present = without_missing(cells, words_for_missing(column))
    return Read(present.replace(column.values) if column.values else present)


def as_number(cells: pl.Series, column: ColumnMapping) -> Read:
    known = valued(cells, column)
    return checked(known, numerals.as_numbers(known, column.number), column)


def as_amount(cells: pl.Series, column: ColumnMapping) -> Read:
    known = valued(cells, column)
    return checked(known, numerals.as_amounts(known, column.number), column)


def as_time(cells: pl.Series, column: ColumnMapping, zone: str) -> Read:
    known = valued(cells, column)
    return checked(known, dates.as_times(known, column.date, zone), column)


def as_day(cells: pl.Series, column: ColumnMapping) -> Read:
    known = valued(cells, column)
    return checked(known, dates.as_days(known, column.date), column)


def as_boolean(cells: pl.Series, column: ColumnMapping) -> Read:
    known = valued(cells, column)
    return checked(known, as_booleans(known), column)


def valued(cells: pl.Series, column: ColumnMapping) -> pl.Series:
    return cells.replace(column.values) if column.values else cells


def checked(cells: pl.Series, values: pl.Series, column: ColumnMapping) -> Read:
    """Mark what was not read, the words for missing aside; those few are looked at only now."""
    bad = cells.is_not_null() & values.is_null()
    if not bad.any():
        return Read(values)
    bad = bad & ~cells.is_in(spellings(words_for_missing(column)))
    return Read(values, bad if bad.any() else None)


def attribute(cells: pl.Series, column: ColumnMapping, zone: str) -> Read:
    """A column as the typed attribute it becomes: float64, boolean, day, aware time or text."""
    match column.kind:
        case "number":
            return as_number(cells, column)
        case "boolean":
            return as_boolean(cells, column)
        case "date":
            return as_time(cells, column, zone) if column.date.with_time else as_day(cells, column)
        case _:
            return as_text(cells, column)
