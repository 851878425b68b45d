"""One meaning, run two ways: SQL over all records and Python on each of them come to the same, on both databases."""

from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from portal import columns, criteria
from portal.criteria import Criteria
from portal.criteria.evaluating import evaluate
from portal.criteria.facts import Facts, facts
from portal.criteria.ground import Ground, ground
from portal.criteria.sql import FAILED, MET, NOT_KNOWN, sql
from portal.db import Database
from portal.fields import Level
from tests.portal.criteria import crowd

COUNT = 24
TRUTHS = {MET: True, FAILED: False, NOT_KNOWN: None}
Seen = Counter[bool | None]


def in_sql(session: Session, tree: Criteria, level: Level, known: Ground) -> dict[int, bool | None]:
    query = sql(tree, level, known)
    rows = session.connection().execute(text(query.text), query.values | {"first": 1, "last": 10**9})
    return {record: TRUTHS[verdict] for record, verdict in rows}


def compare(session: Session, level: Level, trees: int, *, days_ago: int = 0) -> Seen:
    """Draw so many trees and judge every record by each of them both ways, as of now or a day of the past."""
    seen: Seen = Counter()
    known = criteria.catalogue(session, level)
    as_of = crowd.AT - timedelta(days=days_ago)
    standing = ground(session, known, as_of=as_of, is_past=days_ago > 0)
    everything: dict[int, Facts] = {}

    @settings(
        max_examples=trees,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        tree = data.draw(crowd.trees(known))
        assert criteria.problems(tree, known) == []
        found = in_sql(session, tree, level, standing)
        for record in found:
            if record not in everything:
                everything[record] = facts(session, level, record, standing)
        told = {record: evaluate(tree, everything[record], standing).truth for record in found}
        assert found == told
        seen.update(told.values())

    agree()
    return seen


def settle(database: Database) -> None:
    crowd.settle(database, count=COUNT)
    for each in (Level.PERSON, Level.COMPANY):
        columns.refresh(database, each)


def test_sql_and_python_agree(database: Database) -> None:
    settle(database)
    seen: Seen = Counter()
    with database.reading() as session:
        for level, trees in {Level.PERSON: 30, Level.DEAL: 30, Level.COMPANY: 10}.items():
            seen += compare(session, level, trees)
            seen += compare(session, level, trees // 2, days_ago=30)
    assert min(seen[True], seen[False], seen[None]) > 100, "the trees have to come out every way"


def test_every_value_that_was_replaced_is_what_it_was(database: Database) -> None:
    """Each field that has a history, asked by itself as of several days of the past."""
    settle(database)
    changed = 0
    with database.reading() as session:
        for level, days_ago in product([Level.PERSON, Level.COMPANY, Level.DEAL], (1, 30)):
            known = criteria.catalogue(session, level)
            as_of = crowd.AT - timedelta(days=days_ago)
            now = ground(session, known, as_of=as_of)
            then = ground(session, known, as_of=as_of, is_past=True)
            ids = in_sql(session, criteria.parse(crowd.every(level)), level, now)
            everything = {record: facts(session, level, record, then) for record in ids}
            for tree in crowd.asked_of_history(known):
                found = in_sql(session, tree, level, then)
                assert found == {
                    record: evaluate(tree, everything[record], then).truth for record in everything
                }, tree
                changed += found != in_sql(session, tree, level, now)
    assert changed > 100, "the history has to make a difference"


@pytest.mark.slow
def test_sql_and_python_agree_on_thousands_of_trees(database: Database) -> None:
    settle(database)
    with database.reading() as session:
        for level in Level:
            for days_ago in (0, 30, 90):
                compare(session, level, 500, days_ago=days_ago)
