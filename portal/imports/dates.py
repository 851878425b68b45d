"""Days and times as people write them. Which of day and month comes first is decided per column, and said."""

from collections.abc import Iterable
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

# of a written time; the patterns take their time over longer texts
LONGEST = 64
Order = Literal["dmy", "mdy"]

TIME = r"(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)(?:\s*([AaPp])\.?[Mm]\.?)?"
# "Z-0300" is what Salesforce's own samples hold
ZONE = r"(Z|UTC|GMT)?\s*([+-]\d{2}:?\d{2}|[+-]\d{2})?"
WHEN = rf"^(?:[A-Za-z]{{3,9}},\s+)?(.+?)(?:(?:\s*T|,?\s+){TIME}\s*{ZONE})?$"
YEAR_FIRST = r"^(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.)(\d{1,2})$"
COMPACT = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
YEAR_LAST = r"^(\d{1,2})(?:-(\d{1,2})-|/(\d{1,2})/|\.\s?(\d{1,2})\.\s?)(\d{4}|\d{2})$"
DAY_MONTH = r"^(\d{1,2})[\s.-]*([A-Za-z]{3,9})[\s.,-]*(\d{4}|\d{2})$"
MONTH_DAY = r"^([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$"
# every form has a digit, and a sign or a letter between its parts unless it is compact
MAY_BE_DAY = r"\d.*[^\d\s.,].*\d|\d+[.\s]+\d+[.\s]+\d|[A-Za-z].*\d|\d.*[A-Za-z]|^\d{8}"
SURE = 0.95
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FAST = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f")  # fmt: skip


class DateStyle(BaseModel):
    """`fast`: the one format nearly all cells have, if it is year-first; the others are taken apart."""

    model_config = ConfigDict(frozen=True)

    order: Order = "dmy"
    fast: str = ""
    with_time: bool = False
    ambiguous: bool = False


def style_of(values: Iterable[str], *, compact: bool = False) -> DateStyle | None:
    """How the days of a column are written; None: under 95 in 100 are days. `compact`: 20240131 may be one."""
    cells = pl.Series("cells", list(values), pl.String)
    if not len(cells) or (not compact and (cells.str.contains(r"^\d+$")).mean() > 0.5):  # type: ignore[operator]  # noqa: PLR2004
        return None
    if cells.str.contains(MAY_BE_DAY).mean() < SURE:  # type: ignore[operator]
        return None  # most columns: words and decimals are not taken apart at all
    order, ambiguous = order_of(cells)
    style = DateStyle(order=order, ambiguous=ambiguous)
    walls = taken_apart(cells, style)
    if walls["wall"].is_not_null().mean() < SURE:  # type: ignore[operator]
        return None
    with_time = bool(walls["timed"].any())
    return style.model_copy(update={"fast": fast_format(cells), "with_time": with_time})


def order_of(cells: pl.Series) -> tuple[Order, bool]:
    """Day or month first, and whether the data leave it open. Points between the numbers mean day first."""
    parts = cells.str.extract(WHEN, 1).str.extract_groups(YEAR_LAST).struct.unnest().drop_nulls("1")
    if not len(parts):
        return "dmy", False
    first = parts["1"].cast(pl.Int32)
    second = parts.select(pl.coalesce("2", "3", "4")).to_series().cast(pl.Int32)
    days_first, months_first = int((first > 12).sum()), int((second > 12).sum())  # noqa: PLR2004
    if days_first or months_first:
        return ("dmy" if days_first >= months_first else "mdy"), False
    if parts["4"].is_not_null().all():
        return "dmy", False
    return ("mdy" if cells.str.contains(r"(?i)\d\s*[ap]m\b").any() else "dmy"), True


def fast_format(cells: pl.Series) -> str:
    shares = {form: fast_read(cells, form).is_not_null().mean() for form in FAST}
    best = max(shares, key=lambda form: shares[form])  # type: ignore[arg-type, return-value]
    return best if shares[best] > 0.5 else ""  # type: ignore[operator]  # noqa: PLR2004


def fast_read(cells: pl.Series, form: str) -> pl.Series:
    """Wall times of the cells in this very format, years of four digits only."""
    read = cells.str.to_datetime(form, time_unit="us", strict=False)
    return read.set(read.dt.year() < 1000, None)  # noqa: PLR2004


def as_times(cells: pl.Series, style: DateStyle, zone: str) -> pl.Series:
    """Aware UTC; null for what is no time. `zone` is where those without one were written down.

    An hour that a clock passes twice is its first; one that it skips is no time.
    """
    walls = as_walls(cells, style)
    local = walls["wall"].dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    known = (walls["wall"] - walls["offset"]).dt.replace_time_zone("UTC")
    return pl.select(pl.coalesce(known, local.dt.convert_time_zone("UTC"))).to_series().alias(cells.name)


def as_days(cells: pl.Series, style: DateStyle) -> pl.Series:
    """The day as it is written, whatever its zone."""
    return as_walls(cells, style)["wall"].dt.date().alias(cells.name)


def as_walls(cells: pl.Series, style: DateStyle) -> pl.DataFrame:
    """`wall` (naive) and `offset` from UTC (null: not said), one row per cell."""
    if not style.fast:
        return taken_apart(cells, style).select("wall", "offset")
    wall = fast_read(cells, style.fast)
    said = pl.lit(0 if style.fast.endswith("Z") else None).cast(pl.Duration("us"))
    walls = pl.DataFrame({"wall": wall}).with_columns(offset=said)
    left = (cells.is_not_null() & wall.is_null()).arg_true()
    if not len(left):
        return walls
    rest = taken_apart(cells.gather(left), style)
    return pl.DataFrame([walls[name].scatter(left, rest[name]) for name in ("wall", "offset")])


def taken_apart(cells: pl.Series, style: DateStyle) -> pl.DataFrame:
    """`wall`, `offset` and `timed` (a time of day is written) of cells in any form."""
    cells = cells.set(cells.str.len_bytes() > LONGEST, None)
    groups = cells.alias("cells").str.extract_groups(WHEN).struct.unnest()
    day, clock, half, utc, shift = (groups[str(place)] for place in range(1, 6))
    text = (
        written_day(day, style.order) + " " + clock.str.replace(",", ".", literal=True).fill_null("0:00")
    ).alias("wall")
    wall = pl.select(pl.coalesce(
        text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False),
        text.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False),
    )).to_series()  # fmt: skip
    return pl.DataFrame(
        {"wall": wall + half_day(wall, half), "offset": offset(utc, shift), "timed": clock.is_not_null()}
    )


def written_day(day: pl.Series, order: Order) -> pl.Series:
    """Year-month-day text of a day in any form; null where it is in none."""
    names = {"1": "a", "5": "e"}
    year_first = day.str.extract_groups(YEAR_FIRST).struct.unnest()
    compact = day.str.extract_groups(COMPACT).struct.unnest()
    year_last = day.str.extract_groups(YEAR_LAST).struct.unnest().rename(names)
    middle = year_last.select(pl.coalesce("2", "3", "4")).to_series()
    first, second = (middle, year_last["a"]) if order == "dmy" else (year_last["a"], middle)
    day_month = day.str.extract_groups(DAY_MONTH).struct.unnest()
    month_day = day.str.extract_groups(MONTH_DAY).struct.unnest()
    forms = [
        joined(year_first["1"], year_first.select(pl.coalesce("2", "3", "4")).to_series(), year_first["5"]),
        joined(compact["1"], compact["2"], compact["3"]),
        joined(full_year(year_last["e"]), first, second),
        joined(full_year(day_month["3"]), month_number(day_month["2"]), day_month["1"]),
        joined(month_day["3"], month_number(month_day["1"]), month_day["2"]),
    ]
    return pl.select(pl.coalesce(*forms)).to_series()


def joined(year: pl.Series, month: pl.Series, day: pl.Series) -> pl.Series:
    return year + "-" + month + "-" + day


def full_year(year: pl.Series) -> pl.Series:
    """Two digits are of this century up to 68, else of the last (as POSIX has it)."""
    short = year.str.len_bytes() == 2  # noqa: PLR2004
    late = year.cast(pl.Int32, strict=False) > 68  # noqa: PLR2004
    frame = pl.DataFrame({"year": year, "short": short, "late": late})
    century = pl.when("late").then(pl.lit("19")).otherwise(pl.lit("20"))
    return frame.select(pl.when("short").then(century + pl.col("year")).otherwise("year")).to_series()


def month_number(name: pl.Series) -> pl.Series:
    numbers = {month: str(place) for place, month in enumerate(MONTHS, start=1)}
    return (
        name.str.to_lowercase().str.slice(0, 3).replace_strict(numbers, default=None, return_dtype=pl.String)
    )


def half_day(wall: pl.Series, half: pl.Series) -> pl.Series:
    """Twelve hours to add or take for "pm" and "12 am"."""
    frame = pl.DataFrame({"hour": wall.dt.hour().cast(pl.Int32), "half": half.str.to_lowercase()})
    hours = (
        pl.when((pl.col("half") == "p") & (pl.col("hour") < 12)).then(12)  # noqa: PLR2004
        .when((pl.col("half") == "a") & (pl.col("hour") == 12)).then(-12)  # noqa: PLR2004
        .otherwise(0)
    )  # fmt: skip
    return frame.select(pl.duration(hours=hours, time_unit="us")).to_series()


def offset(utc: pl.Series, shift: pl.Series) -> pl.Series:
    digits = shift.str.replace(":", "", literal=True)
    sign = digits.str.slice(0, 1)
    frame = pl.DataFrame(
        {
            "utc": utc,
            "sign": sign.replace_strict({"+": 1, "-": -1}, default=None, return_dtype=pl.Int64),
            "hours": digits.str.slice(1, 2).cast(pl.Int64, strict=False),
            "minutes": digits.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0),
        }
    )
    minutes = pl.col("sign") * (pl.col("hours") * 60 + pl.col("minutes"))
    total = pl.coalesce(minutes, pl.when(pl.col("utc").is_not_null()).then(0))
    return frame.select(pl.duration(minutes=total, time_unit="us")).to_series()
