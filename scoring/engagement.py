"""Engagement: what a record did lately. Each activity adds its weight at once, and halves with every half-life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.columns import FloatArray, IntArray

UNWEIGHTED = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Activities:
    """Activities in rows: whose (record id), when (days since 1970-01-01 UTC), and which kind (code into the rule's kinds)."""

    owners: IntArray
    times: FloatArray
    kinds: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.owners)


@dataclass(frozen=True, slots=True)
class Rule:
    """Kinds of activity with a weight each, and the half-life in days."""

    kinds: tuple[str, ...]
    weights: tuple[float, ...]
    half_life: float

    def __post_init__(self) -> None:
        if len(self.kinds) != len(self.weights):
            raise ValueError(
                f"There are {len(self.kinds)} kinds of activity, but {len(self.weights)} weights."
            )
        if not self.half_life > 0:
            raise ValueError("The half-life must be longer than no time.")

    @classmethod
    def of(cls, weights: Mapping[str, float], half_life: float, kinds: Sequence[str] = ()) -> Self:
        """Weights by kind; each further kind in `kinds` has weight 1."""
        names = tuple(dict.fromkeys([*weights, *kinds]))
        return cls(names, tuple(weights.get(name, UNWEIGHTED) for name in names), half_life)

    def levels(self, activities: Activities, ids: IntArray, as_of: float) -> FloatArray:
        """Engagement (n,) of the records with these ascending ids. What lies after the as-of time is not known yet."""
        rows = places(activities.owners, ids)
        used = (rows >= 0) & (activities.times <= as_of)
        parts = self._parts(activities.kinds[used], activities.times[used], as_of)
        return np.bincount(rows[used], parts, minlength=len(ids)).astype(np.float64)

    def level(self, times: FloatArray, kinds: npt.NDArray[np.int32], as_of: float) -> float:
        """Engagement of one record from its own activities: bit for bit what `levels` says of it, given the same order."""
        used = times <= as_of
        parts = self._parts(kinds[used], times[used], as_of)
        return float(
            np.bincount(np.zeros(len(parts), np.intp), parts, minlength=1)[0]
        )  # adds in order, as levels does

    def aged(self, level: float, days: float) -> float:
        """A level this many days later, if nothing happens."""
        return float(level * np.exp2(-days / self.half_life))

    def _parts(self, kinds: npt.NDArray[np.int32], times: FloatArray, as_of: float) -> FloatArray:
        parts: FloatArray = np.array(self.weights)[kinds] * np.exp2((times - as_of) / self.half_life)
        return parts


def places(owners: IntArray, ids: IntArray) -> IntArray:
    """Row in the ascending `ids` of each owner, -1 where it is not among them."""
    if not len(ids):
        return np.full(len(owners), -1, dtype=np.int64)
    starts = np.flatnonzero(
        np.diff(owners, prepend=owners[:1] - 1)
    )  # a search per run of one owner, not per activity
    rows = np.minimum(np.searchsorted(ids, owners[starts]), len(ids) - 1)
    rows[ids[rows] != owners[starts]] = -1
    return np.repeat(rows, np.diff(np.append(starts, len(owners))))
