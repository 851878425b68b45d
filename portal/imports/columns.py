"""What one column holds: its kind, its values, what is missing, and what is doubtful about that."""

import re
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from portal.imports import dates, numerals
from portal.imports.dates import DateStyle
from portal.imports.identifiers import are_salesforce
from portal.imports.numerals import NumberStyle
from portal.imports.words import FALSE, MISSING, TRUE, spellings

Kind = Literal["number", "category", "text", "date", "boolean"]

CATEGORIES = 1_000
LOOKED_AT = 2_000
LONGEST_ID = 64
WEIGHT = 1_000
SHOWN = {"category": 60}
EMAIL = r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$"
TRUTH = {word.casefold() for word in (*TRUE, *FALSE)}
DATE_NAME = re.compile(r"date|day|birth|dob|created|closed|since|when|_at$|_on$|datum|time", re.IGNORECASE)
FLAG_NAME = re.compile(
    r"^(is|has|do not|opted|converted)|^(is|has)[A-Z_]|flag|closed$|won$|converted", re.IGNORECASE
)


class Column(BaseModel):
    """`missing`: words found that mean nothing is there, with how often; `spellings`: values that differ only
    by case or space, each with the commonest of them; `unreadable`: values that do not fit the kind.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Kind
    rows: int
    missing_share: float
    missing: dict[str, int]
    distinct: int
    samples: tuple[str, ...]
    frequent: tuple[tuple[str, int], ...]
    spellings: dict[str, str]
    number: NumberStyle = NumberStyle()
    date: DateStyle = DateStyle()
    unreadable: int = 0
    currency: str = ""
    looks_like_id: bool = False
    looks_like_email: bool = False
    salesforce_id: bool = False


def column_of(name: str, cells: pl.Series) -> Column:
    """Understand a column from its cells (stripped, null where empty)."""
    counts = value_counts(cells)
    missing = missing_words(counts)
    present = counts.filter(~pl.col("value").is_in(list(missing)))
    kind, styles = kind_of(name, present)
    filled = int(present["count"].sum())
    return Column(
        name=name,
        kind=kind,
        rows=len(cells),
        missing_share=1 - filled / len(cells) if len(cells) else 1.0,
        missing=missing,
        distinct=len(present),
        samples=tuple(present["value"].head(5)),
        frequent=tuple(
            present.sort("count", "value", descending=[True, False]).head(SHOWN.get(kind, 8)).iter_rows()
        ),
        spellings=variants(present) if kind in {"category", "text"} and len(present) <= CATEGORIES else {},
        unreadable=unreadable(present, styles),
        currency=numerals.currency_of(present["value"].head(LOOKED_AT)) if kind == "number" else "",
        looks_like_id=looks_like_id(present, len(cells), kind),
        looks_like_email=filled > 0 and share(present, pl.col("value").str.contains(EMAIL)) > 0.8,  # noqa: PLR2004
        salesforce_id=are_salesforce(present["value"].head(LOOKED_AT)),
        number=styles if isinstance(styles, NumberStyle) else NumberStyle(),
        date=styles if isinstance(styles, DateStyle) else DateStyle(),
    )


def value_counts(cells: pl.Series) -> pl.DataFrame:
    """`value` and `count`, in the order of first sight."""
    frame = cells.alias("value").drop_nulls().to_frame()
    return frame.group_by("value", maintain_order=True).agg(pl.len().alias("count"))


def missing_words(counts: pl.DataFrame) -> dict[str, int]:
    found = counts.filter(pl.col("value").is_in(spellings(MISSING)))
    return dict(found.iter_rows())


def kind_of(name: str, present: pl.DataFrame) -> tuple[Kind, NumberStyle | DateStyle | None]:
    values = weighted(present)
    if not values:
        return "text", None
    if is_boolean(name, present):
        return "boolean", None
    number = None if coded(values) else numerals.style_of(values)
    day = dates.style_of(values, compact=bool(DATE_NAME.search(name)))
    if day:
        return "date", day
    if number:
        return "number", number
    few = len(present) <= CATEGORIES and len(present) * 2 <= present["count"].sum()
    return ("category" if few else "text"), None


def weighted(present: pl.DataFrame) -> list[str]:
    """The first values, the frequent ones several times: a stray word among a thousand equal days is no kind."""
    first = present.head(LOOKED_AT)
    times = (
        (pl.col("count") * WEIGHT / int(first["count"].sum() or 1))
        .round()
        .cast(pl.UInt32)
        .clip(lower_bound=1)
    )
    return first.select(pl.col("value").repeat_by(times).explode()).to_series().to_list()


def is_boolean(name: str, present: pl.DataFrame) -> bool:
    """Yes and no in words; ones and zeros only both of them and often, or under the name of a flag."""
    found = {value.casefold() for value in present["value"].head(len(TRUTH) + 1)}
    if not found or not found <= TRUTH or len(present) > 6:  # noqa: PLR2004
        return False
    if found <= {"0", "1"}:
        often = found == {"0", "1"} and present["count"].sum() >= 20  # noqa: PLR2004
        return often or bool(FLAG_NAME.search(name))
    return found not in ({"x"}, {"t"}, {"f"}, {"n"}, {"y"}) or bool(FLAG_NAME.search(name))


def coded(values: list[str]) -> bool:
    """Digits that are no amounts: zeros in front, or more of them than a number holds exactly."""
    digits = [value for value in values if value.isdigit()]
    zeros = sum(value[0] == "0" and len(value) > 1 for value in digits)
    long = sum(len(value) > 15 for value in digits)  # noqa: PLR2004
    return zeros * 20 > len(values) or long * 20 > len(values)


def unreadable(present: pl.DataFrame, style: NumberStyle | DateStyle | None) -> int:
    if isinstance(style, NumberStyle):
        read = numerals.as_numbers(present["value"], style)
    elif isinstance(style, DateStyle):
        read = dates.as_walls(present["value"], style)["wall"]
    else:
        return 0
    return int(present["count"].filter(read.is_null()).sum())


def share(present: pl.DataFrame, predicate: pl.Expr) -> float:
    return float(present.select(pl.col("count").filter(predicate).sum() / pl.col("count").sum()).item())


def looks_like_id(present: pl.DataFrame, rows: int, kind: Kind) -> bool:
    """Every row has one, each is another, and they are short words without spaces; no days, no fractions."""
    if rows == 0 or len(present) < rows or kind in {"date", "boolean"}:
        return False
    odd = present["value"].str.contains(r"[\s@]|^[+-]?\d*[.,]\d+$")
    short = present["value"].str.len_chars() <= LONGEST_ID
    return bool(short.all() and not odd.any())


def variants(present: pl.DataFrame) -> dict[str, str]:
    """Each value that differs from a commoner one only by case or space, with that one."""
    key = pl.col("value").str.to_lowercase().str.replace_all(r"\s+", " ")
    groups = present.sort("count", "value", descending=[True, False]).group_by(
        key.alias("key"), maintain_order=True
    )
    several = groups.agg("value").filter(pl.col("value").list.len() > 1)
    return {other: first for first, *others in several["value"].to_list() for other in others}
