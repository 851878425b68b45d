from __future__ import annotations

import numpy as np
import pytest

from scoring.columns import Booleans, Categories, Dates, Numbers, Table
from scoring.features import MAX_LEVELS, Encoder, prior_only
from tests.scoring.builders import company


def one(column, name="x"):
    return Table(np.arange(len(column)), {name: column})


def texts(**counts: int) -> Categories:
    return Categories.of([level for level, count in counts.items() for _ in range(count)])


def test_levels_come_most_frequent_first_then_by_name():
    encoder = Encoder.learn(one(texts(b=20, c=30, a=20)))
    assert encoder.features[0].levels == ("c", "a", "b")


def test_spellings_of_one_category_are_one():
    encoder = Encoder.learn(one(texts(Google=30, google=20, other=40)))
    assert encoder.features[0].levels == ("Google", "other")
    assert encoder.encode(one(Categories.of(["GOOGLE ", "google", "Google"])))[:, 0].tolist() == [0, 0, 0]


def test_rare_and_unseen_categories_are_other_and_missing_is_missing():
    encoder = Encoder.learn(one(texts(web=30, fair=20, rare=2)))
    matrix = encoder.encode(one(Categories.of(["web", "fair", "rare", "never seen", None])))
    np.testing.assert_array_equal(matrix[:, 0], [0, 1, 2, 2, np.nan])


def test_at_most_254_levels_are_known_by_name():
    many = Categories.of([f"{number:03}" for number in range(300) for _ in range(12)])
    assert len(Encoder.learn(one(many)).features[0].levels) == MAX_LEVELS


def test_dates_become_ages_before_the_as_of_time():
    dates = one(Dates(np.array([100.0, 90.5, np.nan, 130.0])))
    encoder = Encoder.learn(dates, 120.0)
    np.testing.assert_array_equal(encoder.encode(dates, 120.0)[:, 0], [20, 29.5, np.nan, -10])


def test_each_record_may_have_its_own_as_of_time():
    dates, times = one(Dates(np.array([100.0, 90.0]))), np.array([101.0, 95.0])
    assert Encoder.learn(dates, times).encode(dates, times)[:, 0].tolist() == [1, 5]


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (Numbers(np.full(20, np.nan)), "always missing"),
        (Numbers(np.full(20, 3.0)), "the same value everywhere"),
        (Categories.of([None] * 20), "always missing"),
        (Categories.of(["a"] * 20), "the same value everywhere"),
        (Categories.of([str(number) for number in range(20)]), "no value is shared by enough records"),
        (Dates(np.arange(20.0)), "a date, and no as-of time was given"),
    ],
)
def test_columns_with_nothing_to_learn_are_left_out_saying_why(column, why):
    assert Encoder.learn(one(column)).left_out == {"x": why}


def test_a_constant_column_with_blanks_is_kept():
    assert Encoder.learn(one(Numbers(np.array([1.0, np.nan] * 10)))).names == ("x",)


def test_absent_columns_and_columns_of_another_kind_count_as_missing():
    encoder = Encoder.learn(Table(np.arange(40), {"n": Numbers(np.arange(40.0)), "c": texts(a=20, b=20)}))
    changed = one(Categories.of(["1"]), "n")
    assert encoder.absent(changed) == ("c", "n")
    assert np.isnan(encoder.encode(changed)).all()
    assert prior_only(encoder.encode(changed)).tolist() == [True]


def test_a_boolean_may_have_become_a_number():
    encoder = Encoder.learn(one(Booleans(np.array([0.0, 1.0]))))
    assert encoder.encode(one(Numbers(np.array([1.0]))))[0, 0] == 1


def test_an_infinite_number_counts_as_missing():
    encoder = Encoder.learn(one(Numbers(np.arange(5.0))))
    assert np.isnan(encoder.encode(one(Numbers(np.array([np.inf, -np.inf]))))).all()


def test_learning_depends_on_neither_row_nor_column_order():
    table, _, _ = company(200)
    order = np.random.default_rng(1).permutation(200)
    turned = Table(table.rows(order).ids, dict(reversed(table.rows(order).columns.items())))
    assert Encoder.learn(table, 20_000.0) == Encoder.learn(turned, 20_000.0)


def test_json_round_trip():
    table, _, _ = company(200)
    encoder = Encoder.learn(table)
    assert Encoder.from_json(encoder.to_json()) == encoder


def test_a_table_of_no_records_encodes_to_no_rows():
    table, _, _ = company(200)
    assert Encoder.learn(table).encode(table.rows(slice(0, 0))).shape == (0, 3)
