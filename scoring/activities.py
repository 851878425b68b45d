"""One-to-many, summarised to the record first: counts, recency and decayed sums of activities as columns for a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.columns import BoolArray, FloatArray, IntArray, Numbers
from scoring.engagement import Activities, places

WINDOWS = (30.0, 90.0)  # days
HALF_LIFE = 30.0  # days


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's name, the kind of activity it is of, and the stretch of time it looks at, in words."""

    name: str
    kind: str
    window: str


def headings(kinds: Sequence[str]) -> list[Heading]:
    """The columns `summaries` makes of these kinds, in its order."""
    return [heading for kind in kinds for heading in _of_kind(kind)]


def _of_kind(kind: str) -> Iterator[Heading]:
    for days in WINDOWS:
        yield Heading(f"{kind}, last {days:g} days", kind, f"{days:g} days")
    yield Heading(f"{kind}, fading", kind, f"all, halved every {HALF_LIFE:g} days")
    yield Heading(f"{kind}, days since", kind, "since the last")


def summaries(
    activities: Activities, ids: IntArray, as_of: float | FloatArray, kinds: Sequence[str]
) -> Mapping[str, Numbers]:
    """Columns (n,) for the records with these ascending ids, from what had happened by `as_of`: days since 1970-01-01, of all
    or of each.

    Per kind: how often in each window, the sum that halves with every half-life, and days since the last (NaN where there
    was none). NaN throughout for records without any activity: of them nothing is known. The codes of the activities are
    places in `kinds`; others, such as -1, tell only that something is known.
    """
    past = Past.of(activities, ids, as_of)
    columns = [*(past.counts(days, len(kinds)) for days in WINDOWS), past.fading(len(kinds))]
    known, since = past.known(), past.least_ages(len(kinds))
    values = [
        column
        for code in range(len(kinds))
        for column in (*(np.where(known, each[code], np.nan) for each in columns), since[code])
    ]
    names = [heading.name for heading in headings(kinds)]
    return {name: Numbers(column) for name, column in zip(names, values, strict=True)}


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What had happened: the record's row, the age in days and the kind's code of each activity, among so many records."""

    rows: IntArray
    ages: FloatArray
    codes: IntArray
    records: int

    @classmethod
    def of(cls, activities: Activities, ids: IntArray, as_of: float | FloatArray) -> Past:
        rows = places(activities.owners, ids)
        moments = as_of[rows] if isinstance(as_of, np.ndarray) and len(ids) else as_of
        ages = moments - activities.times
        used = (rows >= 0) & (ages >= 0)
        return cls(rows[used], ages[used], activities.kinds[used].astype(np.int64), len(ids))

    def known(self) -> BoolArray:
        """Whether anything had happened, (n,)."""
        return np.bincount(self.rows, minlength=self.records) > 0

    def counts(self, days: float, kinds: int) -> FloatArray:
        """How often within so many days, (kinds, n)."""
        recent = (self.ages <= days) & (self.codes >= 0)
        return self._laid_out(np.bincount(self._cells(recent), minlength=kinds * self.records), kinds)

    def fading(self, kinds: int) -> FloatArray:
        """The sum of halves, (kinds, n)."""
        named = self.codes >= 0
        parts = np.exp2(self.ages[named] / -HALF_LIFE)
        return self._laid_out(np.bincount(self._cells(named), parts, minlength=kinds * self.records), kinds)

    def least_ages(self, kinds: int) -> FloatArray:
        """Days since the last, (kinds, n), NaN where there was none."""
        named = self.codes >= 0
        least = np.full(kinds * self.records, np.inf)
        np.minimum.at(least, self._cells(named), self.ages[named])
        least[np.isinf(least)] = np.nan
        return self._laid_out(least, kinds)

    def _cells(self, these: BoolArray) -> IntArray:
        cells: IntArray = self.codes[these] * self.records + self.rows[these]
        return cells

    def _laid_out(self, flat: IntArray | FloatArray, kinds: int) -> FloatArray:
        return flat.astype(np.float64).reshape(kinds, self.records)
