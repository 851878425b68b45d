from portal import events
from portal.clock import now
from portal.db import Database
from tests.routes.conftest import Browser


def test_the_log_can_be_narrowed(member: Browser, leader: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        events.record(session, "demo.loaded", "demo", 0, by=None, at=now())
    page = member.get("/activity?area=demo").text

    assert "loaded the demo company" in page
    assert "signed in" not in page
    assert member.get(f"/activity?user={leader.user.id}").text.count("signed in</td>") == 1


def test_nothing_found_says_so(member: Browser) -> None:
    assert "No line fits" in member.get("/activity?area=report").text


def test_older_lines_are_a_page_away(member: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        for _ in range(events.PER_PAGE):
            events.record(session, "user.signed_in", "user", 1, by=1, at=now())

    assert 'href="/activity?before=2&amp;area=user"' in member.get("/activity?area=user").text
    assert member.get("/activity?area=user&before=2").text.count("signed in</td>") == 1


def test_an_address_that_makes_no_sense(member: Browser) -> None:
    assert member.get("/activity?before=x").status_code == 422
