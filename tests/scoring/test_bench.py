from __future__ import annotations

import sys

import pytest

from scoring import bench

KEYS = {"seconds", "reference_seconds", "ratio", "rows", "peak_mib"}


def test_the_scorer_is_measured_against_lightgbm():
    found = bench.scorer(3_000, rounds=1)
    assert found.keys() == KEYS
    assert found["rows"] == 3_000
    assert found["ratio"] > 0


@pytest.mark.slow
def test_training_is_measured_against_scikit_learn():
    found = bench.training(20_000, rounds=1)
    assert found.keys() == KEYS | {"auc", "reference_auc"}
    assert found["auc"] == pytest.approx(found["reference_auc"], abs=0.01)


@pytest.mark.slow
def test_the_scorer_takes_at_most_a_third_of_lightgbms_time():
    assert bench.scorer(200_000, rounds=3)["ratio"] <= 0.33


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(bench.MissingReferenceError, match="scikit-learn, which is not installed"):
        bench.training(100)
