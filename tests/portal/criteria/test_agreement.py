"""One meaning, run two ways: SQL over all records and Python on each of them come to the same, on both databases."""

from collections import Counter

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


def compare(session: Session, level: Level, trees: int) -> Seen:
    """Draw so many trees and judge every record by each of them both ways."""
    seen: Seen = Counter()
    known = criteria.catalogue(session, level)
    standing = ground(session, known, as_of=crowd.AT)
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
        for level, trees in {Level.PERSON: 40, Level.DEAL: 40, Level.COMPANY: 10}.items():
            seen += compare(session, level, trees)
    assert min(seen[True], seen[False], seen[None]) > 100, "the trees have to come out every way"


@pytest.mark.slow
def test_sql_and_python_agree_on_thousands_of_trees(database: Database) -> None:
    settle(database)
    with database.reading() as session:
        for level in Level:
            compare(session, level, 1_000)
