"""2,000 leads under two versions of what a lead is: the past stays as it was, and every change is explained to the last record."""

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import insert
from sqlmodel import select

from portal import definitions, funnel, judging, time_machine
from portal.activities import Activity, ActivityKind
from portal.criteria import Criteria, Faulty, checked, parse, shipped
from portal.db import Database
from portal.deals import Deal
from portal.definitions import Definition, DefinitionVersion
from portal.fields import Level
from portal.funnel import Asked, Period
from portal.judging.standing import known, standing
from portal.people import Person

AT = datetime(2026, 7, 1, tzinfo=UTC)
FIRST = Period(date(2026, 1, 1), date(2026, 3, 31))
SECOND = Period(date(2026, 4, 1), date(2026, 6, 30))
LEADS = 2_000
V2: dict[str, Any] = {
    "version": 1,
    "root": {
        "all": [
            *shipped.ROOTS["lead"]["all"],
            {
                "id": "where",
                "type": "field",
                "of": "person",
                "field": "country",
                "test": "is_not",
                "value": "Chile",
            },
        ]
    },
}


def settle(database: Database) -> None:
    """Half came in each quarter; more were worked in the second, and more of them came from Chile, or nobody knows whence."""
    dice = random.Random(5)
    people, requests, deals = [], [], []
    for number in range(1, LEADS + 1):
        is_late = number > LEADS // 2
        came = AT - timedelta(days=dice.randint(1, 90) if is_late else dice.randint(92, 180))
        country = dice.choices(["Ghana", "Chile", ""], [5, 3 if is_late else 1, 1])[0]
        people.append(
            {"id": number, "country": country, "came_at": came, "arrived_at": came}
            | {"created_at": came, "updated_at": came}
        )
        if dice.random() < 0.7:
            requests.append({"person_id": number, "at": came, "kind_id": 1})
        if dice.random() < (0.5 if is_late else 0.3):
            won = dice.random() < 0.4
            deals.append(
                {"person_id": number, "outcome": "won" if won else "open", "closed_at": came if won else None}
                | {"expected_close_on": None, "created_at": came, "updated_at": came}
            )
    with database.transaction() as session:
        definitions.ship(session, at=AT)
        session.add(ActivityKind(id=1, name="Demo request", is_request=True))
        session.flush()
        for table, rows in ((Person, people), (Activity, requests), (Deal, deals)):
            session.execute(insert(table), rows)


def enforce(database: Database, criteria: dict[str, Any]) -> None:
    """Another version of lead comes into force."""
    with database.transaction() as session:
        definition = session.exec(select(Definition).where(Definition.term == "lead")).one()
        held = select(DefinitionVersion).where(DefinitionVersion.definition_id == definition.id)
        session.exec(held).one().superseded_at = AT
        session.flush()
        given = {
            "wording": "Stricter.",
            "rule": "",
            "criteria": criteria,
            "created_at": AT,
            "in_force_at": AT,
        }
        session.add(DefinitionVersion(definition_id=definition.id, number=2, **given))


def test_a_period_under_v1_is_the_same_before_and_after_v2_came(database: Database) -> None:
    settle(database)
    with database.reading() as session:
        v1 = Asked.of(standing(session))
        before = funnel.in_force(session, FIRST, as_of=AT)
    enforce(database, V2)

    with database.reading() as session:
        assert funnel.counts(session, FIRST, v1, as_of=AT) == before
        now = funnel.in_force(session, FIRST, as_of=AT)
        assert now == funnel.counts(session, FIRST, v1.under(lead=parse(V2)), as_of=AT)
    assert before["target"] == now["target"] == LEADS // 2
    assert before["inquiry"] == now["inquiry"]
    assert before["lead"] > now["lead"] > 0  # type: ignore[operator]
    assert before["qualified_lead"] > now["qualified_lead"] > 0  # type: ignore[operator]


def test_the_two_effects_add_up_to_the_change_to_the_last_record(database: Database) -> None:
    settle(database)
    with database.reading() as session:
        v1 = Asked.of(standing(session))
        v2 = v1.under(lead=parse(V2))
        way = time_machine.travel(session, FIRST, SECOND, old=v1, new=v2, as_of=AT)

    assert way.before != way.between != way.after
    for term in funnel.FUNNEL:
        assert way.definition(term) + way.performance(term) == way.after[term] - way.before[term]  # type: ignore[operator]
        assert way.change(term) == way.after[term] - way.before[term]  # type: ignore[operator]
    assert len(way.rates) == len(funnel.RATES)
    for each in way.rates:
        assert each.definition + each.performance == each.change == each.after - each.before  # type: ignore[operator]
    sales = next(each for each in way.rates if each.part == "qualified_lead")
    assert sales.after == Fraction(way.after["qualified_lead"] or 0, way.after["lead"] or 0)
    assert sales.performance > abs(sales.definition) > 0  # type: ignore[operator, arg-type]


def test_no_badge_scan_is_ever_a_lead(sqlite: Database) -> None:
    """Ten thousand people scanned at shows, with whatever else one knows of them, and any lead definition that is accepted."""
    dice = random.Random(11)
    with sqlite.transaction() as session:
        definitions.ship(session, at=AT)
        session.add(ActivityKind(id=1, name="Demo request", is_request=True))
        session.add(ActivityKind(id=2, name="Badge scan"))
        session.flush()
        session.execute(insert(Person), [_scanned(dice, number) for number in range(1, 10_001)])
        scans = [
            {"person_id": number, "at": AT - timedelta(days=dice.randint(0, 90)), "kind_id": 2}
            for number in range(1, 10_001)
            for _ in range(dice.randint(1, 2))
        ]
        session.execute(insert(Activity), scans)
    accepted = 0
    with sqlite.reading() as session:
        v1, offered = Asked.of(standing(session)), known(session, Level.PERSON)
        for _ in range(12):
            try:
                lead = checked(_any_tree(dice), offered, term="lead")
            except Faulty:
                continue
            accepted += 1
            found = funnel.counts(session, Period(date(2026, 1, 1), AT.date()), v1.under(lead=lead), as_of=AT)
            assert (found["target"], found["inquiry"], found["lead"]) == (10_000, 0, 0)
    assert accepted > 2


def _scanned(dice: random.Random, number: int) -> dict[str, Any]:
    came = AT - timedelta(days=dice.randint(0, 90))
    return {
        "id": number,
        "country": dice.choice(["Ghana", "Chile", ""]),
        "source": dice.choice(["Badge scan", "Trade fair"]),
        "direction": dice.choice(["inbound", "outbound", "unknown"]),
        "came_at": came,
        "arrived_at": came,
        "created_at": AT,
        "updated_at": AT,
    }


def _any_tree(dice: random.Random) -> dict[str, Any]:
    """With or without the clause that keeps targets out, in its place or elsewhere."""
    asked = shipped.ASKED | {"count": dice.randint(1, 2)}
    more = [
        {"id": "a", "type": "field", "of": "person", "field": "country", "test": "is_known"},
        {"id": "b", "type": "activity", "of": "person", "what": "any", "test": "at_least", "count": 1},
        {"none": [{"id": "c", "type": "field", "of": "person", "field": "city", "test": "is_known"}]},
    ]
    parts = dice.sample(more, dice.randint(1, 3))
    places = ([asked, *parts], parts, [{"any": [asked, *parts]}], [{"all": [asked]}, *parts])
    return {"version": 1, "root": {"all": dice.choice(places)}}


def test_judging_keeps_the_version_that_judged(sqlite: Database) -> None:
    settle(sqlite)
    with sqlite.reading() as session:
        first: Criteria = judging.standing(session)["lead"].criteria
    enforce(sqlite, V2)
    with sqlite.reading() as session:
        assert judging.standing(session)["lead"].criteria == parse(V2) != first
        assert judging.standing(session)["lead"].meaning.number == 2
