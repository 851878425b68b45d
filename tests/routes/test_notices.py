from portal import notices
from portal.clock import now
from portal.db import Database
from tests.routes.conftest import Browser


def tell(sqlite: Database, browser: Browser, sentence: str, path: str = "") -> None:
    with sqlite.transaction() as session:
        notices.tell(session, browser.user.id, sentence, at=now(), path=path)


def test_unread_notices_are_counted_on_every_page(member: Browser, sqlite: Database) -> None:
    tell(sqlite, member, "The import is done.")
    tell(sqlite, member, "The model is trained.")

    assert '<span class="count">2<span class="unseen"> unread</span></span>' in member.get("/activity").text


def test_opening_a_notice_reads_it(member: Browser, sqlite: Database) -> None:
    tell(sqlite, member, "The import is done.", "/activity")

    assert member.post("/notices/1/reading").location == "/activity"
    assert "You have read all of them." in member.get("/notices").text


def test_all_are_read_at_once(member: Browser, sqlite: Database) -> None:
    for number in range(3):
        tell(sqlite, member, f"Notice {number}.")

    assert member.post("/notices/reading").location == "/notices"
    assert "Mark" not in member.get("/notices").text


def test_somebody_elses_notice_is_not_there(member: Browser, leader: Browser, sqlite: Database) -> None:
    tell(sqlite, leader, "For the leader.", "/activity")

    assert member.post("/notices/1/reading").status_code == 404
    assert "For the leader" not in member.get("/notices").text


def test_older_notices_are_a_page_away(member: Browser, sqlite: Database) -> None:
    for number in range(notices.PER_PAGE + 1):
        tell(sqlite, member, f"Notice {number}.")

    assert 'href="/notices?before=2"' in member.get("/notices").text
    assert "Notice 0." in member.get("/notices?before=2").text
