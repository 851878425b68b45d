"""Twelve planted bad clauses are all caught, twelve good ones pass."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from portal import columns, definitions
from portal.activities import Activity, ActivityKind
from portal.criteria import catalogue, parse
from portal.criteria.ground import ground
from portal.criteria.linting import Remark, lint
from portal.db import Database, canonical
from portal.deals import Deal
from portal.fields import Field, Level
from portal.people import Person
from tests.portal.criteria.cast import clause

AT = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = {"Visits": "number", "Segment": "category", "Budget": "number", "Notes": "text", "Member": "boolean"}


@pytest.fixture
def company(sqlite: Database) -> Database:
    """200 people. Budget, notes and city are known of few; everybody has a country and a source; half of them asked."""
    with sqlite.transaction() as session:
        definitions.ship(session, at=AT)
        for name, kind in KINDS.items():
            session.add(Field(level="person", name=name, kind=kind, source="crm", first_seen_at=AT))
        session.add_all(
            [ActivityKind(id=1, name="Demo request", is_request=True), ActivityKind(id=2, name="Visit")]
        )
        session.add(ActivityKind(id=3, name="Call"))
        session.flush()
        session.execute(insert(Person), [_person(number) for number in range(1, 201)])
        asked = [{"person_id": n, "at": AT - timedelta(days=n), "kind_id": 1} for n in range(1, 201, 2)]
        visited = [{"person_id": n, "at": AT - timedelta(days=n), "kind_id": 2} for n in range(1, 201, 3)]
        session.execute(insert(Activity), asked + visited)
        session.add_all(
            Deal(person_id=n, outcome="won", created_at=AT, updated_at=AT) for n in range(1, 40, 2)
        )
    columns.refresh(sqlite, Level.PERSON)
    return sqlite


def _person(number: int) -> dict[str, Any]:
    attributes = {
        "Visits": number % 20,
        "Segment": "Large" if number % 4 == 0 else "Small",
        "Member": number % 5 == 0,
    }
    few = {"Budget": number, "Notes": "A note"} if number % 10 == 0 else {}
    return {
        "country": ("Ghana", "Chile", "France")[number % 3],
        "source": "Web",
        "city": "Accra" if number % 8 == 0 else "",
        "title": "Head of sales" if number % 2 else "Student",
        "came_at": AT - timedelta(days=number),
        "opted_out_at": AT if number % 7 == 0 else None,
        "arrived_at": AT,
        "attributes": canonical(attributes | few),
        "created_at": AT,
        "updated_at": AT,
    }


def linted(database: Database, *parts: Any, term: str = "ideal", how: str = "all") -> list[Remark]:
    with database.reading() as session:
        known = catalogue(session, Level.PERSON)
        criteria = parse({"version": 1, "root": {how: list(parts)}})
        return lint(session, criteria, known, ground(session, known, as_of=AT), term=term)


ASKED = clause("asked", "activity", what="request", test="at_least", count=1)
GOOD = clause("good", field="country", test="is", value="Ghana")
BAD = {
    "budget": (clause("bad", attribute="Budget", test="at_least", value=50), "unmeasurable"),
    "notes": (clause("bad", attribute="Notes", test="contains", value="note"), "unmeasurable"),
    "city": (clause("bad", field="city", test="is", value="Accra"), "unmeasurable"),
    "of a company nobody has": (
        clause("bad", of="company", field="employees", test="at_least", value=20),
        "unmeasurable",
    ),
    "score without a run": (clause("bad", "score", test="group_at_most", value=3), "unmeasurable"),
    "always there": (clause("bad", field="source", test="is_known"), "undeciding"),
    "always the same": (clause("bad", field="source", test="is", value="web"), "undeciding"),
    "always enough": (clause("bad", attribute="Visits", test="at_least", value=0), "undeciding"),
    "never reached": (clause("bad", attribute="Visits", test="more_than", value=100), "undeciding"),
    "never happened": (clause("bad", "activity", what=["Call"], test="at_least", count=1), "undeciding"),
    "asked twice": (clause("bad", field="country", test="one_of", value=["Ghana", "Chile"]), "undeciding"),
    "never decides": (
        clause("bad", field="country", test="is_not", value="France"),
        "undeciding",
    ),
}
PASSING = [
    clause("c", field="country", test="is_not", value="Chile"),
    clause("c", field="title", test="contains", value="sales"),
    clause("c", attribute="Visits", test="at_least", value=10),
    clause("c", attribute="Visits", test="between", value=[3, 12]),
    clause("c", attribute="Segment", test="is", value="Small"),
    clause("c", attribute="Member", test="is", value=False),
    clause("c", field="came_at", test="within_last", value=90),
    clause("c", field="opted_out_at", test="is_missing"),
    clause("c", "activity", what="request", test="at_least", count=1),
    clause("c", "activity", what=["Visit"], test="at_least", count=1, days=120),
    clause("c", "activity", what="any", test="at_most", count=1),
    clause("c", "definition", term="lead", test="meets"),
]


def test_twelve_bad_clauses_are_caught(company: Database) -> None:
    assert len(BAD) == 12
    found = {
        name: [(each.clause, each.kind) for each in linted(company, GOOD, bad)]
        for name, (bad, _) in BAD.items()
    }
    assert found == {name: [("bad", kind)] for name, (_, kind) in BAD.items()}


def test_twelve_good_clauses_pass(company: Database) -> None:
    assert len(PASSING) == 12
    other = clause("other", field="came_at", test="more_than_ago", value=50)
    assert [linted(company, other, each) for each in PASSING] == [[]] * 12


def test_what_is_said(company: Database) -> None:
    bad, _ = BAD["budget"]
    assert linted(company, GOOD, bad) == [
        Remark("bad", "unmeasurable", "Budget is missing for 90% of the people: this cannot be measured.")
    ]


def test_terms_that_mean_the_same_are_told(company: Database) -> None:
    assert [(each.clause, each.kind) for each in linted(company, ASKED, term="lead")] == [(None, "overlap")]
    nurture = clause("won", "deals", outcome="won", test="at_least", count=1)
    both = clause("few", attribute="Visits", test="at_most", value=10)
    said = [each.sentence for each in linted(company, ASKED, nurture, both, term="nurture")]
    assert said == ["10 of 200 people meet both this and Customer, which stand apart."]


def test_the_clause_that_cannot_be_removed_is_not_blamed_for_being_met_by_all(sqlite: Database) -> None:
    with sqlite.transaction() as session:
        definitions.ship(session, at=AT)
        session.add(ActivityKind(id=1, name="Demo request", is_request=True))
        session.flush()
        session.execute(
            insert(Person),
            [
                {"country": "Ghana" if n % 3 else "Chile", "created_at": AT, "updated_at": AT}
                for n in range(60)
            ],
        )
        session.execute(insert(Activity), [{"person_id": n, "at": AT, "kind_id": 1} for n in range(1, 61)])
    assert linted(sqlite, ASKED, GOOD, term="lead") == []
    assert [each.clause for each in linted(sqlite, ASKED, GOOD, term="ideal")] == ["asked"]


def test_too_few_records_say_nothing(sqlite: Database) -> None:
    with sqlite.transaction() as session:
        definitions.ship(session, at=AT)
    assert linted(sqlite, GOOD) == []
