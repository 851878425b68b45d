"""Data examined and mended by its jobs, on both databases."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.db import Database, canonical
from portal.deals import Deal
from portal.errors import Conflict, Invalid, NotFound
from portal.fields import Field, FieldKind, Level
from portal.health import lists, pages, uniting
from portal.health.examining import Result
from portal.health.lists import Selection, of_finding
from portal.health.tables import Spelling
from portal.health.uniting import Decision
from portal.imports.mapping import ColumnMapping, Mapping
from portal.imports.tables import SavedMapping
from portal.orders import Order
from portal.people import FieldChange, Person
from portal.settings import Settings
from workers import inline

Add = Callable[..., Any]


@pytest.fixture
def today() -> datetime:
    """The jobs look at the clock, so tests speak of days before now."""
    from portal.clock import now

    return now()


@pytest.fixture
def add(database: Database, today: datetime) -> Add:
    def add(table: Any, **values: Any) -> int:
        alike = {"created_at": today, "updated_at": today} if hasattr(table, "updated_at") else {}
        with database.transaction() as session:
            row = table(**alike | values)
            session.add(row)
            session.flush()
            return int(row.id)

    return add


@pytest.fixture
def examined(database: Database, settings: Settings, today: datetime) -> Callable[[], Result]:
    def examine() -> Result:
        with database.transaction() as session:
            pages.ask(session, stale_days=180, by=None, at=today)
        inline.run_all(database, settings)
        with database.reading() as session:
            found = pages.health(session).result
        assert found is not None
        return found

    return examine


def behind(database: Database, chosen: Selection) -> list[int]:
    with database.reading() as session:
        return [line.id for line in lists.every(session, chosen)]


def test_people_without_owner_date_or_address(
    add: Add, examined: Callable[[], Result], database: Database, today: datetime
) -> None:
    add(Person, first_name="Ada", owner="Grace", came_at=today, email="ada@example.com")
    nobody = add(Person, first_name="Alan")
    add(Person, first_name="Gone", merged_into_id=1)
    out = add(Person, owner="Grace", came_at=today, phone="1", opted_out_at=today)
    found = examined()

    assert found.records["person"] == 3
    assert {key: found.counts[key] for key in ("people-ownerless", "people-undated", "unreachable")} == {
        "people-ownerless": 1,
        "people-undated": 1,
        "unreachable": 1,
    }
    assert behind(database, of_finding("people-ownerless")) == [nobody]
    assert behind(database, of_finding("opted-out")) == [out]


def test_stale_is_who_came_long_ago_and_heard_nothing_since(
    add: Add, examined: Callable[[], Result], database: Database, today: datetime
) -> None:
    long_ago, lately = today - timedelta(days=400), today - timedelta(days=10)
    call = add(ActivityKind, name="Call")
    stale, called, changed, _new = (
        add(Person, arrived_at=moment) for moment in (long_ago, long_ago, long_ago, lately)
    )
    add(Activity, person_id=stale, at=long_ago, kind_id=call)
    add(Activity, person_id=called, at=lately, kind_id=call)
    add(FieldChange, level="person", record_id=changed, field="status", seen_at=lately)
    deal = add(Deal, name="Old", opened_at=long_ago)
    add(Deal, name="Won", opened_at=long_ago, closed_at=long_ago, outcome="won")
    add(Deal, name="Alive", opened_at=long_ago, person_id=called)
    found = examined()

    assert found.counts["people-stale"] == 1
    assert behind(database, of_finding("people-stale")) == [stale]
    assert behind(database, of_finding("deals-stale")) == [deal]


def field(add: Add, today: datetime, name: str, kind: FieldKind) -> None:
    add(Field, level="person", name=name, kind=kind, source="CRM", first_seen_at=today)


def test_bounced_is_what_a_field_or_an_activity_says(
    add: Add, examined: Callable[[], Result], database: Database, today: datetime
) -> None:
    field(add, today, "Hard bounce", FieldKind.BOOLEAN)
    field(add, today, "Last Activity", FieldKind.CATEGORY)
    attributes = ({"Hard bounce": True}, {"Last Activity": "Email Bounced"}, {"Hard bounce": False}, {})
    people = [add(Person, attributes=canonical(each)) for each in attributes]
    bounce = add(ActivityKind, name="E-mail bounced")
    add(Activity, person_id=people[3], at=today, kind_id=bounce)
    found = examined()

    assert found.bounced_by == ["Hard bounce", "Last Activity"]
    assert behind(database, of_finding("bounced")) == [people[3], people[1], people[0]]


def test_missing_and_constant_fields(
    add: Add, examined: Callable[[], Result], database: Database, today: datetime
) -> None:
    field(add, today, "Region", FieldKind.CATEGORY)
    people = [
        add(Person, attributes=canonical(each), country="Ghana")
        for each in ({"Region": "West"}, {"Region": "West"}, {})
    ]
    found = {each.name: each for each in examined().fields if each.level == "person"}

    assert (found["Region"].missing, found["Region"].constant, found["Region"].is_attribute) == (
        1,
        True,
        True,
    )
    assert (found["country"].missing, found["country"].constant) == (0, True)
    assert (found["email"].missing, found["email"].constant) == (3, False)
    assert behind(database, Selection(Level.PERSON, missing="Region")) == [people[2]]


def test_active_customers_are_companies_and_people_of_none_who_bought(
    add: Add, examined: Callable[[], Result], database: Database, today: datetime
) -> None:
    old, new = today - timedelta(days=900), today - timedelta(days=100)
    call = add(ActivityKind, name="Call")
    renewed, quiet, _prospect = (add(Company, name=name) for name in "ABC")
    add(Deal, company_id=renewed, outcome="won", opened_at=old, closed_at=old)
    add(Order, company_id=renewed, ordered_at=new)
    add(Deal, company_id=quiet, outcome="won", opened_at=old, closed_at=old)
    alone = add(Person, customer_at=old)
    add(Activity, person_id=alone, at=new, kind_id=call)
    employee = add(Person, customer_at=old, company_id=quiet)
    found = examined()

    assert (found.counts["active-companies"], found.counts["active-people"]) == (1, 1)
    add(Activity, person_id=employee, at=new, kind_id=call)
    assert examined().counts["active-companies"] == 2
    assert behind(database, of_finding("active-companies")) == [quiet, renewed]


def test_lists_go_page_by_page_both_ways(
    add: Add, examined: Callable[[], Result], database: Database
) -> None:
    ids = [add(Person, first_name=f"P{number}") for number in range(7)]
    examined()
    for chosen in (of_finding("people-ownerless"), Selection(Level.PERSON, missing="email")):
        with database.reading() as session:
            first = lists.page(session, chosen, limit=3)
            second = lists.page(session, chosen, before=first.older, limit=3)
            last = lists.page(session, chosen, before=second.older, limit=3)
            back = lists.page(session, chosen, after=last.newer, limit=3)
        assert [[line.id for line in page.lines] for page in (first, second, last, back)] == [
            ids[:3:-1],
            ids[3:0:-1],
            ids[:1],
            ids[3:0:-1],
        ]
        assert (first.newer, last.older, back.newer, back.older) == (None, None, ids[3], ids[1])


MAPPING = Mapping(
    kind="people",
    source="CRM",
    id_columns=("ID",),
    columns=(ColumnMapping(column="Lead Source", field="source", kind="category"),),
)
GOOGLE = Decision(level=Level.PERSON, field="source", kept="Google", others=["google"])


@pytest.fixture
def sources(add: Add, today: datetime) -> list[int]:
    """Three people, two ways to write where they came from, as a field and as the attribute it came from."""
    field(add, today, "Lead Source", FieldKind.CATEGORY)
    add(SavedMapping, kind="people", source="CRM", mapping=MAPPING.model_dump(mode="json"), saved_at=today)
    return [
        add(Person, source=word, attributes=canonical({"Lead Source": word}))
        for word in ("Google", "google", "Fair")
    ]


def written(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        people = session.exec(select(Person).order_by(col(Person.id))).all()
        return [(each.source, json.loads(each.attributes)["Lead Source"]) for each in people]


def learned(database: Database) -> dict[str, str]:
    with database.reading() as session:
        mapping = Mapping.model_validate(session.exec(select(SavedMapping)).one().mapping)
    return mapping.column("Lead Source").values


def test_spellings_are_offered_once_and_made_one(
    sources: list[int],
    examined: Callable[[], Result],
    database: Database,
    settings: Settings,
    today: datetime,
) -> None:
    offered = examined().variants
    assert [(each.field, [one.value for one in each.values]) for each in offered] == [
        ("source", ["Google", "google"])
    ]

    with database.transaction() as session:
        uniting.decide(session, GOOGLE, by=None, at=today)
    with database.reading() as session:
        assert pages.health(session).result.variants == []  # offered no more, before the job is done
    inline.run_all(database, settings)

    assert written(database) == [("Google", "Google"), ("Google", "Google"), ("Fair", "Fair")]
    assert learned(database) == {"google": "Google"}
    with database.reading() as session:
        changes = session.exec(select(FieldChange).order_by(col(FieldChange.field))).all()
        assert [(each.record_id, each.field, each.before, each.after) for each in changes] == [
            (sources[1], "Lead Source", '"google"', '"Google"'),
            (sources[1], "source", '"google"', '"Google"'),
        ]
        assert session.get_one(Person, sources[1]).version == 3
    assert examined().variants == []


def test_a_decision_is_taken_back_from_the_changes(
    sources: list[int], database: Database, settings: Settings, today: datetime
) -> None:
    before = written(database)
    with database.transaction() as session:
        made = uniting.decide(session, GOOGLE, by=None, at=today).id
    inline.run_all(database, settings)
    with database.transaction() as session:
        uniting.undo(session, made, by=None, at=today + timedelta(microseconds=1))
    inline.run_all(database, settings)

    assert written(database) == before
    assert learned(database) == {}
    with database.transaction() as session:
        assert session.get_one(Spelling, made).undone_at is not None
        with pytest.raises(Conflict, match="taken back already"):
            uniting.undo(session, made, by=None, at=today)


def test_a_record_that_changed_since_keeps_what_it_has(
    sources: list[int], database: Database, settings: Settings, today: datetime
) -> None:
    with database.transaction() as session:
        made = uniting.decide(session, GOOGLE, by=None, at=today).id
    inline.run_all(database, settings)
    with database.transaction() as session:
        session.get_one(Person, sources[1]).source = "Referral"
    with database.transaction() as session:
        uniting.undo(session, made, by=None, at=today + timedelta(microseconds=1))
    inline.run_all(database, settings)

    assert written(database)[1] == ("Referral", "google")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"field": "nonsense"}, NotFound),
        ({"field": "email"}, Invalid),
        ({"others": ["Bing"]}, Invalid),
        ({"others": ["Google"]}, Invalid),
    ],
)
def test_only_spellings_of_words_are_made_one(
    database: Database, today: datetime, changes: dict[str, Any], problem: type[Exception]
) -> None:
    with database.transaction() as session, pytest.raises(problem):
        uniting.decide(session, GOOGLE.model_copy(update=changes), by=None, at=today)


def test_a_second_question_waits_for_the_first(database: Database, today: datetime) -> None:
    with database.transaction() as session:
        first = pages.ask(session, by=None, at=today)
        assert pages.ask(session, by=None, at=today).id == first.id
