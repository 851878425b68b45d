"""Adding and changing by hand, and what happens when two people change one record."""

import html
import re
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from portal import events
from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.db import Database
from portal.deals import Deal, StageChange
from portal.owners import Owner
from portal.people import ExternalId, FieldChange, Person
from tests.routes.conftest import Browser, Counting

ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "Ada@Example.com", "direction": "unknown"}
DEAL = {"name": "Engine", "outcome": "open"}
CALL = {"person": "1", "when": "2026-01-05T10:00", "kind": "Call", "direction": "outbound"}


def one(database: Database, table: type[SQLModel], number: int = 1) -> Any:
    with database.reading() as session:
        return session.get_one(table, number)


def filled(browser: Browser, path: str) -> dict[str, str]:
    """What a browser would send of the form on a page if nothing was typed."""
    page = browser.get(path).text.split("<main")[1]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        given = {name: html.unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        if given.get("name", "csrf_token") != "csrf_token" and (
            given["type"] != "checkbox" or " checked" in tag
        ):
            found[given["name"]] = given["value"]
    for name, options in re.findall(r'<select[^>]*name="([a-z_]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return found


def told(database: Database) -> list[str]:
    with database.reading() as session:
        return [line.what for line in events.page(session, area="record")]


def test_a_person_added_by_hand_has_an_id_and_an_event(member: Browser, sqlite: Database) -> None:
    response = member.post("/people/new", ADA | {"came_on": "2026-01-05", "opted_out": "yes"})

    assert (response.status_code, response.location) == (303, "/people/1")
    assert "Ada Lovelace is added." in member.get(response.location).text
    person = one(sqlite, Person)
    assert (person.email, f"{person.came_at:%F}", person.arrived_at) == (
        "ada@example.com",
        "2026-01-05",
        person.came_at,
    )
    assert person.opted_out_at is not None
    known = one(sqlite, ExternalId)
    assert (known.level, known.source, known.external_id, known.record_id) == ("person", "Concord", "1", 1)
    assert told(sqlite) == ["added person 1 by hand"]


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("/people/new", {}, "Give a name or an e-mail address"),
        ("/people/new", {"email": "ada"}, "Use an e-mail address, such as ada@example.com."),
        ("/people/new", {"first_name": "Ada", "came_on": "Friday"}, "Use a date, such as 2026-03-31."),
        ("/companies/new", {}, "Fill this in."),
        ("/companies/new", {"name": "A", "revenue": "1"}, "Say in which currency the revenue is"),
        ("/companies/new", {"name": "A", "employees": "many"}, "Use a number of people, such as 250."),
        ("/deals/new", DEAL | {"outcome": "won"}, "Say on which day the deal was won."),
        ("/deals/new", DEAL | {"amount": "a lot"}, "Use an amount, such as 12500.00."),
        ("/deals/new", DEAL | {"amount": "5", "currency": "Euro"}, "Use the three letters of a currency"),
        ("/deals/new", DEAL | {"person": "9"}, "Nobody here is “9”."),
        ("/deals/new", DEAL | {"probability": "140"}, "Use a percentage from 0 to 100, such as 40."),
        ("/deals/new", DEAL | {"closed_on": "2026-01-05"}, "An open deal has no day on which it closed."),
        ("/activities/new", CALL | {"person": ""}, "Say whom it was with"),
        ("/activities/new", CALL | {"when": "soon"}, "Use a day and a time, such as 2026-03-31 14:05."),
        ("/activities/new", CALL | {"when": "2999-01-01T10:00"}, "That is in the future."),
        ("/activities/new", CALL | {"deal": "7"}, "There is no deal 7."),
    ],
)
def test_what_cannot_be_is_shown_again_with_what_to_type(
    member: Browser, sqlite: Database, path: str, typed: dict[str, str], sentence: str
) -> None:
    response = member.post(path, typed)

    assert response.status_code == 422
    assert sentence in html.unescape(response.text)
    assert told(sqlite) == []


def test_a_form_sent_back_as_it_is_changes_nothing(member: Browser, sqlite: Database) -> None:
    member.post(
        "/people/new", ADA | {"came_on": "2026-01-05", "customer_since": "2026-01-06", "opted_out": "yes"}
    )
    member.post(
        "/companies/new", {"name": "Acme", "revenue": "1250000.50", "currency": "eur", "employees": "12"}
    )
    member.post(
        "/deals/new", DEAL | {"person": "1", "amount": "1,250", "currency": "EUR", "probability": "35"}
    )
    member.post("/activities/new", CALL)
    for path in ("/people/1/edit", "/companies/1/edit", "/deals/1/edit", "/activities/1/edit"):
        assert member.post(path, filled(member, path)).status_code == 303

    assert [one(sqlite, table).version for table in (Person, Company, Deal, Activity)] == [1, 1, 1, 1]
    with sqlite.reading() as session:
        assert session.exec(select(FieldChange)).all() == []


def test_a_change_leaves_history_with_its_user(member: Browser, sqlite: Database) -> None:
    member.post("/people/new", ADA | {"title": "Countess"})
    changed = filled(member, "/people/1/edit") | {
        "title": "",
        "country": "England",
        "customer_since": "2026-01-06",
    }
    assert member.post("/people/1/edit", changed).status_code == 303

    with sqlite.reading() as session:
        rows = session.exec(select(FieldChange).order_by(col(FieldChange.field))).all()
    assert [(each.field, each.before, each.after, each.user_id) for each in rows] == [
        ("country", None, '"England"', member.user.id),
        ("customer_at", None, "1767657600000000", member.user.id),
        ("title", '"Countess"', None, member.user.id),
    ]
    assert one(sqlite, Person).version == 2
    assert "changed person 1" in told(sqlite)[0]


@pytest.mark.parametrize(
    "case",
    [
        ("/people/new", "/people/1/edit", ADA, {"title": "Countess"}, {"title": "Analyst", "city": "London"}),
        ("/companies/new", "/companies/1/edit", {"name": "Acme"}, {"industry": "Toys"}, {"industry": "Tools", "city": "Ulm"}),
        ("/deals/new", "/deals/1/edit", DEAL, {"stage": "Offer"}, {"stage": "Talks", "source": "Fair"}),
        ("/activities/new", "/activities/1/edit", CALL, {"owner": "Ada"}, {"owner": "Grace", "kind": "Visit"}),
    ],
    ids=["person", "company", "deal", "activity"],
)  # fmt: skip
def test_the_second_of_two_sees_both_and_loses_nothing(
    member: Browser, marketer: Browser, case: tuple[str, str, dict[str, str], dict[str, str], dict[str, str]]
) -> None:
    new, edit, typed, mine, theirs = case
    if "activities" in new:
        member.post("/people/new", ADA)
    assert member.post(new, typed).status_code == 303
    opened = filled(member, edit)
    assert marketer.post(edit, filled(marketer, edit) | theirs).status_code == 303

    refused = member.post(edit, opened | mine)
    assert refused.status_code == 409
    assert "Someone else changed this while you were editing." in refused.text
    assert "Save over it" in refused.text
    assert "Keep theirs" in refused.text
    for text in (*mine.values(), *theirs.values()):
        assert text in refused.text

    over = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', refused.text)
        if name != "csrf_token"
    }
    assert member.post(edit, over).status_code == 303
    saved = filled(member, edit)
    assert saved | mine == saved
    kept = {name: text for name, text in theirs.items() if name not in mine}
    assert saved | kept == saved


def test_a_third_who_was_faster_still_is_seen(member: Browser, marketer: Browser) -> None:
    member.post("/companies/new", {"name": "Acme"})
    opened = filled(member, "/companies/1/edit")
    for city in ("Ulm", "Bonn"):
        marketer.post("/companies/1/edit", filled(marketer, "/companies/1/edit") | {"city": city})
        refused = member.post("/companies/1/edit", opened | {"city": "Kiel"})
        assert refused.status_code == 409
        assert city in refused.text


def test_an_activity_of_a_request_kind_is_an_inbound_request(member: Browser, sqlite: Database) -> None:
    member.post("/people/new", ADA)
    demo = CALL | {
        "kind": "Demo request",
        "is_request": "yes",
        "direction": "unknown",
        "person": "ada@example.com",
    }
    assert member.post("/activities/new", demo).location == "/people/1"
    member.post("/activities/new", demo | {"kind": "demo request", "is_request": ""})
    refused = member.post("/activities/new", demo | {"direction": "outbound"})

    assert [one(sqlite, Activity, number).direction for number in (1, 2)] == ["inbound", "inbound"]
    assert one(sqlite, ActivityKind).is_request
    assert refused.status_code == 422
    assert "Inbound request" in member.get("/people/1").text
    assert told(sqlite)[0] == "added activity 2 by hand, an inbound request"


def test_names_link_companies_and_owners_where_one_has_the_name(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    member.post("/companies/new", {"name": "Acme"})
    with sqlite.transaction() as session:
        session.add_all([Owner(name="Grace"), Owner(name="Alan"), Owner(name="Alan")])
    member.post("/people/new", ADA | {"company": "Acme", "owner": "Alan"})
    member.post("/deals/new", DEAL | {"company": "Unknown", "owner": "Grace"})
    person, deal = one(sqlite, Person), one(sqlite, Deal)

    assert (person.company_id, person.company_by, person.owner_id, person.owner_by) == (1, "name", None, "")
    assert (deal.company_id, deal.company_by, deal.owner_id, deal.owner_by) == (None, "", 1, "name")
    assert "Ada Lovelace" in member.get("/companies/1").text


def test_a_stage_changed_by_hand_goes_on_with_the_source_history(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    member.post("/deals/new", DEAL | {"stage": "Talks"})
    with sqlite.transaction() as session:
        session.add(StageChange(deal_id=1, stage="Talks", entered_at=at))
    member.post("/deals/1/edit", filled(member, "/deals/1/edit") | {"stage": "Offer"})

    assert one(sqlite, StageChange, 2).stage == "Offer"


def test_what_is_not_there_cannot_be_changed(member: Browser) -> None:
    for path in (
        "/people/9/edit",
        "/companies/9/edit",
        "/deals/9/edit",
        "/activities/9/edit",
        "/companies/9",
    ):
        assert member.get(path).status_code == 404
    assert member.post("/people/9/edit", ADA | {"version": "1"}).status_code == 404


def test_companies_are_listed_found_and_exported(member: Browser, count_queries: Counting) -> None:
    assert "No companies yet" in member.get("/companies").text
    for name in ("Acme", "Bolt", "Crane"):
        member.post("/companies/new", {"name": name, "domain": f"www.{name}.example"})
    assert "Acme" in member.get("/companies").text
    with count_queries() as queries:
        page = member.get("/companies?search=bol").text
    assert "Bolt" in page
    assert "Acme" not in page
    assert len(queries) <= 12
    assert [line.split(",")[1] for line in member.get("/companies/export.csv").text.split()[1:]] == [
        "Crane",
        "Bolt",
        "Acme",
    ]
    assert "No company fits" in member.get("/companies?search=zzz").text
