"""What a model has to beat: naive Bayes, logistic regression; and its calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from scoring import calibration, logistic, naive_bayes
from scoring.metrics import auc
from tests.scoring.builders import oracle


def test_naive_bayes_oracle():
    """Odoo, test_crm_pls: counts as its table holds them, 0.1 already added to each."""
    known = oracle("odoo_nb")
    won, lost = (np.array([known["tags"][tag][side] for tag in "12"]) for side in (0, 1))
    odds = naive_bayes.value_odds(won, lost)
    prior = np.log(known["won"] / known["lost"])
    found = {"none": prior, "t1": prior + odds[0], "t2": prior + odds[1], "both": prior + odds.sum()}
    percent = {name: 100 / (1 + np.exp(-log_odds)) for name, log_odds in found.items()}
    assert percent == pytest.approx(known["expect"], abs=0.005)


def test_naive_bayes_counts_as_the_oracle_does():
    """The same from records: 42 won of which 33 and 23 carry a tag in one field of a category."""
    matrix = np.array([[0.0]] * 33 + [[1.0]] * 9 + [[0.0]] * 65 + [[1.0]] * 40)
    y = np.repeat([1.0, 0.0], [42, 105])
    model = naive_bayes.fit(matrix, y, categorical={0})
    expected = np.log(42.1 / 105.1) + np.log((33.1 / 42.2) / (65.1 / 105.2))
    assert model.log_odds(np.array([[0.0], [np.nan], [7.0]])) == pytest.approx(
        [expected, np.log(42.1 / 105.1), np.log(42.1 / 105.1)]
    )


def test_naive_bayes_cuts_numbers_at_their_tenths():
    random = np.random.default_rng(3)
    matrix = random.normal(size=(2_000, 1))
    y = (np.abs(matrix[:, 0]) > 1).astype(np.float64)
    assert auc(y, naive_bayes.fit(matrix, y, categorical=()).log_odds(matrix)) > 0.95


def test_logistic_regression_is_scikit_learns():
    random = np.random.default_rng(4)
    matrix = random.normal(size=(500, 3)) * [1, 10, 0.1] + [0, 5, 1]
    y = (random.random(500) < 1 / (1 + np.exp(-matrix[:, 0] - 0.1 * matrix[:, 1]))).astype(np.float64)
    ours = logistic.fit(matrix, y, categorical=()).log_odds(matrix)
    theirs = (
        LogisticRegression(tol=1e-8)
        .fit((matrix - matrix.mean(0)) / matrix.std(0), y)
        .decision_function((matrix - matrix.mean(0)) / matrix.std(0))
    )
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_logistic_regression_uses_categories_and_blanks():
    matrix = np.column_stack([np.tile([0.0, 1, 2, np.nan], 100), np.tile([np.nan, 1.0], 200)])
    y = np.tile([1.0, 0, 0, 1], 100)
    assert auc(y, logistic.fit(matrix, y, categorical={0}).log_odds(matrix)) == 1


@given(st.lists(st.tuples(st.floats(-8, 8), st.booleans()), min_size=2, max_size=40))
def test_calibration_never_changes_an_order(pairs):
    raw, y = np.array([raw for raw, _ in pairs]), np.array([float(won) for _, won in pairs])
    p = calibration.fit(raw, y).probabilities(raw)
    order = np.argsort(raw, kind="stable")
    assert (np.diff(p[order]) >= 0).all()
    assert ((p >= 0) & (p <= 1)).all()


def test_calibration_finds_the_slope_and_intercept_there_are():
    random = np.random.default_rng(5)
    raw = random.normal(size=50_000) * 2
    y = (random.random(50_000) < 1 / (1 + np.exp(-(0.5 * raw - 1)))).astype(np.float64)
    platt = calibration.fit(raw, y)
    assert (platt.slope, platt.intercept) == pytest.approx((0.5, -1), abs=0.05)
