"""Has the population moved since the model was trained? The index people know, with a limit that knows the sample size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.columns import FloatArray, IntArray

WORTH_KNOWING = 0.1  # the usual rule of thumb: below it nothing has moved that matters
CERTAINTY = 0.999  # a page shows many of these indices; one in a thousand may be a false alarm
HALF = 0.5  # added to every count, so that an empty part costs much but not infinitely much


@dataclass(frozen=True, slots=True)
class Drift:
    """An index, what it must exceed to be a warning, and whether it does."""

    index: float
    limit: float

    @property
    def moved(self) -> bool:
        return self.index > self.limit


def population(reference: IntArray, counts: IntArray) -> Drift:
    """Population stability index of two counts (parts,) over the same parts.

    Where nothing moved the index is about (1/N + 1/M) times chi-squared with parts - 1 degrees of freedom (Yurdakul &
    Naranjo 2020); the limit is that chance limit, and never less than the usual 0.1.
    """
    if not reference.sum() or not counts.sum():
        return Drift(0.0, float("inf"))
    expected, found = _shares(reference), _shares(counts)
    index = float(((found - expected) * np.log(found / expected)).sum())
    chance = (1 / reference.sum() + 1 / counts.sum()) * stats.chi2.ppf(CERTAINTY, len(reference) - 1)
    return Drift(index, max(WORTH_KNOWING, float(chance)))


def outcome_rate(reference: tuple[int, int], recent: tuple[int, int]) -> Drift:
    """Difference of two rates, each (outcomes, records), with the limit chance sets (two proportions, pooled)."""
    (before, n), (now, m) = reference, recent
    if not n or not m:
        return Drift(0.0, float("inf"))
    pooled = (before + now) / (n + m)
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)))
    return Drift(abs(now / m - before / n), float(stats.norm.ppf((1 + CERTAINTY) / 2)) * error)


def _shares(counts: IntArray) -> FloatArray:
    padded = counts + HALF
    shares: FloatArray = padded / padded.sum()
    return shares
