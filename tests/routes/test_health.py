"""The page of the data's health, from an empty portal to spellings made one."""

from datetime import datetime

import pytest

from portal.clock import now
from portal.db import Database, canonical
from portal.deals import Deal
from portal.fields import Field
from portal.people import Person
from portal.settings import Settings
from tests.routes.conftest import Browser, Counting
from workers import inline


@pytest.fixture
def people(sqlite: Database) -> datetime:
    """Sixty people nobody owns, three of whom come from google, written otherwise."""
    at = now()
    with sqlite.transaction() as session:
        session.add(Field(level="person", name="Region", kind="category", source="CRM", first_seen_at=at))
        session.add_all(
            Person(
                first_name=f"P{number}",
                source="google" if number < 3 else "Google",
                attributes=canonical({"Region": "West"} if number < 50 else {}),
                created_at=at,
                updated_at=at,
            )
            for number in range(60)
        )
        session.add(Deal(name="<b>Bold</b>", owner="", created_at=at, updated_at=at))
    return at


@pytest.fixture
def examine(member: Browser, sqlite: Database, settings: Settings) -> None:
    member.post("/health", {"stale_days": "30"})
    inline.run_all(sqlite, settings)


def test_before_the_first_examination_the_page_says_what_it_is_for(member: Browser) -> None:
    page = member.get("/health").text

    assert "Not examined yet" in page
    assert "No file was imported yet." in page
    assert member.get("/health/fields/person").status_code == 200
    assert member.get("/health/findings/people-stale").status_code == 200


def test_while_a_job_is_at_it_the_page_asks_again(member: Browser) -> None:
    assert member.post("/health", {}).status_code == 303
    page = member.get("/health").text

    assert 'hx-trigger="every 2s"' in page
    assert "Examine the data" in page
    assert 'id="work"' in member.htmx("/health").text


def test_days_are_a_number(member: Browser) -> None:
    response = member.post("/health", {"stale_days": "long"})

    assert response.status_code == 422
    assert "Use a number of days, such as 180." in response.text


def test_the_page_counts_and_leads_to_the_records(
    member: Browser, people: datetime, examine: None, count_queries: Counting
) -> None:
    with count_queries() as queries:
        page = member.get("/health").text
    assert len(queries) <= 12
    assert "every 2s" not in page
    assert "customers:" in page
    assert "stands for one value" not in page
    assert "One value throughout" in member.get("/health/fields/person").text

    with count_queries() as queries:
        first = member.get("/health/findings/people-ownerless").text
    assert len(queries) <= 12
    assert "60 people as of" in first
    assert ">P59<" in first
    assert ">P9<" not in first
    second = member.get("/health/findings/people-ownerless?before=11").text
    assert ">P9<" in second
    assert "after=10" in second


def test_lists_are_csv_as_well(member: Browser, people: datetime, examine: None) -> None:
    ownerless = member.get("/health/findings/people-ownerless.csv").text.splitlines()
    missing = member.get("/health/fields/person/Region/missing.csv").text.splitlines()

    assert (len(ownerless), ownerless[1].split(",")[:2]) == (61, ["60", "P59"])
    assert len(missing) == 11
    assert "P55" in member.get("/health/fields/person/Region/missing").text
    assert member.get("/health/fields/person/Nonsense/missing").status_code == 404
    assert member.get("/health/fields/person/Nonsense/missing.csv").status_code == 404
    assert member.get("/health/findings/nonsense").status_code == 404
    assert "&lt;b&gt;Bold" in member.get("/health/findings/deals-ownerless").text


def test_spellings_are_made_one_and_taken_back(
    member: Browser, people: datetime, examine: None, sqlite: Database, settings: Settings
) -> None:
    assert "“Google” 57, “google” 3" in member.get("/health").text
    decision = {"level": "person", "field": "source", "kept": "Google", "others": "google"}
    assert member.post("/health/spellings", decision).status_code == 303
    inline.run_all(sqlite, settings)

    page = member.get("/health").text
    assert "“google”" not in page
    assert "Take back" in page
    with sqlite.reading() as session:
        assert session.get_one(Person, 1).source == "Google"
    assert member.post("/health/spellings/1/undo", {}).status_code == 303
    inline.run_all(sqlite, settings)
    with sqlite.reading() as session:
        assert session.get_one(Person, 1).source == "google"
    assert "Taken back" in member.get("/health").text
    assert member.post("/health/spellings/1/undo", {}).status_code == 409
    assert member.post("/health/spellings", decision | {"kept": "Bing"}).status_code == 422
