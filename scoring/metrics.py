"""How good a ranking and its probabilities are. y is 0 or 1, a score is larger for a likelier record; ties are handled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.columns import FloatArray, IntArray

Z95 = float(stats.norm.ppf(0.975))
TENTHS = 10
CLIP = 1e-15  # a probability of exactly 0 or 1 would cost infinitely much


@dataclass(frozen=True, slots=True)
class Auc:
    """Area under the ROC curve with its standard error (DeLong, DeLong & Clarke-Pearson 1988)."""

    value: float
    error: float

    @property
    def low(self) -> float:
        return self.value - Z95 * self.error

    @property
    def high(self) -> float:
        return self.value + Z95 * self.error


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the records, the best scores first: how many, how many outcomes, and the lift of it and of all up to it."""

    number: int
    records: int
    positives: float
    lift: float
    gain: float  # share of all outcomes found up to here
    cumulative_lift: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Records of similar predicted probability: what was predicted, what came, and its 95 % Wilson interval."""

    records: int
    predicted: float
    observed: float
    low: float
    high: float


def auc(y: FloatArray, scores: FloatArray) -> float:
    """The chance that a record with the outcome is scored above one without; a tie counts half. NaN when one class is empty."""
    positives = int(np.count_nonzero(y))
    negatives = len(y) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = stats.rankdata(scores)
    return float((ranks[y > 0].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auc_with_error(y: FloatArray, scores: FloatArray) -> Auc:
    """AUC and standard error; with fewer than two records of a class the error is infinite."""
    value = auc(y, scores)
    if min(np.count_nonzero(y), np.count_nonzero(1 - y)) < 2:  # noqa: PLR2004
        return Auc(value, float("inf"))
    return Auc(value, float(np.sqrt(_covariance(y, scores, scores))))


def auc_difference(y: FloatArray, scores: FloatArray, others: FloatArray) -> Auc:
    """AUC of `scores` less AUC of `others` on the same records, with its standard error (DeLong, paired)."""
    value = auc(y, scores) - auc(y, others)
    if min(np.count_nonzero(y), np.count_nonzero(1 - y)) < 2:  # noqa: PLR2004
        return Auc(value, float("inf"))
    both = 2 * _covariance(y, scores, others)
    variance = _covariance(y, scores, scores) + _covariance(y, others, others) - both
    return Auc(value, float(np.sqrt(max(variance, 0.0))))


def log_loss(y: FloatArray, p: FloatArray) -> float:
    """Mean negative log-likelihood in nats."""
    p = np.clip(p, CLIP, 1 - CLIP)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def brier(y: FloatArray, p: FloatArray) -> float:
    """Mean squared error of the probabilities (Brier 1950)."""
    return float(np.mean((p - y) ** 2))


def lift_10(y: FloatArray, scores: FloatArray) -> float:
    """Rate of the outcome in the best tenth over the rate of all."""
    return lift_by_tenth(y, scores)[0].lift


def lift_by_tenth(y: FloatArray, scores: FloatArray) -> list[Tenth]:
    """Ten parts, best first; records with equal scores share their outcomes evenly, so order among ties changes nothing."""
    edges = np.round(np.linspace(0, len(y), TENTHS + 1)).astype(np.int64)
    found = np.append(0.0, np.cumsum(_evened(y, scores)))[edges]
    return tenths(np.diff(edges), np.diff(found))


def tenths(records: IntArray, positives: FloatArray) -> list[Tenth]:
    """Lift and gains from the counts per part, the best part first."""
    found, seen = np.cumsum(positives), np.cumsum(records)
    rate = _ratio(found[-1], seen[-1])
    return [
        Tenth(
            number + 1,
            int(records[number]),
            float(positives[number]),
            _ratio(_ratio(positives[number], records[number]), rate),
            _ratio(found[number], found[-1]),
            _ratio(_ratio(found[number], seen[number]), rate),
        )
        for number in range(len(records))
    ]


def calibration(y: FloatArray, p: FloatArray, *, bins: int = TENTHS) -> list[Bin]:
    """Bins of equal numbers of records by predicted probability, lowest first."""
    parts = np.array_split(np.argsort(p, kind="stable"), min(bins, len(y)) or 1)
    return [_bin(y[rows], p[rows]) for rows in parts if len(rows)]


def wilson(positives: float, records: float, z: float = Z95) -> tuple[float, float]:
    """Wilson score interval without continuity correction (Wilson 1927; method 3 of Newcombe 1998). (0, 1) of nothing."""
    if not records:
        return 0.0, 1.0
    share, spread = positives / records, z * z / records
    middle = share + spread / 2
    half = z * float(np.sqrt(share * (1 - share) / records + spread / (4 * records)))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def _covariance(y: FloatArray, a: FloatArray, b: FloatArray) -> float:
    """Covariance of two AUCs on the same records, by mid-ranks in O(n log n) (Sun & Xu 2014)."""
    (won_a, lost_a), (won_b, lost_b) = _placements(y, a), _placements(y, b)
    return float(np.cov(won_a, won_b)[0, 1] / len(won_a) + np.cov(lost_a, lost_b)[0, 1] / len(lost_a))


def _placements(y: FloatArray, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Per record, the share of the other class that it is ranked rightly against."""
    won, lost = scores[y > 0], scores[y <= 0]
    ranks = stats.rankdata(scores)
    above = (ranks[y > 0] - stats.rankdata(won)) / len(lost)
    below = 1 - (ranks[y <= 0] - stats.rankdata(lost)) / len(won)
    return above, below


def _evened(y: FloatArray, scores: FloatArray) -> FloatArray:
    """Outcomes in order of score, best first, each the mean among its ties."""
    order = np.argsort(-scores, kind="stable")
    _, starts, counts = np.unique(-scores[order], return_index=True, return_counts=True)
    means: FloatArray = np.add.reduceat(y[order], starts) / counts
    return np.repeat(means, counts)


def _bin(y: FloatArray, p: FloatArray) -> Bin:
    low, high = wilson(float(y.sum()), len(y))
    return Bin(len(y), float(p.mean()), float(y.mean()), low, high)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
