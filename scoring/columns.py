"""Columns in: what the rest of this package reads. A column knows its kind; a table is columns of one length with record ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt

Kind = Literal["number", "date", "boolean", "category"]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Rows = IntArray | BoolArray | slice

SHOWN = 5  # ids named in an error's sentence


class TableError(ValueError):
    """The columns cannot be one table; the sentence says what to correct."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers, NaN where missing."""

    values: FloatArray
    kind: ClassVar[Kind] = "number"

    def __len__(self) -> int:
        return len(self.values)

    def missing(self) -> BoolArray:
        return np.isnan(self.values)

    def rows(self, rows: Rows) -> Self:
        return type(self)(self.values[rows])


class Dates(Numbers):
    """Points in time in days since 1970-01-01 UTC (with fractions), NaN where missing."""

    kind: ClassVar[Kind] = "date"


class Booleans(Numbers):
    """0 for no, 1 for yes, NaN where missing."""

    kind: ClassVar[Kind] = "boolean"


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """int32 codes into `levels`, -1 where missing."""

    codes: npt.NDArray[np.int32]
    levels: tuple[str, ...]
    kind: ClassVar[Kind] = "category"

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Self:
        """Categories of texts, None where missing; the levels are sorted."""
        given = list(texts)
        levels = tuple(sorted({text for text in given if text is not None}))
        code = {level: number for number, level in enumerate(levels)}
        return cls(np.array([-1 if t is None else code[t] for t in given], dtype=np.int32), levels)

    def __len__(self) -> int:
        return len(self.codes)

    def missing(self) -> BoolArray:
        return self.codes < 0

    def rows(self, rows: Rows) -> Self:
        return type(self)(self.codes[rows], self.levels)

    def text(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.levels[code]


Column = Numbers | Dates | Booleans | Categories


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of one length, and the id of the record in each row. An id twice is refused: summarise to the level first."""

    ids: IntArray
    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        for name, column in self.columns.items():
            if len(column) != len(self.ids):
                raise TableError(
                    f"Column {name} has {len(column)} rows, but there are {len(self.ids)} records."
                )
        _refuse_doubles(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, rows: Rows) -> Table:
        return Table(self.ids[rows], {name: column.rows(rows) for name, column in self.columns.items()})

    def without(self, names: Collection[str]) -> Table:
        return Table(self.ids, {name: column for name, column in self.columns.items() if name not in names})


def _refuse_doubles(ids: IntArray) -> None:
    if np.all(ids[1:] > ids[:-1]):
        return
    known, counts = np.unique(ids, return_counts=True)
    doubles = known[counts > 1]
    if len(doubles):
        shown = ", ".join(str(number) for number in doubles[:SHOWN])
        more = f" and {len(doubles) - SHOWN} more" if len(doubles) > SHOWN else ""
        raise TableError(f"Each record may have one row, but these ids have several: {shown}{more}.")
