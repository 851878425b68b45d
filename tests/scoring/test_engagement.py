from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.engagement import Activities, Rule

RULE = Rule.of({"visit": 1.0, "demo": 5.0}, half_life=30)
happened = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 200), st.integers(0, 1)), max_size=40)


def activities(rows) -> Activities:
    """In order of record, as they come from the index; the order within a record is kept."""
    rows = sorted(rows, key=lambda row: row[0])
    owners, times, kinds = zip(*rows, strict=True) if rows else ((), (), ())
    return Activities(np.array(owners, np.int64), np.array(times, np.float64), np.array(kinds, np.int32))


def test_an_activity_adds_its_weight_at_once_and_halves_with_every_half_life():
    demo = activities([(1, 100.0, 1)])
    assert [RULE.levels(demo, np.array([1]), day).tolist() for day in (100, 130, 160)] == [[5], [2.5], [1.25]]


def test_what_has_not_happened_yet_does_not_count():
    assert RULE.levels(activities([(1, 100.0, 1)]), np.array([1]), 99).tolist() == [0]


def test_records_without_activities_have_none_and_other_owners_are_ignored():
    some = activities([(1, 10.0, 0), (2, 10.0, 0), (9, 10.0, 1)])
    assert RULE.levels(some, np.array([0, 2, 3]), 10).tolist() == [0, 1, 0]
    assert RULE.levels(some, np.array([], np.int64), 10).tolist() == []


@given(happened, st.floats(0, 250))
def test_all_at_once_is_each_alone_bit_for_bit(rows, as_of):
    done, ids = activities(rows), np.arange(6)
    alone = [RULE.level(done.times[done.owners == i], done.kinds[done.owners == i], as_of) for i in ids]
    assert RULE.levels(done, ids, as_of).tolist() == alone


@given(happened, st.floats(0, 100))
def test_when_nothing_happens_it_declines_as_foretold(rows, days):
    done, ids = activities(rows), np.arange(6)
    now = RULE.levels(done, ids, 200)
    later = RULE.levels(done, ids, 200 + days)
    assert later == pytest.approx([RULE.aged(level, days) for level in now], rel=1e-9, abs=1e-12)
    assert (later <= now).all()


@given(happened, st.integers(0, 5), st.integers(0, 1))
def test_one_activity_more_raises_exactly_its_record_by_its_weight(rows, owner, kind):
    ids = np.arange(6)
    rise = RULE.levels(activities([*rows, (owner, 200.0, kind)]), ids, 200) - RULE.levels(
        activities(rows), ids, 200
    )
    assert rise == pytest.approx(np.where(ids == owner, RULE.weights[kind], 0))


def test_kinds_without_a_weight_of_their_own_weigh_one():
    assert Rule.of({"demo": 5}, 30, ["mail", "demo"]) == Rule(("demo", "mail"), (5, 1), 30)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Rule.of({"demo": 5}, 0), "longer than no time"),
        (lambda: Rule(("demo",), (), 30), "1 kinds of activity"),
    ],
)
def test_rules_that_make_no_sense_are_refused(make, why):
    with pytest.raises(ValueError, match=why):
        make()
