"""From the database's typed columns to what `scoring` reads."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from portal import columns, packs
from portal.columns import Input
from portal.db import Database
from portal.fields import FieldKind, Level
from scoring.columns import Booleans, Categories, Column, Dates, FloatArray, Numbers, Table

RECORDS_A_READ: Final = 50_000
MICROSECONDS_A_DAY: Final = 86_400_000_000


def read(
    database: Database,
    level: Level,
    fields: Sequence[Input],
    *,
    source: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """All records of a level: `id` and the fields, in the order of ids."""
    parts = list(parts_of(database, level, fields, source=source, progress=progress))
    return pl.concat(parts, rechunk=True) if parts else _nothing(database, level, fields)


def parts_of(
    database: Database,
    level: Level,
    fields: Sequence[Input],
    *,
    source: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[pl.DataFrame]:
    """The same in parts by id range, each read in a short transaction of its own."""
    with database.reading() as session:
        first, last, _ = columns.span(session, level)
    for start in range(first, last + 1, RECORDS_A_READ):
        with database.reading() as session:
            stop = min(start + RECORDS_A_READ - 1, last)
            yield columns.read(session, level, fields, first=start, last=stop, source=source)
        if progress:
            progress(stop - first + 1, last - first + 1)


def _nothing(database: Database, level: Level, fields: Sequence[Input]) -> pl.DataFrame:
    with database.reading() as session:
        return columns.read(session, level, fields, first=0, last=-1)


def some(database: Database, level: Level, fields: Sequence[Input], ids: Iterable[int]) -> pl.DataFrame:
    """The same of a few records; those that are gone are left out."""
    with database.reading() as session:
        parts = [columns.read(session, level, fields, first=id_, last=id_) for id_ in sorted(set(ids))]
    return pl.concat(parts, rechunk=True) if parts else _nothing(database, level, fields)


def by_content(frame: pl.DataFrame) -> pl.DataFrame:
    """The records numbered in the order of what they hold, so that who was imported first makes no difference."""
    held = sorted(name for name in frame.columns if name != "id")
    return frame.select(held).sort(held, nulls_last=True).with_row_index("id").cast({"id": pl.Int64})


def table_of(frame: pl.DataFrame, fields: Iterable[Input]) -> Table:
    """The columns as `scoring` reads them."""
    return Table(frame["id"].to_numpy(), {f.name: _column(frame[f.name], f.kind) for f in fields})


def _column(series: pl.Series, kind: FieldKind) -> Column:
    match kind:
        case FieldKind.NUMBER:
            return Numbers(floats(series))
        case FieldKind.BOOLEAN:
            return Booleans(floats(series))
        case FieldKind.DATE:
            return Dates(floats(series))
        case _:
            return _categories(series)


def table_of_packs(packed: packs.Columns, fields: Iterable[Input]) -> Table:
    """The same from packs."""
    return Table(packed[packs.ID].values, {f.name: _packed_column(packed[f.name], f.kind) for f in fields})


def frame_of(table: Table, fields: Iterable[Input]) -> pl.DataFrame:
    """The fields of a table as a frame, null where missing."""
    return pl.DataFrame({"id": table.ids, **{f.name: _series(table.columns[f.name]) for f in fields}})


def _series(column: Column) -> pl.Series:
    if not isinstance(column, Categories):
        return pl.Series(column.values).fill_nan(None)
    words = pl.Series([*column.levels, None], dtype=pl.String)
    places = np.where(column.codes < 0, len(column.levels), column.codes)
    return words.gather(pl.Series(places, dtype=pl.UInt32))


def _packed_column(packed: packs.Column, kind: FieldKind) -> Column:
    match kind:
        case FieldKind.NUMBER:
            return Numbers(packed.values)
        case FieldKind.BOOLEAN:
            return Booleans(packed.values)
        case FieldKind.DATE:
            return Dates(packed.values)
        case _:
            return Categories(packed.values, tuple(packed.levels))


def floats(series: pl.Series) -> FloatArray:
    """A numeric column as float64, NaN where missing."""
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _categories(series: pl.Series) -> Categories:
    levels = series.drop_nulls().unique().sort()
    codes = series.replace_strict(
        levels, pl.arange(len(levels), eager=True), default=-1, return_dtype=pl.Int32
    )
    return Categories(codes.to_numpy(), tuple(levels.to_list()))


def digest(table: Table, *more: npt.NDArray[Any]) -> str:
    """SHA-256 of what was read: ids, names, kinds and every value, and more beside it."""
    found = hashlib.sha256(np.ascontiguousarray(table.ids).tobytes())
    for name in sorted(table.columns):
        column = table.columns[name]
        found.update(f"\0{name}\0{column.kind}\0".encode())
        if isinstance(column, Categories):
            found.update("\0".join(column.levels).encode())
            found.update(np.ascontiguousarray(column.codes).tobytes())
        else:
            found.update(np.ascontiguousarray(column.values).tobytes())
    for values in more:
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()
