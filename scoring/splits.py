"""Which records a test trains on and which it asks: five stratified folds, and older against newest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.columns import FloatArray, IntArray

FOLDS = 5
NEWEST = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers, ascending."""

    train: IntArray
    test: IntArray


def stratified(y: FloatArray, *, seed: int) -> list[Split]:
    """Each record is asked once, by a model that never saw it; each fold has its share of outcomes."""
    fold = np.empty(len(y), dtype=np.int64)
    random = np.random.default_rng(seed)
    for outcome in (0, 1):
        rows = random.permutation(np.flatnonzero(y == outcome))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return [Split(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(FOLDS)]


def shuffled(records: int, *, seed: int) -> list[Split]:
    """Five folds, whatever the outcome: for amounts."""
    fold = np.empty(records, dtype=np.int64)
    fold[np.random.default_rng(seed).permutation(records)] = np.arange(records) % FOLDS
    return [Split(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(FOLDS)]


def forward(order: FloatArray) -> Split:
    """The older 80 % to train, the newest 20 % to ask. Records without an order (NaN) take no part; ties go by row."""
    rows = np.argsort(order, kind="stable")[: np.count_nonzero(~np.isnan(order))]
    first_new = round(len(rows) * (1 - NEWEST))
    return Split(np.sort(rows[:first_new]), np.sort(rows[first_new:]))
