from __future__ import annotations

import json

import numpy as np
import pytest

from scoring import label, packing
from scoring.booster import Booster
from scoring.columns import Numbers, Table
from scoring.training import Model, OutcomeError, train
from tests.scoring.builders import QUICK, company

AS_OF = 20_001.0


@pytest.fixture(scope="module")
def honest():
    table, outcome, order = company(1_500)
    return train(table, outcome, order=order, as_of=AS_OF, parameters=QUICK)


def test_a_model_with_a_signal_is_usable_and_promotable(honest):
    assert honest.label.usable
    assert honest.label.promotable
    assert honest.label.why.startswith("It ranks clearly better than chance: AUC 0.8")
    assert honest.label.warnings == []


def test_the_label_holds_both_tests_with_four_rivals(honest):
    rivals = ["naive Bayes", "logistic regression", "first in first out", "most recent first"]
    for test in (honest.label.out_of_fold, honest.label.forward):
        assert [rival.name for rival in test.rivals] == rivals
        assert label.brief(test).keys() == {"auc", "log_loss", "brier", "lift_10"}
        assert len(test.tenths) == 10
    assert honest.label.out_of_fold.quality.records == 1_500
    assert honest.label.forward.quality.records == 300
    assert json.loads(honest.label.to_json())["forward"]["quality"]["records"] == 300


def test_the_data_sheet_tells_what_matters(honest):
    sheets = {sheet.name: sheet for sheet in honest.label.features}
    assert honest.label.features[0].name == "visits"
    assert sheets["visits"].missing == pytest.approx(0.1, abs=0.03)
    assert sheets["source"].distinct == 3
    assert sum(sheet.importance for sheet in sheets.values()) == pytest.approx(1)


def test_probabilities_are_calibrated(honest):
    inside = [item.low <= item.predicted <= item.high for item in honest.label.out_of_fold.calibration]
    assert inside.count(True) >= 8


def test_a_model_goes_through_json_and_scores_any_record(honest):
    model = Model.from_json(honest.model.to_json())
    assert model == honest.model
    empty = model.encoder.encode(Table(np.arange(2), {"unheard of": Numbers(np.zeros(2))}))
    raw = packing.unpack(honest.packed, model.trees.digest).raw_sums(empty)
    np.testing.assert_array_equal(raw, Booster(model.trees, threads=1).raw_sums(empty))
    assert ((model.platt.probabilities(raw) > 0) & (model.platt.probabilities(raw) < 1)).all()


def test_shuffled_rows_and_columns_train_the_same_model():
    table, outcome, order = company(400)
    turn = np.random.default_rng(3).permutation(400)
    turned = Table(table.ids[turn], dict(reversed(table.rows(turn).columns.items())))
    first = train(table, outcome, order=order, as_of=AS_OF, parameters=QUICK)
    again = train(turned, outcome[turn], order=order[turn], as_of=AS_OF, parameters=QUICK)
    assert first == again


def test_records_whose_outcome_is_unknown_are_left_out_and_counted():
    table, outcome, _ = company(400)
    outcome[:100] = np.nan
    known = train(table, outcome, parameters=QUICK)
    assert (known.label.records, known.label.unknown) == (300, 100)
    assert known.model == train(table.rows(slice(100, None)), outcome[100:], parameters=QUICK).model


def test_without_an_order_there_is_no_forward_test_and_no_promotion():
    table, outcome, _ = company(800)
    found = train(table, outcome, parameters=QUICK).label
    assert found.forward is None
    assert (found.usable, found.promotable) == (True, False)
    assert found.warnings == [
        "No order of time was named, so there is no forward test, and this model may not be promoted."
    ]


def test_too_few_outcomes_are_refused_saying_how_many_are_needed():
    table, outcome, _ = company(300)
    outcome[:] = 0
    outcome[:12] = 1
    found = train(table, outcome)
    assert found.model is None
    assert found.label.why == (
        "Too few outcomes to learn from: 12 records have the outcome and 288 do not; at least 50 of each are needed. "
        "Records are ranked by recency instead."
    )


def test_no_records_at_all_are_refused_too():
    table, outcome, order = company(20)
    assert not train(table.rows(slice(0, 0)), outcome[:0], order=order[:0]).label.usable


def test_columns_without_anything_to_learn_are_refused():
    found = train(Table(np.arange(200), {"same": Numbers(np.zeros(200))}), np.tile([0.0, 1.0], 100))
    assert found.label.why.startswith("There is nothing to learn from")


def test_too_few_recent_outcomes_are_refused():
    table, outcome, order = company(600)
    outcome[np.argsort(order)[-150:]] = 0
    found = train(table, outcome, order=order, parameters=QUICK).label
    assert "Too few outcomes among the newest fifth" in found.why


def test_noise_is_refused():
    table, outcome, order = company(1_000, signal=0)
    found = train(table, outcome, order=order, parameters=QUICK).label
    assert not found.usable
    assert found.why.startswith("No useful model: out of fold its AUC is 0.")


def test_a_model_that_recency_beats_is_refused():
    table, _, order = company(1_500)
    outcome = (order + np.random.default_rng(1).normal(size=1_500) * 0.2 > 0.5).astype(np.float64)
    outcome[outcome == 0] = np.random.default_rng(2).random((outcome == 0).sum()) < 0.1
    found = train(table, outcome, order=order, parameters=QUICK).label
    assert not found.usable


def test_what_holds_no_longer_is_a_contradiction():
    table, outcome, order = company(2_000)
    newest = order > np.quantile(order, 0.8)
    outcome[newest] = np.random.default_rng(1).permutation(outcome[newest])
    found = train(table, outcome, order=order, parameters=QUICK).label
    assert not found.usable
    assert "The forward test contradicts the random one" in found.why


def test_an_auc_too_good_to_be_true_is_warned_of():
    table, outcome, order = company(800)
    leaky = Table(
        table.ids,
        {**table.columns, "signed": Numbers(outcome + np.random.default_rng(1).normal(size=800) * 0.2)},
    )
    found = train(leaky, outcome, order=order, parameters=QUICK).label
    assert "too good to be true" in found.warnings[0]


@pytest.mark.parametrize(
    ("outcome", "why"), [(np.array([0.0, 2.0]), "1 or 0"), (np.array([0.0]), "2 records, but 1 outcomes")]
)
def test_what_is_no_outcome_is_refused(outcome, why):
    with pytest.raises(OutcomeError, match=why):
        train(Table(np.arange(2), {}), outcome)


@pytest.mark.slow
def test_shuffled_labels_are_refused_in_at_least_95_of_100_seeds():
    table, outcome, order = company(1_000)
    refused = 0
    for seed in range(100):
        random = np.random.default_rng(seed).permutation(outcome)
        named = order if seed % 2 else None  # half of them without a forward test
        refused += not train(
            table, random, order=named, as_of=AS_OF, seed=seed, parameters=QUICK
        ).label.usable
    assert refused >= 95
