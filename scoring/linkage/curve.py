"""Precision and recall by threshold: as the model expects them, or measured where the truth is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Step:
    """At a threshold: how many pairs, which share of them is true, and which share of the true ones they are."""

    threshold: float
    pairs: int
    precision: float | None
    recall: float | None


def expected(histogram: pl.DataFrame) -> tuple[Step, ...]:
    """What the scores promise if they are honest probabilities; recall is of the pairs that were compared at all."""
    whole = float(histogram["expected"].sum())
    return tuple(_expected(histogram, threshold, whole) for threshold in THRESHOLDS)


def _expected(histogram: pl.DataFrame, threshold: float, whole: float) -> Step:
    above = histogram.filter(pl.col("hundredth") >= round(threshold * 100))
    pairs, true = int(above["pairs"].sum()), float(above["expected"].sum())
    return Step(threshold, pairs, true / pairs if pairs else None, true / whole if whole else None)


def measured(
    scores: Iterable[tuple[tuple[int, int], float]],
    truth: Collection[tuple[int, int]],
    thresholds: Sequence[float] = THRESHOLDS,
) -> tuple[Step, ...]:
    """The same counted against the true pairs, each (smaller id, larger id)."""
    given = list(scores)
    return tuple(
        _measured([pair for pair, score in given if score >= threshold], truth, threshold)
        for threshold in thresholds
    )


def _measured(found: Sequence[tuple[int, int]], truth: Collection[tuple[int, int]], threshold: float) -> Step:
    right = sum(pair in truth for pair in found)
    return Step(
        threshold,
        len(found),
        right / len(found) if found else None,
        right / len(truth) if truth else None,
    )
