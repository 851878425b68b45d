"""Activities as columns: what had happened by a moment, and nothing that came later."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.activities import headings, summaries
from scoring.engagement import Activities

KINDS = ("visit", "demo")
NAN = pytest.approx(np.nan, nan_ok=True)
happened = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 200), st.integers(-1, 1)), max_size=40)


def activities(rows) -> Activities:
    rows = sorted(rows)
    owners, times, kinds = zip(*rows, strict=True) if rows else ((), (), ())
    return Activities(np.array(owners, np.int64), np.array(times, np.float64), np.array(kinds, np.int32))


def test_activities_are_summarised_to_the_record():
    done = activities([(1, 95.0, 0), (1, 60.0, 0), (1, 101.0, 0), (2, 100.0, 1), (3, 40.0, -1)])
    columns = summaries(done, np.array([1, 2, 3, 4]), 100.0, KINDS)

    assert {name: column.values.tolist() for name, column in columns.items()} == {
        "visit, last 30 days": [1, 0, 0, NAN],
        "visit, last 90 days": [2, 0, 0, NAN],
        "visit, fading": [pytest.approx(2 ** (-5 / 30) + 2 ** (-40 / 30)), 0, 0, NAN],
        "visit, days since": [5, NAN, NAN, NAN],
        "demo, last 30 days": [0, 1, 0, NAN],
        "demo, last 90 days": [0, 1, 0, NAN],
        "demo, fading": [0, 1, 0, NAN],
        "demo, days since": [NAN, 0, NAN, NAN],
    }


def test_each_column_says_of_which_kind_and_time_it_is():
    assert [(each.name, each.window) for each in headings(["visit"])] == [
        ("visit, last 30 days", "30 days"),
        ("visit, last 90 days", "90 days"),
        ("visit, fading", "all, halved every 30 days"),
        ("visit, days since", "since the last"),
    ]


@settings(max_examples=60)
@given(happened, st.lists(st.floats(0, 200), min_size=6, max_size=6))
def test_what_comes_later_than_a_records_own_moment_changes_nothing(rows, moments):
    """And each record is summarised as if it stood alone, by its own moment."""
    ids, own = np.arange(6), np.array(moments)
    seen = [row for row in rows if row[1] <= moments[row[0]]]
    whole, past = summaries(activities(rows), ids, own, KINDS), summaries(activities(seen), ids, own, KINDS)
    for name, column in whole.items():
        np.testing.assert_array_equal(column.values, past[name].values)
        for row in ids:
            alone = summaries(activities(rows), ids[row : row + 1], own[row], KINDS)[name].values
            np.testing.assert_array_equal(column.values[row : row + 1], alone)


def test_nobody_has_no_columns_to_fill():
    columns = summaries(activities([(1, 1.0, 0)]), np.array([], np.int64), 100.0, KINDS)
    assert {len(column) for column in columns.values()} == {0}
