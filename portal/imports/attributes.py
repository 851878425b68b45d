"""Attributes: the columns of a file under their own names, typed, and as canonical JSON made column by column.

The text equals `json.dumps(…, ensure_ascii=False, sort_keys=True, separators=(",", ":"))` of the same values, so
equal texts mean equal attributes. Missing values are left out. Whole numbers are written without a point.
"""

import json

import polars as pl

from portal.imports.cells import attribute
from portal.imports.mapping import Mapping

# what JSON escapes; the backslash first
COMMON = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
RARE = {chr(code): json.dumps(chr(code))[1:-1] for code in range(32) if chr(code) not in COMMON}
SPECIAL = r'["\\\x00-\x1f]'
RARE_ONES = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"


def typed(cells: pl.DataFrame, mapping: Mapping) -> tuple[pl.DataFrame, dict[str, int]]:
    """One column per attribute, in order of name, and how many cells of each could not be read (they are missing)."""
    columns: list[pl.Series] = []
    unreadable: dict[str, int] = {}
    for column in sorted(mapping.attributes, key=lambda one: one.column):
        if column.column not in cells.columns:
            continue
        read = attribute(cells[column.column], column, mapping.time_zone)
        columns.append(read.values.alias(column.column))
        if read.bad is not None:
            unreadable[column.column] = int(read.bad.sum())
    return pl.DataFrame(columns), unreadable


def as_json(attributes: pl.DataFrame, rows: int) -> pl.Series:
    """The JSON text of each row. `attributes` stand in order of name."""
    if not attributes.width:
        return pl.repeat("{}", rows, eager=True).alias("attributes")
    texts = in_json(
        attributes.rename(dict(zip(attributes.columns, map(str, range(attributes.width)), strict=True)))
    )
    pieces: list[pl.Expr] = []
    for column, text in zip(attributes.iter_columns(), texts.iter_columns(), strict=True):
        quote = "" if column.dtype in (pl.Float64, pl.Boolean) else '"'
        start, end = pl.lit(f",{json.dumps(column.name, ensure_ascii=False)}:{quote}"), pl.lit(quote)
        value = pl.col(text.name)
        # where none is missing three pieces are cheaper than one joined first
        pieces += [pl.concat_str(start, value, end)] if text.null_count() else [start, value, end]
    inner = pl.concat_str(pieces, ignore_nulls=True).str.slice(1)
    return texts.select((pl.lit("{") + inner + pl.lit("}")).alias("attributes")).to_series()


def in_json(attributes: pl.DataFrame) -> pl.DataFrame:
    """The values as JSON writes them, without quotes. All columns at once, then the few odd ones by hand."""
    odd = attributes.select(oddity(column).any() for column in attributes.iter_columns()).row(0)
    texts = attributes.select(in_text(column) for column in attributes.iter_columns())
    by_hand = [
        written(texts[column.name], column)
        for column, is_odd in zip(attributes.iter_columns(), odd, strict=True)
        if is_odd
    ]
    return texts.with_columns(by_hand) if by_hand else texts


def oddity(column: pl.Series) -> pl.Expr:
    """Which values Polars would not write as JSON, or Python otherwise."""
    value = pl.col(column.name)
    if column.dtype == pl.Float64:
        return (value.abs() >= 1e15) | ((value.abs() < 1e-3) & (value != 0))  # noqa: PLR2004
    return (
        value.str.contains(SPECIAL) if column.dtype == pl.String else pl.lit(value=False).alias(column.name)
    )


def in_text(column: pl.Series) -> pl.Expr:
    value = pl.col(column.name)
    if column.dtype == pl.Float64:
        return value.cast(pl.String).str.strip_suffix(".0")
    if column.dtype == pl.Date:
        return value.dt.strftime("%Y-%m-%d")
    if isinstance(column.dtype, pl.Datetime):
        return value.dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    return value.cast(pl.String)


def written(text: pl.Series, column: pl.Series) -> pl.Series:
    odd = column.to_frame().select(oddity(column)).to_series().arg_true()
    if column.dtype == pl.Float64:
        own = pl.Series([number(value) for value in column.gather(odd)], dtype=pl.String)
        return text.scatter(odd, own)
    return text.scatter(odd, escaped(text.gather(odd)))


def number(value: float) -> str:
    """Whole ones below ten to the sixteenth without a point, the others as Python writes them."""
    return json.dumps(int(value) if abs(value) < 1e16 and value == int(value) else value)  # noqa: PLR2004


def escaped(text: pl.Series) -> pl.Series:
    rare = RARE if text.str.contains(RARE_ONES).any() else {}
    for sign, escape in (COMMON | rare).items():
        text = text.str.replace_all(sign, escape, literal=True)
    return text
