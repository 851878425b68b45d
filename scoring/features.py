"""What a model learned about its inputs: which features, of which kind, which categories. Encodes any later table the same way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from scoring.columns import BoolArray, Categories, Column, FloatArray, IntArray, Kind, Numbers, Table

MAX_LEVELS = 254  # with "other" and missing this fills one byte
MIN_LEVEL_RECORDS = 10  # a rarer level is noise: it counts as "other", as will levels never seen
AsOf = float | FloatArray | None  # days since 1970-01-01, for all records or for each


@dataclass(frozen=True, slots=True)
class Feature:
    """One input. `levels` are the categories known by name, most frequent first; code len(levels) is "other"."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()

    @property
    def codes(self) -> dict[str, int]:
        return {fold(level): code for code, level in enumerate(self.levels)}


@dataclass(frozen=True, slots=True)
class Encoder:
    """The features in the order of the matrix's columns, and why the other columns were left out."""

    features: tuple[Feature, ...]
    left_out: Mapping[str, str]

    @classmethod
    def learn(cls, table: Table, as_of: AsOf = None) -> Self:
        """Learn from the records a model is trained on. The result does not depend on the order of rows or columns."""
        found = {name: _learn(name, table.columns[name], as_of) for name in sorted(table.columns)}
        features = tuple(feature for feature in found.values() if isinstance(feature, Feature))
        return cls(features, {name: why for name, why in found.items() if isinstance(why, str)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        data = json.loads(text)
        return cls(tuple(_feature(item) for item in data["features"]), data["left_out"])

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def categorical(self) -> tuple[int, ...]:
        return tuple(number for number, feature in enumerate(self.features) if feature.kind == "category")

    def encode(self, table: Table, as_of: AsOf = None) -> FloatArray:
        """Rows to a float64 matrix (n, k) in Fortran order, NaN where missing. Columns that are absent or of another kind are missing."""
        matrix = np.empty((len(table), len(self.features)), order="F")
        for number, feature in enumerate(self.features):
            matrix[:, number] = _encode(feature, table.columns.get(feature.name), as_of)
        return matrix

    def absent(self, table: Table) -> tuple[str, ...]:
        """Features this table does not have, or has as another kind: their values count as missing."""
        return tuple(f.name for f in self.features if not _fits(f, table.columns.get(f.name)))


def prior_only(matrix: FloatArray) -> BoolArray:
    """Rows (n,) of which nothing at all is known: their score is the prior, and should be shown as such."""
    known = np.zeros(len(matrix), dtype=np.bool_)
    for column in matrix.T:
        known |= ~np.isnan(column)
    return ~known


def fold(level: str) -> str:
    """Categories that differ only in case or outer space are one (Google, google)."""
    return level.strip().casefold()


def _feature(item: Mapping[str, Any]) -> Feature:
    return Feature(item["name"], item["kind"], tuple(item["levels"]))


def _learn(name: str, column: Column, as_of: AsOf) -> Feature | str:
    """The feature, or the reason for leaving the column out."""
    if isinstance(column, Categories):
        return _learn_category(name, column)
    if column.kind == "date" and as_of is None:
        return "a date, and no as-of time was given"
    return "always missing" if column.missing().all() else _unless_constant(name, column)


def _unless_constant(name: str, column: Numbers) -> Feature | str:
    constant = np.nanmin(column.values) == np.nanmax(column.values) and not column.missing().any()
    return "the same value everywhere" if constant else Feature(name, column.kind)


def _learn_category(name: str, column: Categories) -> Feature | str:
    known = column.codes[column.codes >= 0]
    if not len(known):
        return "always missing"
    counts = np.bincount(known, minlength=len(column.levels))
    levels = tuple(_frequent_levels(column.levels, counts))
    rest = len(known) - sum(count for _, count in levels)
    if len(levels) + (rest > 0) + (len(known) < len(column)) < 2:  # noqa: PLR2004
        return "the same value everywhere" if levels else "no value is shared by enough records"
    return Feature(name, "category", tuple(level for level, _ in levels))


def _frequent_levels(levels: tuple[str, ...], counts: IntArray) -> Iterator[tuple[str, int]]:
    """Levels with their counts, most frequent first, ties by name. Spellings are merged; the commonest is shown."""
    merged: dict[str, int] = {}
    spelling: dict[str, tuple[int, str]] = {}
    for level, count in zip(levels, counts.tolist(), strict=True):
        key = fold(level)
        merged[key] = merged.get(key, 0) + count
        spelling[key] = min(spelling.get(key, (-count, level)), (-count, level))
    for key, count in sorted(merged.items(), key=lambda item: (-item[1], item[0]))[:MAX_LEVELS]:
        if count >= MIN_LEVEL_RECORDS:
            yield spelling[key][1], count


def _fits(feature: Feature, column: Column | None) -> bool:
    if column is None:
        return False
    exact = {"category", "date"}
    return column.kind == feature.kind or (column.kind not in exact and feature.kind not in exact)


def _encode(feature: Feature, column: Column | None, as_of: AsOf) -> FloatArray | float:
    if column is None or not _fits(feature, column):
        return np.nan
    if isinstance(column, Categories):
        return _encode_category(feature, column)
    values = column.values
    if feature.kind == "date":
        return np.nan if as_of is None else as_of - values
    return np.where(np.isinf(values), np.nan, values) if np.isinf(values).any() else values


def _encode_category(feature: Feature, column: Categories) -> FloatArray:
    codes = feature.codes
    other = len(feature.levels)
    lookup = np.array([codes.get(fold(level), other) for level in column.levels] + [np.nan])
    return lookup[column.codes]  # -1, missing, finds the last entry
