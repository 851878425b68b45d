"""One-to-many, summarised to the record first: counts, recency and decayed sums of activities as columns for a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoring.columns import BoolArray, FloatArray, IntArray, Numbers
from scoring.engagement import Activities, Rule, places

WINDOWS = (30.0, 90.0)  # days


def summaries(
    activities: Activities, ids: IntArray, as_of: float, rule: Rule, *, windows: Sequence[float] = WINDOWS
) -> dict[str, Numbers]:
    """Columns (n,) for the records with these ascending ids, from what had happened by `as_of` (days since 1970-01-01).

    Per kind: how often in each window and ever, and days since the last (NaN where there was none); and the decayed sum.
    """
    rows = places(activities.owners, ids)
    used = (rows >= 0) & (activities.times <= as_of)
    rows, ages, kinds = rows[used], as_of - activities.times[used], activities.kinds[used]
    columns = {"engagement": rule.levels(activities, ids, as_of)}
    for code, kind in enumerate(rule.kinds):
        columns |= _of_kind(kind, rows, ages, kinds == code, len(ids), windows)
    return {name: Numbers(values) for name, values in columns.items()}


def _of_kind(
    kind: str, rows: IntArray, ages: FloatArray, mine: BoolArray, records: int, windows: Sequence[float]
) -> dict[str, FloatArray]:
    columns = {
        f"{kind}, last {window:g} days": _count(rows[mine & (ages <= window)], records) for window in windows
    }
    columns[f"{kind}, ever"] = _count(rows[mine], records)
    columns[f"{kind}, days since"] = _least(rows[mine], ages[mine], records)
    return columns


def _count(rows: IntArray, records: int) -> FloatArray:
    return np.bincount(rows, minlength=records).astype(np.float64)


def _least(rows: IntArray, ages: FloatArray, records: int) -> FloatArray:
    least = np.full(records, np.inf)
    np.minimum.at(least, rows, ages)
    return np.where(np.isinf(least), np.nan, least)
