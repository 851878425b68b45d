"""The page of what a draft would change: asked for, waited for, read, and followed to the records that move."""

import csv

import pytest
from sqlmodel import select

from portal.db import Database
from portal.definitions import DefinitionVersion
from portal.people import Person
from portal.settings import Settings
from tests.portal.test_impact import AT, settle
from tests.routes.conftest import Browser, Counting
from workers import inline

PAGE = "/definitions/lead/versions/2/impact"


@pytest.fixture
def draft(sqlite: Database) -> int:
    version_id = settle(sqlite)
    with sqlite.transaction() as session:
        session.add_all(
            Person(id=number, created_at=AT, updated_at=AT, came_at=AT) for number in range(100, 200)
        )
    return version_id


@pytest.mark.usefixtures("draft")
def test_it_is_asked_for_waited_for_and_read(
    leader: Browser, member: Browser, sqlite: Database, settings: Settings, count_queries: Counting
) -> None:
    assert "What it would change" in member.get("/definitions/lead").text
    before = leader.get(PAGE).text
    assert "Nobody looked yet" in before
    assert "See what it would change</button>" in before
    assert "See what it would change</button>" not in member.get(PAGE).text
    assert member.post(PAGE, {"months": "2"}).status_code == 403
    assert "Look back over 0 to 24 months." in leader.post(PAGE, {"months": "99"}).text
    assert leader.post(PAGE, {"months": "2"}).status_code == 303
    waiting = member.htmx(PAGE).text
    assert 'hx-trigger="every 2s"' in waiting
    inline.run_all(sqlite, settings)

    with count_queries() as queries:
        page = member.get(PAGE).text
    assert len(queries) <= 12
    assert "every 2s" not in page
    assert "Of 105 looked at as of" in page
    assert "0 would come in and 2 go out." in page
    assert "With v2 2 would meet it now instead of 4" in page
    assert "100.0%" in page
    assert "−1.0 points" in page
    assert "−40.00" in page
    assert "of the past is unknown" in page
    assert "Cannot be measured" in page


@pytest.mark.usefixtures("draft")
def test_who_moves_is_a_list_and_a_file(leader: Browser, sqlite: Database, settings: Settings) -> None:
    assert leader.get(f"{PAGE}/out").status_code == 404
    leader.post(PAGE, {"months": "0"})
    inline.run_all(sqlite, settings)

    page = leader.get(f"{PAGE}/out").text
    assert "Who would go out with Lead v2" in page
    assert 'href="/judgements/person/4#lead"' in page
    assert "No record moves this way." in leader.get(f"{PAGE}/in").text
    rows = csv.DictReader(leader.get(f"{PAGE}/out.csv").text.lstrip("\ufeff").splitlines())
    assert [row["id"] for row in rows] == ["4", "3"]
    assert leader.get(f"{PAGE}/sideways").status_code == 404


def test_what_is_doubtful_stands_beside_the_clause_until_the_draft_changes(
    leader: Browser, sqlite: Database, settings: Settings, draft: int
) -> None:
    leader.post(PAGE, {"months": "0"})
    inline.run_all(sqlite, settings)
    doubt = "Country is missing for 96% of the people: this cannot be measured."
    assert doubt in leader.get("/definitions/lead").text
    assert doubt in leader.get("/definitions/lead/draft").text

    with sqlite.transaction() as session:
        version = session.exec(select(DefinitionVersion).where(DefinitionVersion.id == draft)).one()
        version.edition += 1
    assert doubt not in leader.get("/definitions/lead").text
    assert "The version was changed since" in leader.get(PAGE).text
