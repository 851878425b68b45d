from portal import events
from portal.clock import now
from portal.db import Database
from tests.routes.conftest import Browser


def test_home_asks_to_sign_in(client: Browser) -> None:
    response = client.get("/")

    assert (response.status_code, response.location) == (303, "/sign-in")


def test_an_empty_portal_shows_the_first_steps(member: Browser) -> None:
    page = member.get("/").text

    assert "Import people" in page
    assert "Nothing waits for you" in page


def test_every_page_names_the_company_it_works_for(member: Browser, sqlite: Database) -> None:
    assert "made up" not in member.get("/activity").text
    with sqlite.transaction() as session:
        events.record(session, "demo.loaded", "demo", 0, by=None, at=now())
    assert '<p class="company phone-unseen">Ostermoor Sensing (made up)</p>' in member.get("/activity").text
