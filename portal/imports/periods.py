"""Months, quarters and years as people write them: 2026-05, May 2026, Q2 2026, 2026."""

from typing import Final

import polars as pl

from portal.imports.dates import MONTHS

YEAR: Final = r"((?:19|20)\d{2})"
NUMBERED: Final = rf"^{YEAR}[-/.](\d{{1,2}})$"
NUMBERED_LAST: Final = rf"^(\d{{1,2}})[-/.]{YEAR}$"
NAMED: Final = rf"(?i)^([a-z]{{3}})[a-z]*\.?[\s,'-]+{YEAR}$"
QUARTER: Final = rf"(?i)^(?:{YEAR}[\s/-]*Q([1-4])|Q([1-4])[\s/-]*(?:FY)?\s*{YEAR})$"
WHOLE_YEAR: Final = rf"(?i)^(?:FY\s*)?{YEAR}$"


def months(cells: pl.Series) -> pl.Series:
    """The first day of a month that stands alone; null for anything else."""
    text = pl.col("text")
    by_name = {name: place + 1 for place, name in enumerate(MONTHS)}
    named = (
        text.str.extract(NAMED, 1)
        .str.to_lowercase()
        .replace_strict(by_name, default=None, return_dtype=pl.Int32)
    )
    year = pl.coalesce(
        text.str.extract(NUMBERED, 1), text.str.extract(NUMBERED_LAST, 2), text.str.extract(NAMED, 2)
    )
    month = pl.coalesce(
        text.str.extract(NUMBERED, 2).cast(pl.Int32), text.str.extract(NUMBERED_LAST, 1).cast(pl.Int32), named
    )
    return cells.alias("text").to_frame().select(_first_of(year, month)).to_series()


def periods(cells: pl.Series) -> pl.DataFrame:
    """`first_on` and `last_on` of a month, a quarter or a year; null for anything else."""
    text = pl.col("text")
    quarter = pl.coalesce(text.str.extract(QUARTER, 2), text.str.extract(QUARTER, 3)).cast(pl.Int32)
    of_quarter = _first_of(
        pl.coalesce(text.str.extract(QUARTER, 1), text.str.extract(QUARTER, 4)), quarter * 3 - 2
    )
    of_year = _first_of(text.str.extract(WHOLE_YEAR, 1), pl.lit(1))
    frame = cells.alias("text").to_frame().with_columns(month=months(cells), quarter=of_quarter, year=of_year)
    last = pl.coalesce(
        pl.col("month").dt.month_end(),
        pl.col("quarter").dt.offset_by("2mo").dt.month_end(),
        pl.col("year").dt.offset_by("11mo").dt.month_end(),
    )
    return frame.select(first_on=pl.coalesce("month", "quarter", "year"), last_on=last)


def _first_of(year: pl.Expr, month: pl.Expr) -> pl.Expr:
    known = month.is_between(1, 12)
    return pl.when(known).then(pl.date(year.cast(pl.Int32), pl.when(known).then(month), 1))
