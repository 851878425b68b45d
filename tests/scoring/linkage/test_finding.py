"""Finding duplicates without labels, as a person would read it."""

import polars as pl
import pytest

from scoring.linkage import Column, Kind, find, measured
from tests.scoring.linkage.crowd import crowd


@pytest.fixture(scope="module")
def trial():
    columns, truth = crowd()
    return find(pl.Series(range(360)), columns), columns, truth


def test_those_who_stand_there_twice_are_found(trial):
    found, _, truth = trial
    step = measured((((p.a, p.b), p.score) for p in found.pairs), truth, [0.5])[0]
    assert step.precision >= 0.98
    assert step.recall >= 0.95


def test_the_best_come_first_and_each_pair_once(trial):
    found, _, _ = trial
    scores = [pair.score for pair in found.pairs]
    assert scores == sorted(scores, reverse=True)
    assert all(pair.a < pair.b for pair in found.pairs)
    assert len({(pair.a, pair.b) for pair in found.pairs}) == len(found.pairs)


def test_a_pair_says_why_in_words(trial):
    found, _, _ = trial
    pair = next(pair for pair in found.pairs if pair.a == 1)
    words = {reason.column: reason.words for reason in pair.reasons}
    assert words["last name"] == "the same last name"
    assert words["phone"] == "the same phone"
    assert words["e-mail"] == "e-mail off by two letters at most"
    assert pair.reasons[0].weight > 0


def test_what_is_missing_on_one_side_is_no_reason(trial):
    found, _, _ = trial
    pair = next(pair for pair in found.pairs if pair.a == 2)
    assert "phone" not in {reason.column for reason in pair.reasons}


def test_the_curve_falls_in_recall_as_the_threshold_rises(trial):
    found, _, _ = trial
    recalls = [step.recall for step in found.curve]
    assert recalls == sorted(recalls, reverse=True)
    assert found.curve[-1].precision > 0.99


def test_the_same_columns_give_the_same_pairs(trial):
    found, columns, _ = trial
    assert find(pl.Series(range(360)), columns) == found


def test_too_little_to_tell_people_apart_is_said():
    found = find(pl.Series([1, 2]), [Column("city", Kind.PLACE, pl.Series(["Rome", "Bonn"]))])
    assert found.pairs == ()
    assert "two filled columns at least" in found.notes[0]


def test_names_alone_are_said_to_be_weak():
    columns = [
        Column("first name", Kind.FIRST_NAME, pl.Series(["Ann", "Bo", "Cy"])),
        Column("last name", Kind.LAST_NAME, pl.Series(["Lee", "Ek", "Ray"])),
    ]
    found = find(pl.Series([1, 2, 3]), columns)
    assert found.pairs == ()
    assert "hard to tell apart" in found.notes[0]


def test_two_records_are_enough(trial):
    columns = [
        Column("last name", Kind.LAST_NAME, pl.Series(["Lee", "Lee", "Ek"])),
        Column("e-mail", Kind.EMAIL, pl.Series(["ann@lee.org", "ann@lee.org", "bo@ek.org"])),
    ]
    found = find(pl.Series([7, 9, 11]), columns)
    assert [(pair.a, pair.b) for pair in found.pairs] == [(7, 9)]
