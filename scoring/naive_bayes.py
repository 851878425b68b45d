"""The naive Bayes twin: what a customer-relations tool's own predictive scoring would have said (Odoo's, crm.lead.scoring.frequency)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.columns import FloatArray, IntArray

PRIOR_COUNT = 0.1  # added to every count, as Odoo does
PARTS = 10  # a number is cut at its tenths, since the rule knows categories only


@dataclass(frozen=True, slots=True)
class NaiveBayes:
    """Log-odds of the prior, and per column its cuts (None for a category) and log-odds per value."""

    prior: float
    cuts: Sequence[FloatArray | None]
    odds: Sequence[FloatArray]

    def log_odds(self, matrix: FloatArray) -> FloatArray:
        """Sum of the prior and of what each known value says, (n,). Missing and unseen values say nothing."""
        total = np.full(len(matrix), self.prior)
        for number, odds in enumerate(self.odds):
            codes = _codes(matrix[:, number], self.cuts[number])
            known = (codes >= 0) & (codes < len(odds))
            total[known] += odds[codes[known]]
        return total


def fit(matrix: FloatArray, y: FloatArray, *, categorical: Collection[int]) -> NaiveBayes:
    """Count an encoded matrix (n, k) against outcomes (n,) of 0 and 1."""
    cuts = [
        None if number in categorical else _tenths(matrix[:, number]) for number in range(matrix.shape[1])
    ]
    odds = [_odds(_codes(matrix[:, number], cut), y) for number, cut in enumerate(cuts)]
    won = float(y.sum())
    return NaiveBayes(float(np.log((won + PRIOR_COUNT) / (len(y) - won + PRIOR_COUNT))), cuts, odds)


def value_odds(won: FloatArray, lost: FloatArray) -> FloatArray:
    """Log of n(v, won) / N_won over n(v, lost) / N_lost for each value of one field, from its counts with the prior count added."""
    odds: FloatArray = np.log(won / won.sum()) - np.log(lost / lost.sum())
    return odds


def _odds(codes: IntArray, y: FloatArray) -> FloatArray:
    known = codes >= 0
    size = int(codes.max(initial=-1)) + 1
    records = np.bincount(codes[known], minlength=size)
    won: FloatArray = np.bincount(codes[known], y[known], minlength=size).astype(np.float64)
    return value_odds(won + PRIOR_COUNT, records - won + PRIOR_COUNT)


def _tenths(column: FloatArray) -> FloatArray:
    known = column[~np.isnan(column)]
    return np.unique(np.quantile(known, np.linspace(0, 1, PARTS + 1)[1:-1])) if len(known) else np.empty(0)


def _codes(column: FloatArray, cuts: FloatArray | None) -> IntArray:
    known = ~np.isnan(column)
    codes = np.full(len(column), -1, dtype=np.int64)
    codes[known] = column[known] if cuts is None else np.searchsorted(cuts, column[known])
    return codes
