from __future__ import annotations

import numpy as np
import pytest

from scoring.columns import Categories, Dates, Numbers, Table
from scoring.leaks import suspects
from tests.scoring.builders import company

N = 2_000


def found(column, y=None):
    table, outcome, _ = company(N)
    return suspects(Table(table.ids, {"x": column}), outcome if y is None else y)


@pytest.fixture
def y():
    return company(N)[1]


def test_ordinary_good_columns_raise_no_alarm():
    table, outcome, _ = company(N)
    assert suspects(table, outcome) == []


def test_a_column_that_nearly_decides(y):
    [suspect] = found(Numbers(y * 3 + np.random.default_rng(1).normal(size=N)))
    assert (suspect.column, suspect.grade) == ("x", "leak")
    assert suspect.evidence[0] == f"It alone ranks the outcome with an AUC of {suspect.auc:.3f}."


def test_a_date_filled_only_after_the_outcome(y):
    [suspect] = found(Dates(np.where(y == 1, 19_000.0, np.nan)))
    assert suspect.grade == "leak"
    assert "100% have the outcome where it is filled, 0% where it is blank" in " ".join(suspect.evidence)


def test_a_value_that_never_varies_in_one_class(y):
    amounts = np.where(y == 1, np.random.default_rng(1).uniform(10, 900, N), 0)
    [suspect] = found(Numbers(amounts))
    assert (
        "It is 0 for 100.0% of the records without the outcome, but for 0.0% of the others."
        in suspect.evidence
    )


def test_a_large_category_of_one_outcome_only(y):
    marked = (y == 0) & (np.random.default_rng(1).random(N) < 0.3)
    [suspect] = found(Categories.of(["bad number" if mark else None for mark in marked]))
    assert suspect.grade == "leak"
    assert suspect.evidence[-1].endswith("where it is bad number nearly all lack the outcome.")


def test_a_small_pure_category_is_worth_a_look_only(y):
    marked = (y == 1) & (np.cumsum(y) <= 95)
    [suspect] = found(Categories.of(["referral" if mark else "web" for mark in marked]))
    assert suspect.grade == "look"


def test_where_the_outcome_is_rare_its_absence_proves_nothing():
    random = np.random.default_rng(1)
    y = (random.random(40_000) < 0.02).astype(np.float64)
    students = (random.random(40_000) < 0.2) & (y == 0)
    table = Table(np.arange(40_000), {"x": Categories.of(["student" if s else "other" for s in students])})
    assert [suspect.grade for suspect in suspects(table, y)] == ["look"]


def test_the_gravest_come_first_and_row_order_changes_nothing(y):
    table, outcome, _ = company(N)
    leaky = Table(
        table.ids, {**table.columns, "b": Numbers(y), "a": Numbers(y), "c": Numbers(y * 2 + np.arange(N) % 7)}
    )
    turn = np.random.default_rng(2).permutation(N)
    first = suspects(leaky, outcome)
    assert [suspect.column for suspect in first][:2] == ["a", "b"]
    assert first == suspects(leaky.rows(turn), outcome[turn])


def test_without_outcomes_nothing_is_said():
    assert found(Numbers(np.arange(N) * 1.0), np.full(N, np.nan)) == []
    assert found(Numbers(np.arange(N) * 1.0), np.zeros(N)) == []
