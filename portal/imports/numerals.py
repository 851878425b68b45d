"""Numbers as people write them: 1,234.56 and 1.234,56 and 1 234,56, with signs of currency and percent."""

import re
from collections.abc import Iterable
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

AMOUNT = pl.Decimal(18, 4)
SURE = 0.95
# of a written number; the patterns take their time over longer texts
LONGEST = 64
# what may stand around a number and between its thousands
SPACE = r"[\s\u00a0\u202f]"
# the straight and the curly apostrophe separate thousands in Switzerland
APOSTROPHES = "'\u2019"
CURRENCY = r"(?:[A-Z]{3}|[A-Z]{0,3}[$€£¥₹₽₩₺zł]{1,2}|Fr\.|kr\.?)"
WRITTEN = re.compile(
    rf"^{CURRENCY}?{SPACE}*[-+(]?{SPACE}*{CURRENCY}?{SPACE}*(\d[\d.,{APOSTROPHES}\s\u00a0\u202f]*\d|\d|[.,]\d+)\)?-?{SPACE}*(?:%|{CURRENCY})?$"
)
CODES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY"}


class NumberStyle(BaseModel):
    """`decimal` is the sign before the fraction; `percent`: 50 means 0.5; `ambiguous`: the data fit both signs."""

    model_config = ConfigDict(frozen=True)

    decimal: Literal[".", ","] = "."
    percent: bool = False
    ambiguous: bool = False


def style_of(values: Iterable[str]) -> NumberStyle | None:
    """How the numbers of a column are written; None: too few of them are numbers (under 95 in 100)."""
    written = list(values)
    cores = [found.group(1) for value in written if (found := WRITTEN.match(value[: LONGEST + 1]))]
    if not cores or len(cores) < SURE * len(written):
        return None
    percents = sum(value.rstrip().endswith("%") for value in written)
    proven = {evidence(core) for core in cores}
    style = NumberStyle(
        decimal="," if "comma" in proven and "point" not in proven else ".",
        percent=percents * 2 > len(written),
        ambiguous="either" in proven and not proven & {"comma", "point"},
    )
    readable = as_numbers(pl.Series(written, dtype=pl.String), style).count()
    return style if readable >= SURE * len(written) else None


def evidence(core: str) -> str:
    """Which decimal sign one number proves: `comma`, `point`, `either` (1,234 or 1.234) or `none` (1234)."""
    commas, points = core.count(","), core.count(".")
    if commas and points:
        return "comma" if core.rindex(",") > core.rindex(".") else "point"
    if commas > 1 or points > 1:
        return "point" if commas else "comma"
    if not commas and not points:
        return "none"
    whole, fraction = re.split("[,.]", core)
    if len(fraction) == 3 and 1 <= len(whole) <= 3 and whole != "0":  # noqa: PLR2004
        return "either"
    return "comma" if commas else "point"


def as_numbers(cells: pl.Series, style: NumberStyle) -> pl.Series:
    """Finite float64; null for what is no number in this style. A percent column becomes shares of one."""
    numbers = read(cells, style, pl.Float64())
    finite = numbers.set(~numbers.is_finite(), None).replace(-0.0, 0.0)
    return finite / 100 if style.percent else finite


def as_amounts(cells: pl.Series, style: NumberStyle) -> pl.Series:
    """Exact decimals with four places; null for what is no number in this style."""
    return read(cells, style, AMOUNT)


def read(cells: pl.Series, style: NumberStyle, into: pl.DataType) -> pl.Series:
    """The plain ones at once; only what is left is taken apart."""
    if style.decimal == ",":
        return plain(cells, style).cast(into, strict=False)
    numbers = cells.cast(into, strict=False)
    left = cells.is_not_null() & numbers.is_null()
    return (
        numbers.set(left, None).scatter(
            left.arg_true(), plain(cells.filter(left), style).cast(into, strict=False)
        )
        if left.any()
        else numbers
    )


def plain(cells: pl.Series, style: NumberStyle) -> pl.Series:
    """The numbers as -1234.5; null where the grouping is not one of thousands: `1,5` is no fifteen."""
    cells = cells.set(cells.str.len_bytes() > LONGEST, None)
    text = pl.col("cells")
    bare = text.str.replace(rf"^([-+(]?){SPACE}*{CURRENCY}", "${1}").str.replace(
        rf"(?:{CURRENCY}|%)(\)?-?)$", "${1}"
    )
    core = bare.str.replace(rf"^([-+(]?){SPACE}+", "${1}").str.replace(rf"{SPACE}+(\)?-?)$", "${1}")
    negative = core.str.contains(r"^-|^\(.*\)$|-$")
    digits = core.str.replace_all(r"[-+()]", "")
    decimal = re.escape(style.decimal)
    grouping = r"\s\u00a0\u202f" + APOSTROPHES + ",.".replace(style.decimal, "")
    proper = digits.str.contains(rf"^(?:\d{{1,3}}(?:[{grouping}]\d{{3}})+|\d*)(?:{decimal}\d+)?$") & (
        digits.str.len_bytes() > 0
    )
    number = digits.str.replace_all(rf"[{grouping}]", "").str.replace(style.decimal, ".", literal=True)
    signed = pl.when(negative).then("-" + number).otherwise(number)
    return cells.alias("cells").to_frame().select(pl.when(proper).then(signed)).to_series().alias(cells.name)


def currency_of(values: Iterable[str]) -> str:
    """The one currency whose sign stands in the cells, as its code; empty: none, or several."""
    signs = {CODES[sign] for value in values for sign in CODES if sign in value}
    return signs.pop() if len(signs) == 1 else ""
