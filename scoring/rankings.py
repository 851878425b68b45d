"""The model and what it has to beat, asked about the same records: out of fold, and forward in time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from scoring import booster, calibration, logistic, naive_bayes
from scoring.booster import Binned, Booster, ModelText, Parameters
from scoring.columns import FloatArray, IntArray, Table
from scoring.features import AsOf, Encoder
from scoring.splits import Split

MODEL = "model"
FIRST_IN_FIRST_OUT = "first in first out"
MOST_RECENT_FIRST = "most recent first"
NAIVE_BAYES = "naive Bayes"
LOGISTIC = "logistic regression"


@dataclass(frozen=True, slots=True)
class Known:
    """Records whose outcome is known, in order of id: outcomes (n,) of 0 and 1, an order of time (n,) or none."""

    table: Table
    y: FloatArray
    order: FloatArray | None
    as_of: AsOf

    def rows(self, rows: IntArray) -> Known:
        order = None if self.order is None else self.order[rows]
        as_of = self.as_of[rows] if isinstance(self.as_of, np.ndarray) else self.as_of
        return Known(self.table.rows(rows), self.y[rows], order, as_of)


@dataclass(frozen=True, slots=True)
class Effort:
    """How to train: the same for every fold."""

    parameters: Parameters
    seed: int
    threads: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """One way to rank, asked about some records: scores (n,), larger is better, and probabilities where it has them."""

    name: str
    scores: FloatArray
    probabilities: FloatArray | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcomes (n,) of the records asked about, and every ranking of them; the model's comes first."""

    y: FloatArray
    rankings: Sequence[Ranking]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An encoded matrix (n, k) with its bins and outcomes."""

    matrix: FloatArray
    binned: Binned
    y: FloatArray
    categorical: Collection[int]


def prepare(known: Known, encoder: Encoder, threads: int) -> Prepared:
    matrix = encoder.encode(known.table, known.as_of)
    binned = booster.bin_matrix(matrix, known.y, categorical=encoder.categorical, threads=threads)
    return Prepared(matrix, binned, known.y, frozenset(encoder.categorical))


def out_of_fold(
    prepared: Prepared, order: FloatArray | None, splits: Sequence[Split], effort: Effort
) -> Asked:
    """Every record, asked of rankings that never saw it."""
    found = {name: np.empty(len(prepared.y)) for name in (MODEL, NAIVE_BAYES, LOGISTIC)}
    for split in splits:
        for name, scores in _learned(prepared, split.train, prepared.matrix[split.test], effort).items():
            found[name][split.test] = scores
    platt = calibration.fit(found[MODEL], prepared.y)
    return _asked(prepared.y, found, platt, order)


def forward(known: Known, split: Split, platt: calibration.Platt, effort: Effort) -> Asked:
    """The newest records, asked of rankings that learned from the older ones only, categories and bins included."""
    older, newest = known.rows(split.train), known.rows(split.test)
    encoder = Encoder.learn(older.table, older.as_of)
    prepared = prepare(older, encoder, effort.threads)
    found = _learned(prepared, None, encoder.encode(newest.table, newest.as_of), effort)
    return _asked(newest.y, found, platt, newest.order)


def fit_all(prepared: Prepared, effort: Effort) -> ModelText:
    return _fit(prepared, effort)


def _learned(
    prepared: Prepared, rows: IntArray | None, asked: FloatArray, effort: Effort
) -> dict[str, FloatArray]:
    """Log-odds of the matrix asked about, by each ranking that learns from these rows (all if None)."""
    trees = _fit(prepared, effort, rows)
    X, y = (prepared.matrix, prepared.y) if rows is None else (prepared.matrix[rows], prepared.y[rows])
    return {
        MODEL: Booster(trees, threads=effort.threads).raw_sums(asked),
        NAIVE_BAYES: naive_bayes.fit(X, y, categorical=prepared.categorical).log_odds(asked),
        LOGISTIC: logistic.fit(X, y, categorical=prepared.categorical).log_odds(asked),
    }


def _fit(prepared: Prepared, effort: Effort, rows: IntArray | None = None) -> ModelText:
    return booster.fit(
        prepared.binned, effort.parameters, seed=effort.seed, threads=effort.threads, rows=rows
    )


def _asked(
    y: FloatArray, found: dict[str, FloatArray], platt: calibration.Platt, order: FloatArray | None
) -> Asked:
    learned = [
        Ranking(name, scores, platt.probabilities(scores) if name == MODEL else special.expit(scores))
        for name, scores in found.items()
    ]
    return Asked(y, [*learned, *_by_time(order)])


def _by_time(order: FloatArray | None) -> list[Ranking]:
    """Records without an order come last in both."""
    if order is None:
        return []
    last = -np.inf
    oldest, newest = np.where(np.isnan(order), last, -order), np.where(np.isnan(order), last, order)
    return [Ranking(FIRST_IN_FIRST_OUT, oldest, None), Ranking(MOST_RECENT_FIRST, newest, None)]
