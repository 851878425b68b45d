"""Whom to compare with whom, in bounded memory."""

import polars as pl

from scoring.linkage import blocking
from scoring.linkage.blocking import LARGEST_BLOCK, blocked, prior, sessions
from scoring.linkage.columns import Kind

NAMES = {Kind.FIRST_NAME: ["c0"], Kind.LAST_NAME: ["c1"], Kind.EMAIL: ["c2"]}


def people(rows):
    return pl.DataFrame(
        [(n, *row) for n, row in enumerate(rows)], schema=["id", "c0", "c1", "c2"], orient="row"
    )


def test_people_who_share_a_key_are_compared():
    found = blocked(
        people([("ann", "lee", "a@x.org"), ("anne", "leigh", "a@x.org"), ("bo", "ek", None)]), NAMES
    )
    assert found.keys
    assert found.pairs >= 1
    assert found.frame["k0"].to_list() == ["a@x.org", "a@x.org", None]


def test_what_too_many_share_is_no_key_and_is_said():
    crowd = [("ann", f"name {n}", None) for n in range(LARGEST_BLOCK + 1)]
    found = blocked(people(crowd), {Kind.FIRST_NAME: ["c0"]})
    assert found.pairs == 0
    assert "more than 150 people share" in found.notes[0]


def test_a_rule_beyond_the_budget_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr(blocking, "FEWEST_PAIRS", 2)
    monkeypatch.setattr(blocking, "PAIRS_A_RECORD", 0)
    found = blocked(
        people([("ann", "lee", "a@x.org")] * 2 + [("ann", f"lee {n}", None) for n in range(9)]), NAMES
    )
    assert found.pairs <= 2
    assert "no more than 2 pairs are compared" in found.notes[-1]


def test_the_prior_counts_pairs_that_hardly_two_people_share():
    twins = [("ann", "lee", "a@x.org")] * 2
    others = [(f"first {n}", f"last {n}", f"{n}@x.org") for n in range(98)]
    assert prior(people(twins + others), NAMES) == (1 / 0.7) / 4950


def test_the_prior_is_never_zero():
    assert prior(people([("ann", "lee", None), ("bo", "ek", None)]), NAMES) > 0


def test_learning_takes_rare_values_of_which_there_are_enough():
    pairs = [row for n in range(40) for row in [(f"first {n}", f"last {n}", f"{n}@x.org")] * 2]
    crowd = [("ann", "lee", None)] * 50
    found = sessions(people(pairs + crowd), NAMES)
    assert [session.columns for session in found] == [("c0", "c1"), ("c2",)]
    assert found[0].key.drop_nulls().len() == 80
