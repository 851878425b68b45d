"""What learning may say."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.linkage.shares import same_by_chance, settled

GIVEN = [0.8, 0.1, 0.1]


def test_sessions_are_averaged():
    assert settled(GIVEN, [[0.6, 0.2, 0.2], [0.8, 0.2, 0.0]]) == pytest.approx([0.7, 0.2, 0.1], abs=0.001)


def test_without_a_session_the_given_shares_stand():
    assert settled(GIVEN, []) == GIVEN


def test_a_session_that_learned_from_strangers_is_not_heard():
    assert settled(GIVEN, [[0.1, 0.1, 0.8]]) == GIVEN


@given(st.lists(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=3, max_size=3), max_size=4))
def test_the_shares_are_all_above_zero_and_make_one(learned):
    learned = [shares for shares in learned if any(shares)]
    found = settled(GIVEN, learned)
    assert min(found) > 0
    assert sum(found) == pytest.approx(1)


def test_the_same_by_chance_is_counted_exactly():
    assert same_by_chance(pl.Series(["a", "a", "a", "b", None])) == 3 / 6


def test_the_same_by_chance_is_never_zero():
    assert same_by_chance(pl.Series(["a", "b", "c"])) == 0.5 / 3
