from datetime import datetime, timedelta

import pytest

from portal import notices
from portal.accounts import Function, Right, User, links, users
from portal.accounts.users import Invitation
from portal.db import Database
from portal.errors import NotFound

KEY, URL = "a key for tests", "https://concord.example.com/"


@pytest.fixture
def ada(database: Database, at: datetime) -> int:
    return make(database, "ada@example.com", at)


def make(database: Database, email: str, at: datetime, **fields: object) -> int:
    with database.transaction() as session:
        user = User(
            email=email, name="Ada", function=Function.SALES, right=Right.MEMBER, created_at=at, **fields
        )
        session.add(user)
        session.flush()
        return user.id


def due(database: Database, at: datetime) -> list[notices.Mail]:
    with database.reading() as session:
        return notices.due_mails(session, key=KEY, url=URL, at=at)


def test_a_notice_is_unread_until_it_is_read(database: Database, ada: int, at: datetime) -> None:
    with database.transaction() as session:
        notices.tell(session, ada, "The import is done.", at=at, path="/imports/1")
        notices.tell(session, ada, "The model is trained.", at=at)
    with database.reading() as session:
        assert notices.unread(session, ada) == 2

    with database.transaction() as session:
        assert notices.read_one(session, ada, 1, at=at) == "/imports/1"
    with database.reading() as session:
        assert notices.unread(session, ada) == 1
    with database.transaction() as session:
        notices.read(session, ada, at=at)
    with database.reading() as session:
        assert notices.unread(session, ada) == 0


def test_a_notice_with_a_key_is_said_once(database: Database, ada: int, at: datetime) -> None:
    for _ in range(2):
        with database.transaction() as session:
            notices.tell(session, ada, "Job 7 failed.", at=at, key="job:7:dead")

    with database.reading() as session:
        assert [n.sentence for n in notices.page(session, ada)] == ["Job 7 failed."]


def test_a_notice_is_its_users_only(database: Database, ada: int, at: datetime) -> None:
    with database.transaction() as session:
        notices.tell(session, ada, "For Ada.", at=at)
    bela = make(database, "bela@example.com", at)

    with pytest.raises(NotFound), database.transaction() as session:
        notices.read_one(session, bela, 1, at=at)
    with database.reading() as session:
        assert notices.page(session, bela) == []


def test_pages_go_on_where_the_last_one_ended(database: Database, ada: int, at: datetime) -> None:
    with database.transaction() as session:
        for number in range(notices.PER_PAGE + 3):
            notices.tell(session, ada, f"Notice {number}.", at=at)

    with database.reading() as session:
        first = notices.page(session, ada)
        rest = notices.page(session, ada, before=first[notices.PER_PAGE - 1].id)
    assert len(first) == notices.PER_PAGE + 1
    assert [n.sentence for n in rest] == ["Notice 2.", "Notice 1.", "Notice 0."]


def test_a_notice_is_mailed_once(database: Database, ada: int, at: datetime) -> None:
    with database.transaction() as session:
        notices.tell(session, ada, "The import leads.csv is done.", at=at, path="/imports/1")

    (mail,) = due(database, at)
    assert (mail.to, mail.subject) == ("ada@example.com", "Concord: The import leads.csv is done.")
    assert mail.text == (
        "Hello Ada,\n\nThe import leads.csv is done.\n\nhttps://concord.example.com/imports/1\n"
    )
    with database.transaction() as session:
        notices.mailed(session, mail.notice_id, at=at)
    assert due(database, at) == []


def test_a_mail_that_fails_waits_longer_each_time_and_is_given_up(
    database: Database, ada: int, at: datetime
) -> None:
    with database.transaction() as session:
        notices.tell(session, ada, "The import is done.", at=at)
    for tries in range(notices.MAIL_TRIES):
        wait = timedelta(minutes=2**tries) if tries else timedelta(0)
        assert due(database, at + wait - timedelta(seconds=1)) == []
        assert len(due(database, at + wait)) == 1
        with database.transaction() as session:
            notices.mail_failed(session, 1)

    assert due(database, at + timedelta(days=1)) == []


def test_a_mail_a_week_late_is_not_sent(database: Database, ada: int, at: datetime) -> None:
    with database.transaction() as session:
        notices.tell(session, ada, "The import is done.", at=at)

    assert due(database, at + notices.TOO_LATE) == []


def test_demo_people_and_those_without_access_get_no_mail(database: Database, at: datetime) -> None:
    for email, fields in (("demo@example.com", {"is_demo": True}), ("gone@example.com", {"disabled_at": at})):
        user = make(database, email, at, **fields)
        with database.transaction() as session:
            notices.tell(session, user, "The import is done.", at=at)

    assert due(database, at) == []


def test_an_invitation_is_mailed_with_its_link_and_shown_to_nobody(database: Database, at: datetime) -> None:
    given = Invitation(
        email="ada@example.com", name="Ada", function=Function.SALES, right=Right.ADMINISTRATOR
    )
    with database.transaction() as session:
        user, link, token = users.invite(session, given, key=KEY, by=None, at=at)
        notices.mail_link(session, link, at=at)

    (mail,) = due(database, at)
    assert f"https://concord.example.com/password/{token}\n" in mail.text
    with database.reading() as session:
        assert notices.page(session, user.id) == []
        assert notices.unread(session, user.id) == 0
    with database.transaction() as session:
        links.void(session, user.id, at=at)
    assert due(database, at) == []
