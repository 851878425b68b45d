"""The package against real data sets and their honest baselines (the README beside them)."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache

import numpy as np
import pytest

from scoring.booster import Parameters
from scoring.columns import Booleans, Categories, Column, Numbers, Table
from scoring.leaks import suspects
from scoring.training import train
from tests.scoring.builders import SHARED, needs_data

pytestmark = [pytest.mark.shared, needs_data]

LATE = {
    "Tags",
    "Lead Quality",
    "Lead Profile",
    "Asymmetrique Activity Index",
    "Asymmetrique Profile Index",
    "Asymmetrique Activity Score",
    "Asymmetrique Profile Score",
    "Last Activity",
    "Last Notable Activity",
}


def typed(cells: list[str], missing: set[str]) -> Column:
    known = {cell for cell in cells if cell not in missing}
    if known <= {"Yes", "No", "yes", "no"}:
        return Booleans(np.array([np.nan if c in missing else float(c.lower() == "yes") for c in cells]))
    try:
        return Numbers(np.array([np.nan if c in missing else float(c) for c in cells]))
    except ValueError:
        return Categories.of([None if c in missing else c for c in cells])


def read(path: str, separator: str = ",", missing: frozenset[str] = frozenset({""})) -> dict[str, Column]:
    with (SHARED / "data" / path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=separator))
    return {name: typed([row[name] for row in rows], missing) for name in rows[0]}


def table(columns: dict[str, Column], *left_out: str) -> Table:
    size = len(next(iter(columns.values())))
    return Table(np.arange(size), {name: column for name, column in columns.items() if name not in left_out})


@cache
def leads():
    columns = read("xeducation/leads.csv", missing=frozenset({"", "Select"}))
    kept = table(columns, "Prospect ID", "Lead Number", "Converted")
    return kept, columns["Converted"].values, columns["Lead Number"].values


def bank():
    columns = read("bank/bank_full.csv", ";", frozenset({"unknown"}))
    return table(columns, "y"), columns["y"].values, np.arange(len(columns["y"]), dtype=np.float64)


def maven():
    columns = read("maven_crm/sales_pipeline.csv")
    stages, engaged = columns["deal_stage"], columns["engage_date"]
    won = np.array([{"Won": 1.0, "Lost": 0.0}.get(stages.text(row), np.nan) for row in range(len(stages))])
    days = [engaged.text(row) for row in range(len(engaged))]
    order = np.array([np.nan if day is None else float(date.fromisoformat(day).toordinal()) for day in days])
    left_out = "opportunity_id", "deal_stage", "engage_date", "close_date", "close_value"
    return table(columns, *left_out), won, order


def test_x_education_without_late_columns_is_as_good_as_it_honestly_can_be():
    people, converted, order = leads()
    label = train(people.without(LATE), converted, order=order).label
    quality = label.out_of_fold.quality
    assert (quality.records, quality.positives) == (9_240, 3_561)
    assert quality.auc == pytest.approx(0.875, abs=0.01)
    assert quality.brier <= 0.141
    assert quality.lift_10 == pytest.approx(2.5, abs=0.1)
    assert label.forward.quality.auc > 0.87
    assert label.promotable
    assert label.warnings == []


@pytest.mark.slow
def test_x_education_with_all_columns_is_too_good_to_be_true():
    people, converted, _ = leads()
    label = train(people, converted, parameters=Parameters(trees=60)).label
    assert label.out_of_fold.quality.auc == pytest.approx(0.98, abs=0.01)
    assert "too good to be true" in label.warnings[0]


def test_the_leak_guard_names_what_knows_the_future_in_x_education():
    people, converted, _ = leads()
    assert [s.column for s in suspects(people, converted) if s.grade == "leak"] == ["Tags", "Lead Quality"]


def test_it_does_not_cry_wolf_over_honest_columns():
    people, converted, _ = leads()
    found = suspects(people.without(LATE), converted)
    assert {suspect.grade for suspect in found} == {"look"}
    assert {suspect.column for suspect in found} == {
        "What is your current occupation",
        "What matters most to you in choosing a course",
        "Lead Source",
    }


def test_bank_the_leak_guard_names_the_length_of_the_call_alone():
    calls, agreed, _ = bank()
    assert [suspect.column for suspect in suspects(calls, agreed)] == ["duration"]


@pytest.mark.slow
def test_bank_the_forward_test_contradicts_the_random_one():
    calls, agreed, order = bank()
    label = train(calls.without(["duration"]), agreed, order=order).label
    assert label.out_of_fold.quality.auc == pytest.approx(0.80, abs=0.01)
    assert label.forward.quality.auc < 0.70
    assert not label.usable
    assert "The forward test contradicts the random one" in label.why


def test_maven_has_no_useful_model_and_says_so():
    deals, won, order = maven()
    for known_order in (order, None):
        label = train(deals, won, order=known_order).label
        assert (label.records, label.positives, label.unknown) == (6_711, 4_238, 2_089)
        assert not label.usable
        assert label.why.startswith("No useful model")


@pytest.mark.slow
def test_shuffled_labels_of_x_education_are_refused_in_at_least_95_of_100_seeds():
    people, converted, order = leads()
    some = np.random.default_rng(1).permutation(len(people))[:1_500]
    part, refused = people.without(LATE).rows(some), 0
    for seed in range(100):
        shuffled = np.random.default_rng(seed).permutation(converted[some])
        label = train(
            part, shuffled, order=order[some], seed=seed, parameters=Parameters(trees=30, leaves=4)
        ).label
        refused += not label.usable
    assert refused >= 95
