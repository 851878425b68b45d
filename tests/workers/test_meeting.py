"""Learning who first meets a definition: each record looked at as of its own moment, by the version in force."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, text

from portal import definitions
from portal.activities import Activity, ActivityKind
from portal.criteria import catalogue, parse, problems
from portal.db import EPOCH, Database
from portal.definitions import Definition, DefinitionVersion
from portal.errors import Invalid
from portal.fields import Level
from portal.models import learned, registry
from portal.models.registry import Recipe
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT
from workers import doings, meeting, targets

RECIPE = Recipe(
    term="inquiry", within_days=90, order_by="came_at", left_out=("Contract", "Converted", "Luck")
)
SCORED = [
    {"id": "asked", "type": "activity", "of": "person", "what": "request", "test": "at_least", "count": 1},
    {"id": "best", "type": "score", "of": "person", "test": "group_at_most", "value": 3},
]
LATER = AT + timedelta(days=1)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Database]:
    """Six hundred people; those with many visits ask for something some weeks after they came, a few on the day itself."""
    database = crowd.ranked(tmp_path)
    ask(database)
    yield database
    database.dispose()


def ask(database: Database) -> None:
    with database.transaction() as session:
        definitions.ship(session, at=AT)
        session.add(kind := ActivityKind(name="Asked", is_request=True))
        session.flush()
        people = session.connection().execute(text("SELECT id, came_at FROM person ORDER BY id")).all()
        rows = []
        for (id_, came), traits in zip(people, crowd.traits(), strict=False):
            days = {19: 0, 0: 200}.get(traits.get("Visits", 5), 30 if traits.get("Visits", 0) > 10 else None)
            if days is not None:
                at = EPOCH + timedelta(microseconds=came, days=days)
                rows.append({"person_id": id_, "kind_id": kind.id, "at": at, "created_at": AT})
        session.execute(insert(Activity), [row | {"updated_at": AT} for row in rows])


def version(database: Database, term: str) -> int:
    with database.reading() as session:
        return definitions.in_force(session)[term].version_id


def test_who_first_meets_a_version_within_the_days_is_told_from_before_after_and_too_young(
    asked: Database,
) -> None:
    with asked.reading() as session:
        criteria = learned.criteria_of(session, version(asked, "inquiry"))
        rows = (
            session.connection()
            .execute(text("SELECT id, came_at FROM person WHERE id <= 600 ORDER BY id"))
            .all()
        )
    ids = np.array([row[0] for row in rows])
    own = np.array([row[1] / 86_400_000_000 + doings.WATCHED_DAYS for row in rows])

    found = meeting.first_met(
        asked, criteria, Level.PERSON, ids, own, within=60, as_of=targets.days(AT) - 100
    )

    for traits, moment, outcome in zip(crowd.traits(), own, found.outcome, strict=True):
        visits = traits.get("Visits", 5)
        if moment + 60 > targets.days(AT) - 100:
            assert np.isnan(outcome), "too young"
        elif visits == 19:
            assert np.isnan(outcome), "had asked already"
        else:
            assert outcome == (visits > 10), "asked after thirty days, or after two hundred, or never"
    assert found.young == sum(own + 60 > targets.days(AT) - 100)


def test_a_model_learns_a_definition_and_names_its_version(asked: Database, settings: Settings) -> None:
    model = crowd.trained(asked, settings, RECIPE, at=LATER)

    assert (model.met_version_id, model.outcome, model.positive) == (
        version(asked, "inquiry"),
        "Inquiry v1",
        "met",
    )
    assert model.label["already"] > 0
    assert model.label["young"] > 0
    assert model.records + model.label["unknown"] == 604
    assert model.label["unknown"] >= model.label["already"] + model.label["young"]
    assert 0 < model.positives < model.records
    assert model.out_of_fold_auc > 0.9, model.why


def test_once_it_ranks_that_definition_may_not_ask_for_its_score(asked: Database, settings: Settings) -> None:
    model = crowd.trained(asked, settings, replace(RECIPE, promote=False), at=LATER)
    with asked.transaction() as session:
        session.connection().execute(
            text("UPDATE model SET promoted_at = 1, retired_at = NULL WHERE id = :i"), {"i": model.id}
        )

    with asked.reading() as session:
        known = catalogue(session, Level.PERSON)
        assert known.learned == {Level.PERSON: frozenset({"inquiry"})}
        found = problems(parse({"version": 1, "root": {"all": SCORED}}), known, term="inquiry")
    assert "This runs in a circle" in found[0].sentence


def test_it_learns_of_those_alone_who_met_another_version(asked: Database, settings: Settings) -> None:
    model = crowd.trained(asked, settings, replace(crowd.RECIPE, of_term="inquiry"), at=LATER)

    had_asked = sum(traits.get("Visits") == 19 for traits in crowd.traits())
    assert (model.records + model.label["unknown"], model.of_version_id) == (
        had_asked,
        version(asked, "inquiry"),
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"within_days": None}, "Say within how many days a record is to meet Inquiry"),
        ({"term": "opportunity"}, "Choose a definition that is in force and has criteria"),
        ({"term": "colour"}, "Choose a definition that is in force"),
    ],
)
def test_what_cannot_be_learned_is_refused(asked: Database, changes: dict[str, Any], sentence: str) -> None:
    with asked.transaction() as session, pytest.raises(Invalid, match=sentence):
        registry.start_training(session, replace(RECIPE, **changes), by=None, at=AT)


def test_a_definition_that_asks_for_the_score_is_not_learned_from_it(asked: Database) -> None:
    with asked.transaction() as session:
        session.add(hot := Definition(term="hot_lead", name="Hot lead", position=20, level=Level.PERSON))
        session.flush()
        kept = {"number": 1, "wording": "Hot.", "rule": "Hot.", "created_at": AT, "in_force_at": AT}
        root = {"version": 1, "root": {"all": SCORED}}
        session.add(DefinitionVersion(definition_id=hot.id, criteria=root, **kept))
    with asked.transaction() as session, pytest.raises(Invalid, match="would learn from itself"):
        registry.start_training(session, replace(RECIPE, term="hot_lead"), by=None, at=AT)
