"""One-to-many, summarised to the record first: counts, recency and decayed sums of activities as columns for a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    past = Past(rows[used], as_of - activities.times[used], len(ids))
    columns = {"engagement": rule.levels(activities, ids, as_of)}
    for code, kind in enumerate(rule.kinds):
        columns |= _of_kind(kind, past.only(activities.kinds[used] == code), windows)
    return {name: Numbers(values) for name, values in columns.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What had happened: the record's row and the age in days of each activity, among so many records."""

    rows: IntArray
    ages: FloatArray
    records: int

    def only(self, these: BoolArray) -> Past:
        return Past(self.rows[these], self.ages[these], self.records)

    def count(self) -> FloatArray:
        return np.bincount(self.rows, minlength=self.records).astype(np.float64)

    def least_age(self) -> FloatArray:
        """NaN where nothing happened."""
        least = np.full(self.records, np.inf)
        np.minimum.at(least, self.rows, self.ages)
        return np.where(np.isinf(least), np.nan, least)


def _of_kind(kind: str, past: Past, windows: Sequence[float]) -> dict[str, FloatArray]:
    columns = {f"{kind}, last {window:g} days": past.only(past.ages <= window).count() for window in windows}
    return columns | {f"{kind}, ever": past.count(), f"{kind}, days since": past.least_age()}
