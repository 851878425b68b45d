"""What is noticed after a run when people or outcomes changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from portal.accounts import Function, Right, User
from portal.db import Database
from portal.models import registry
from portal.models.tables import Run
from portal.notices import Notice
from portal.ranking import runs
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT

MODEL = "Model 1 (Converted is yes):"


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    database = crowd.ranked(tmp_path)
    with database.transaction() as session:
        leader = {"name": "Ada", "function": Function.SALES, "right": Right.LEADER, "created_at": AT}
        session.add(User(email="ada@example.com", **leader))
    yield database
    database.dispose()


def again(database: Database, settings: Settings) -> Run:
    with database.reading() as session:
        model = registry.get(session, 1)
    return crowd.scored(database, settings, model)


def told(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(Notice.sentence)))


def change(database: Database, values: str) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql(
            f"UPDATE person SET version = version + 1, attributes = {values} WHERE id <= 600"
        )


def test_the_same_people_are_alike(ranked: Database, settings: Settings) -> None:
    with ranked.reading() as session:
        drift = runs.get_run(session, 1).drift

    assert not drift["population"]["moved"]
    assert drift["population"]["limit"] >= 0.1
    assert drift["outcome"] | {"limit": 0} == {
        "index": 0, "limit": 0, "moved": False, "before": [189, 600], "now": [189, 600],
    }  # fmt: skip
    assert told(ranked) == []


def test_other_people_and_outcomes_are_noticed_and_leaders_told_once(
    ranked: Database, settings: Settings
) -> None:
    change(
        ranked, "json_set(attributes, '$.Visits', 20, '$.Channel', 'Partner', '$.Converted', json('true'))"
    )

    run = again(ranked, settings)
    again(ranked, settings)

    assert run.drift["population"]["moved"]
    assert run.drift["outcome"]["now"] == [600, 600]
    assert run.drift["outcome"]["moved"]
    assert sorted(told(ranked)) == [
        f"{MODEL} the people scored are no longer like those it learned from, says run 2. Train a challenger",
        f"{MODEL} the rate of the outcome moved, says run 2. Train a challenger",
    ]


def test_a_run_whose_outcome_field_is_gone_still_tells_of_the_population(
    ranked: Database, settings: Settings
) -> None:
    with ranked.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM field WHERE name = 'Converted'")

    assert again(ranked, settings).drift.keys() == {"population"}
