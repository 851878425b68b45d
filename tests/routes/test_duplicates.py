"""Reviewing pairs in the browser, with and without JavaScript."""

from datetime import datetime

import pytest
from sqlmodel import select

from portal.db import Database, canonical
from portal.duplicates import automatic, merging, proposals, searching
from portal.duplicates.automatic import Rule
from portal.duplicates.proposals import Finding, Plan
from portal.duplicates.tables import Merge
from portal.jobs.tables import Job
from portal.people import ExternalId, Person
from tests.routes.conftest import Browser, Counting

REASONS = [
    {"column": "phone", "words": "the same phone", "weight": 14.0},
    {"column": "city", "words": "another city", "weight": -3.0},
    {"column": "title", "words": "a similar title", "weight": 0.1},
]


def add_pair(database: Database, at: datetime, number: int = 1) -> int:
    """Two rows of one person, and the pair they make. Gives its id."""
    with database.transaction() as session:
        one = Person(
            first_name="Mina",
            last_name=f"Okafor {number}",
            phone="1",
            city="Rome",
            created_at=at,
            updated_at=at,
        )
        other = Person(first_name="Mina", last_name=f"Okafor {number}", phone="1", city="Bonn", email="mina@x.org",
                       attributes=canonical({"Size": 3}), created_at=at, updated_at=at)  # fmt: skip
        session.add_all([one, other])
        session.flush()
        session.add(ExternalId(level="person", source="CRM", external_id=f"id-{one.id}", record_id=one.id))
        finding = Finding(one.id, other.id, 1.0 - number / 100, REASONS)
        proposals.apply(session, Plan([finding], {}, []), at=at)
        return proposals.known(session)[(one.id, other.id)][0]


def finish_search(database: Database, at: datetime, **result: object) -> None:
    with database.transaction() as session:
        job = searching.ask(session, by=None, at=at)
        job.state, job.finished_at = "done", at
        job.result = {"people": 2, "compared": 1, "found": 1, "merged": 0, "notes": [], "curve": [], **result}
        session.add(job)


def test_an_empty_page_offers_to_look(member: Browser) -> None:
    page = member.get("/duplicates").text

    assert "Not looked yet" in page
    assert "Look for duplicates" in page


def test_looking_is_a_job_that_the_page_follows(member: Browser, sqlite: Database) -> None:
    assert member.post("/duplicates/searches").location == "/duplicates"
    page = member.get("/duplicates").text

    assert 'hx-get="/duplicates/progress"' in page
    assert "Look for duplicates</button>" not in page
    with sqlite.reading() as session:
        assert [job.kind for job in session.exec(select(Job))] == ["duplicates"]


def test_the_page_asks_on_until_the_search_ends(member: Browser, sqlite: Database, at: datetime) -> None:
    member.post("/duplicates/searches")
    assert "HX-Refresh" not in member.htmx("/duplicates/progress").headers
    finish_search(sqlite, at)
    assert member.htmx("/duplicates/progress").headers["HX-Refresh"] == "true"


def test_a_pair_stands_side_by_side_with_what_differs_and_why(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    add_pair(sqlite, at)

    page = member.get("/duplicates").text

    assert "1 pair may be one person" in page
    assert "Mina Okafor 1, twice" in page
    assert "99.0% sure" in page
    assert "<strong>For:</strong> the same phone." in page
    assert "<strong>Against:</strong> another city." in page
    assert "CRM id-1" in page
    assert "The same in both: first name Mina" in page
    assert page.count("≠") == 3  # e-mail, city, Size


def test_the_last_search_says_what_it_did_and_how_far_to_trust_it(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    curve = [{"threshold": t, "pairs": 9, "precision": 0.9, "recall": 1 - t} for t in (0.2, 0.5, 0.9)]
    finish_search(sqlite, at, curve=curve, notes=["Something was left out."])

    page = member.get("/duplicates").text

    assert "compared 1 pair among 2 people" in page
    assert "Something was left out." in page
    assert "Of all pairs at 50% or above, 90% should be one person" in page
    assert "No pair waits" in page


def test_merging_keeps_the_chosen_one_and_the_chosen_values(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    pair = add_pair(sqlite, at)

    answer = member.post(
        f"/duplicates/{pair}/merge",
        {"stays": "2", "field-1": "1:city", "field-2": "2:email", "field-3": "1:attribute:Size"},
    )

    assert answer.location == "/duplicates"
    with sqlite.reading() as session:
        stays, gone = session.get_one(Person, 2), session.get_one(Person, 1)
    assert (stays.city, stays.email, stays.attributes) == ("Rome", "mina@x.org", "{}")
    assert gone.merged_into_id == 2


def test_htmx_gets_what_became_of_the_pair_in_its_place(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    pair = add_pair(sqlite, at)

    part = member.htmx(f"/duplicates/{pair}/merge", {"stays": "1"}).text

    assert f'id="pair-{pair}"' in part
    assert "Merged into" in part
    assert "/duplicates/merged/1/split" in part
    assert "<html" not in part


@pytest.mark.parametrize("sent", [{}, {"stays": "99"}])
def test_who_stays_is_one_of_the_two(
    member: Browser, sqlite: Database, at: datetime, sent: dict[str, str]
) -> None:
    pair = add_pair(sqlite, at)

    answer = member.post(f"/duplicates/{pair}/merge", sent)

    assert answer.status_code == 422
    with sqlite.reading() as session:
        assert session.exec(select(Merge)).all() == []


def test_not_the_same_is_remembered(member: Browser, sqlite: Database, at: datetime) -> None:
    pair = add_pair(sqlite, at)

    assert "kept apart" in member.htmx(f"/duplicates/{pair}/separation", {}).text

    assert "Mina" not in member.get("/duplicates").text
    assert member.post(f"/duplicates/{pair}/separation").status_code == 409


def test_a_pair_that_is_gone_says_so(member: Browser) -> None:
    answer = member.htmx("/duplicates/7/merge", {"stays": "1"})

    assert answer.status_code == 404
    assert "found no longer" in answer.text


def test_merged_people_can_be_split_again(member: Browser, sqlite: Database, at: datetime) -> None:
    pair = add_pair(sqlite, at)
    member.post(f"/duplicates/{pair}/merge", {"stays": "1"})
    page = member.get("/duplicates/merged").text
    assert "Split again" in page
    assert member.user.name in page

    assert member.post("/duplicates/merged/1/split").location == "/duplicates/merged"

    assert "Nobody was merged yet" in member.get("/duplicates/merged").text


def test_a_merge_by_rule_names_the_rule(member: Browser, sqlite: Database, at: datetime) -> None:
    add_pair(sqlite, at)
    with sqlite.transaction() as session:
        merging.merge(session, 1, 2, by=None, at=at, rule=Rule.EXACT_ID)

    assert "<td>The same id in another system</td>" in member.get("/duplicates/merged").text


def test_a_merged_persons_page_leads_to_the_one_who_stayed(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    pair = add_pair(sqlite, at)
    member.post(f"/duplicates/{pair}/merge", {"stays": "1"})

    assert member.get("/people/2").location == "/people/1"


def test_rules_are_an_administrators(member: Browser, administrator: Browser, sqlite: Database) -> None:
    assert "An administrator sets this." in member.get("/duplicates/merged").text
    assert member.post("/duplicates/rules", {"email_and_name": "yes"}).status_code == 403

    administrator.post("/duplicates/rules", {"email_and_name": "yes"})

    with sqlite.reading() as session:
        assert automatic.allowed(session) == {Rule.EXACT_ID: False, Rule.EMAIL_AND_NAME: True}


def test_pages_follow_each_other(member: Browser, sqlite: Database, at: datetime) -> None:
    for number in range(1, 22):
        add_pair(sqlite, at, number)

    first = member.get("/duplicates").text
    assert first.count('class="pair"') == 20
    after = first.split("/duplicates?after=")[1].split('"')[0]
    second = member.get(f"/duplicates?after={after}").text
    assert second.count('class="pair"') == 1
    assert "Surer" in second


def test_the_navigation_counts_what_waits(member: Browser, sqlite: Database, at: datetime) -> None:
    add_pair(sqlite, at)

    assert '<span>Duplicates</span><span class="count">1</span>' in member.get("/account").text


def test_a_longer_list_costs_the_same_queries(
    member: Browser, sqlite: Database, at: datetime, count_queries: Counting
) -> None:
    counts = []
    for number in (1, 2, 3):
        add_pair(sqlite, at, number)
        with count_queries() as queries:
            member.get("/duplicates")
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 12
