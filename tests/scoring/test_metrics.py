from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from scoring import metrics
from tests.scoring.builders import oracle

scored = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=4, max_size=60)


def arrays(pairs):
    y, scores = zip(*pairs, strict=True)
    return np.array(y, dtype=np.float64), np.array(scores, dtype=np.float64)


@given(scored)
def test_auc_is_scikit_learns_also_with_ties(pairs):
    y, scores = arrays(pairs)
    if 0 < y.sum() < len(y):
        assert metrics.auc(y, scores) == pytest.approx(reference.roc_auc_score(y, scores))
        assert metrics.auc(y, scores) + metrics.auc(y, -scores) == pytest.approx(1)
    else:
        assert np.isnan(metrics.auc(y, scores))


@given(scored)
def test_gains_rise_to_all_outcomes_and_tenths_add_up(pairs):
    y, scores = arrays(pairs)
    tenths = metrics.lift_by_tenth(y, scores)
    assert sum(tenth.records for tenth in tenths) == len(y)
    assert sum(tenth.positives for tenth in tenths) == pytest.approx(y.sum())
    if y.any():
        assert tenths[-1].gain == pytest.approx(1)
        assert tenths[-1].cumulative_lift == pytest.approx(1)


@given(scored, st.randoms())
def test_the_order_of_rows_changes_no_lift(pairs, random):
    turned = random.sample(pairs, len(pairs))
    lifts = [[tenth.lift for tenth in metrics.lift_by_tenth(*arrays(rows))] for rows in (pairs, turned)]
    assert lifts[0] == pytest.approx(lifts[1])


def test_auc_error_matches_the_spread_of_many_samples():
    random = np.random.default_rng(1)
    y = np.repeat([0.0, 1.0], [150, 50])
    samples = [metrics.auc_with_error(y, random.normal(size=200) + y) for _ in range(400)]
    spread = np.std([sample.value for sample in samples])
    assert np.mean([sample.error for sample in samples]) == pytest.approx(spread, rel=0.1)
    covered = np.mean([sample.low < 0.7602 < sample.high for sample in samples])  # Phi(1 / sqrt 2)
    assert 0.91 < covered < 0.98


def test_paired_difference_of_a_ranking_with_itself_is_surely_nothing():
    y, scores = np.array([0.0, 1, 0, 1, 1, 0]), np.arange(6.0)
    same = metrics.auc_difference(y, scores, scores)
    assert (same.value, same.error) == (0, 0)


def test_with_one_record_of_a_class_the_error_is_infinite():
    assert metrics.auc_with_error(np.array([0.0, 0, 1]), np.arange(3.0)).low == -np.inf


def test_log_loss_is_scikit_learns():
    y, p = np.array([0.0, 1, 1, 0]), np.array([0.1, 0.9, 0.8, 0.3])
    assert metrics.log_loss(y, p) == pytest.approx(reference.log_loss(y, p))
    assert np.isfinite(metrics.log_loss(np.array([1.0]), np.array([0.0])))


def test_brier_oracle():
    """scikit-learn documentation."""
    known = oracle("brier")
    assert metrics.brier(np.array(known["y"]), np.array(known["p"])) == pytest.approx(known["expect"])


def test_wilson_oracle():
    """Newcombe 1998, method 3."""
    for positives, records, low, high in oracle("wilson95")["cases"]:
        assert metrics.wilson(positives, records) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_says_nothing():
    assert metrics.wilson(0, 0) == (0, 1)


def test_lift_oracle():
    """University of Regina: cumulative responses by tenth of a mailing."""
    known = oracle("lift_regina")
    responses = np.diff([0, *known["cum"]]).astype(np.float64)
    tenths = metrics.tenths(np.full(10, known["n"] // 10), responses)
    assert [tenth.cumulative_lift for tenth in tenths] == pytest.approx(known["lift"], abs=5e-5)
    assert tenths[0].gain == pytest.approx(0.3)


def test_lift_oracle_from_records():
    """The same, counted from 100,000 scored records."""
    known = oracle("lift_regina")
    responses = np.diff([0, *known["cum"]])
    y = np.concatenate([np.repeat([1.0, 0.0], [won, 10_000 - won]) for won in responses])
    tenths = metrics.lift_by_tenth(y, -np.arange(100_000.0))
    assert [tenth.cumulative_lift for tenth in tenths] == pytest.approx(known["lift"], abs=5e-5)


def test_calibration_bins_hold_all_records_and_their_intervals_hold_the_rate():
    random = np.random.default_rng(2)
    p = random.random(1_000)
    bins = metrics.calibration((random.random(1_000) < p).astype(np.float64), p)
    assert sum(item.records for item in bins) == 1_000
    assert [item.low <= item.observed <= item.high for item in bins] == [True] * 10
    assert [item.predicted for item in bins] == sorted(item.predicted for item in bins)
