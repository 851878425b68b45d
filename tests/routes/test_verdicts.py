"""Pages of who meets a definition, and of what the CRM calls otherwise."""

import csv

import pytest

from portal.db import Database
from portal.people import Person
from portal.settings import Settings
from tests.portal.judging.test_judging import AT, judged, settle
from tests.routes.conftest import Browser, Counting


@pytest.fixture
def company(sqlite: Database, settings: Settings) -> None:
    settle(sqlite)
    with sqlite.transaction() as session:
        session.get_one(Person, 1).term = "qualified_lead"
        session.add_all(
            Person(id=number, first_name=f"P{number}", owner="Gus", created_at=AT, updated_at=AT)
            for number in range(10, 70)
        )
    judged(sqlite, settings)


@pytest.mark.usefixtures("company")
def test_from_a_term_to_who_meets_it(member: Browser, count_queries: Counting) -> None:
    page = member.get("/definitions/lead").text
    assert '<a href="/verdicts/lead?verdict=met">2 meet it</a>' in page
    assert '<a href="/verdicts/lead?verdict=failed">62 do not</a>' in page

    with count_queries() as queries:
        page = member.get("/verdicts/lead").text
    assert len(queries) <= 12
    assert "Who meets Lead" in page
    assert "By Lead v1, provisional, unsigned" in page
    assert ">Ada</a>" in page
    assert 'href="/judgements/person/1#lead"' in page
    assert 'href="/people?meets=lead"' in page


@pytest.mark.usefixtures("company")
def test_the_list_is_narrowed_and_paged_and_a_file(member: Browser) -> None:
    page = member.get("/verdicts/lead?verdict=failed&owner=Gus").text
    assert ">P69</a>" in page
    assert "/verdicts/lead?verdict=failed&amp;owner=Gus&amp;before=20" in page
    assert ">P19</a>" in member.get("/verdicts/lead?verdict=failed&owner=Gus&before=20").text
    assert "Nobody here" in member.get("/verdicts/lead?search=nobody").text

    file = member.get("/verdicts/lead/records.csv?verdict=failed&owner=Gus")
    assert "lead-failed.csv" in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(file.text.lstrip("\ufeff").splitlines()))
    assert (len(rows), rows[0]["name"], rows[0]["id"]) == (60, "P69", "69")


@pytest.mark.usefixtures("company")
def test_lists_of_deals_and_what_there_is_not(member: Browser) -> None:
    assert "Deals that meet Opportunity" in member.get("/verdicts/opportunity").text
    assert member.get("/verdicts/nonsense").status_code == 404
    assert member.get("/verdicts/nonsense/records.csv").status_code == 404
    assert member.get("/verdicts/lead?verdict=good").status_code == 422
    assert member.get("/people?meets=nonsense").status_code == 404


def test_before_anything_is_judged_the_pages_say_so(member: Browser, sqlite: Database) -> None:
    settle(sqlite)
    assert "Not judged yet" in member.get("/verdicts/lead").text
    assert "Not judged yet" in member.get("/contradictions").text
    assert "meet it" not in member.get("/definitions/lead").text


@pytest.mark.usefixtures("company")
def test_the_ranked_list_is_narrowed_to_a_term(member: Browser) -> None:
    page = member.get("/people?meets=qualified_lead").text
    assert '<option value="qualified_lead" selected>Qualified lead</option>' in page
    assert ">Dan</a>" in page
    assert ">Ada</a>" not in page


@pytest.mark.usefixtures("company")
def test_contradictions_are_counted_and_worked_through(member: Browser, count_queries: Counting) -> None:
    with count_queries() as queries:
        page = member.get("/contradictions").text
    assert len(queries) <= 12
    assert "The CRM calls 1 record otherwise" in page
    assert 'href="/contradictions/person/qualified_lead/more">1<' in page

    listed = member.get("/contradictions/person/qualified_lead/more").text
    assert "Called Qualified lead, and not one" in listed
    assert 'href="/judgements/person/1#qualified_lead"' in listed
    file = member.get("/contradictions/person/qualified_lead/more.csv").text
    assert [row["name"] for row in csv.DictReader(file.lstrip("\ufeff").splitlines())] == ["Ada"]
    assert "The CRM and the definition agree here." in member.get("/contradictions/person/target/less").text
    assert member.get("/contradictions/person/nonsense/more").status_code == 404
    assert member.get("/contradictions/person/lead/even.csv").status_code == 404
