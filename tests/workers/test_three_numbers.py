"""A run knows three numbers of each record: propensity, what a purchase is worth, and engagement."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import col, select

from portal import engagement
from portal.activities import Activity, ActivityKind
from portal.db import Database
from portal.deals import Deal, Outcome
from portal.models import amounts, registry
from portal.people import Person
from portal.ranking import quadrants
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT, current, scored, table


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def happened(database: Database, *what: tuple[int, float, str]) -> None:
    """Activities: of a person, so many days before the run, of a kind. A demo weighs 5."""
    with database.transaction() as session:
        kinds = {kind.name: kind.id for kind in session.exec(select(ActivityKind))}
        for name in {kind for _, _, kind in what} - kinds.keys():
            kind = ActivityKind(name=name, weight=5.0 if name == "Demo" else 1.0)
            session.add(kind)
            session.flush()
            kinds[name] = kind.id
        session.execute(
            insert(Activity),
            [
                {"person_id": person, "at": AT - timedelta(days=days), "kind_id": kinds[kind]}
                for person, days, kind in what
            ],
        )


def bought(database: Database, people: list[int], amount: Any, **more: Any) -> None:
    """Each of these people won one deal of `amount(person)`."""
    deal = {"outcome": Outcome.WON, "currency": "EUR", "attributes": "{}", "created_at": AT} | more
    with database.transaction() as session:
        rows = [{"person_id": p, "amount": Decimal(amount(p)), "updated_at": AT, **deal} for p in people]
        session.execute(insert(Deal), rows)


def numbers(database: Database, run_id: int) -> dict[int, tuple[float | None, float]]:
    """Value and engagement by person."""
    return {row[1]: (row[5], row[6]) for row in table(database, run_id)}


def test_engagement_in_a_run_is_that_of_each_person_as_of_the_run(
    ranked: Database, settings: Settings
) -> None:
    happened(ranked, (3, 0, "Demo"), (3, 30, "Visit"), (4, 60, "Visit"), (4, -1, "Demo"), (9, 400, "Mail"))

    run = scored(ranked, settings, _model(ranked))

    found = {person: level for person, (_, level) in numbers(ranked, run.id).items()}
    assert (found[3], found[4], found[5]) == (5.5, 0.25, 0.0)
    with ranked.reading() as session:
        alone = {person: engagement.of_person(session, person, at=AT) for person in found}
    assert found == pytest.approx(alone, rel=1e-12, abs=1e-15)


def test_without_amounts_nobody_is_worth_anything(ranked: Database) -> None:
    assert current(ranked).currency == ""
    assert {value for value, _ in numbers(ranked, 1).values()} == {None}


def test_few_amounts_are_expected_at_their_mean(ranked: Database, settings: Settings) -> None:
    bought(ranked, [1, 2], lambda person: 100 * person)
    bought(ranked, [3], lambda _: 9_000, currency="USD")

    model = crowd.trained(ranked, settings)
    run = scored(ranked, settings, model)

    said = model.label["value"]
    assert (said["records"], said["mean"], said["currency"], said["usable"]) == (2, 150.0, "EUR", False)
    assert "plain mean" in said["why"]
    assert run.currency == "EUR"
    assert {value for value, _ in numbers(ranked, run.id).values()} == {150.0}


def test_amounts_are_learned_where_they_can_be_told_apart(ranked: Database, settings: Settings) -> None:
    with ranked.reading() as session:
        countries = dict(session.exec(select(Person.id, Person.country).where(col(Person.id) <= 300)).all())
    bought(ranked, list(countries), lambda p: {"France": 1_000, "Ghana": 100}.get(countries[p], 10))

    model = crowd.trained(ranked, settings)
    run = scored(ranked, settings, model)

    assert model.label["value"]["usable"] is True
    worth = {person: value for person, (value, _) in numbers(ranked, run.id).items()}
    french = [worth[person] for person, country in countries.items() if country == "France"]
    others = [worth[person] for person, country in countries.items() if country == "Chile"]
    assert min(french) > 10 * max(others) > 0
    assert sum(worth[person] for person in countries) == pytest.approx(300 * 370, rel=0.05)


def test_the_same_amounts_and_activities_give_the_same_run(ranked: Database, settings: Settings) -> None:
    happened(ranked, (3, 1, "Demo"))
    first, again = (scored(ranked, settings, _model(ranked)) for _ in range(2))
    happened(ranked, (3, 1, "Visit"))
    other = scored(ranked, settings, _model(ranked))

    assert (first.digest, first.data_digest) == (again.digest, again.data_digest)
    assert other.digest != first.digest
    assert other.data_digest != first.data_digest


def test_amounts_are_means_of_what_was_won_else_of_orders(database: Database) -> None:
    crowd.people(database, count=3)
    bought(database, [1, 1, 2], lambda person: 100 * person)
    bought(database, [2], lambda _: 1, outcome=Outcome.LOST)
    with database.reading() as session:
        found = amounts.won(session, crowd.Level.PERSON)

    assert found.frame.rows() == [(1, 100.0), (2, 200.0)]
    assert (found.currency, found.others) == ("EUR", 0)


def test_a_quadrant_follows_from_group_and_engagement(ranked: Database, settings: Settings) -> None:
    happened(ranked, *((person, 0, "Visit") for person in range(1, 300)))
    run = scored(ranked, settings, _model(ranked))

    with ranked.reading() as session:
        found = list(crowd.runs.scores(session, run))
    assert {each.quadrant for each in found} == set(quadrants.Quadrant)
    for each in found:
        assert each.quadrant == quadrants.of((each.group + 1) // 2, float(each.record_id < 300))


def _model(database: Database) -> Any:
    with database.reading() as session:
        return registry.get(session, 1)
