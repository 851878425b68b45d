"""Logistic regression as a yardstick: one-hot categories, standardised numbers, a small ridge, Newton's method (IRLS)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from scoring.columns import FloatArray

LEVELS = 20  # the most frequent; the rest of a category is the reference
RIDGE = 1.0
ROUNDS = 25
CLOSE = 1e-6
MOST_RECORDS = 20_000  # more would not move a few hundred coefficients by what a yardstick needs
BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Scale:
    """How one column becomes regressors: so many levels of a category, or (0) a number's mean and spread and a mark for missing."""

    levels: int
    mean: float
    spread: float

    def regressors(self, column: FloatArray) -> FloatArray:
        """(n,) to (n, levels) for a category, (n, 2) for a number."""
        if self.levels:
            return np.equal.outer(column, np.arange(self.levels)).astype(np.float64)
        missing = np.isnan(column)
        return np.column_stack([np.where(missing, 0.0, (column - self.mean) / self.spread), missing])


@dataclass(frozen=True, slots=True)
class Logistic:
    scales: Sequence[Scale]
    weights: FloatArray

    def log_odds(self, matrix: FloatArray) -> FloatArray:
        """(n, k) to (n,), in blocks to bound memory."""
        blocks = (matrix[start : start + BLOCK] for start in range(0, len(matrix), BLOCK))
        return np.concatenate(
            [np.empty(0), *(_design(self.scales, block) @ self.weights for block in blocks)]
        )


def fit(matrix: FloatArray, y: FloatArray, *, categorical: Collection[int]) -> Logistic:
    """Fit an encoded matrix (n, k) to outcomes (n,) of 0 and 1, on an even sample where there are very many records."""
    rows = (
        np.unique(np.linspace(0, len(y) - 1, MOST_RECORDS).astype(np.int64))
        if len(y) > MOST_RECORDS
        else slice(None)
    )
    matrix, y = matrix[rows], y[rows]
    scales = [
        _scale(matrix[:, number], categorical=number in categorical) for number in range(matrix.shape[1])
    ]
    return Logistic(scales, _newton(_design(scales, matrix), y))


def _scale(column: FloatArray, *, categorical: bool) -> Scale:
    known = column[~np.isnan(column)]
    if categorical:
        return Scale(min(LEVELS, 1 + int(known.max(initial=0))), 0.0, 1.0)
    return Scale(0, float(known.mean()), float(known.std()) or 1.0) if len(known) else Scale(0, 0.0, 1.0)


def _design(scales: Sequence[Scale], matrix: FloatArray) -> FloatArray:
    parts = [scale.regressors(matrix[:, number]) for number, scale in enumerate(scales)]
    return np.column_stack([np.ones(len(matrix)), *parts])


def _newton(X: FloatArray, y: FloatArray) -> FloatArray:
    ridge = np.full(X.shape[1], RIDGE)
    ridge[0] = CLOSE  # the intercept is free
    weights = np.zeros(X.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(X @ weights, -30, 30)))
        hessian = (X.T * (p * (1 - p))) @ X + np.diag(ridge)
        step = linalg.solve(hessian, X.T @ (y - p) - ridge * weights, assume_a="pos")
        weights += step
        if np.abs(step).max() < CLOSE:
            break
    return weights
