from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from portal.accounts import SignIn, sessions, tokens, users
from portal.accounts.sessions import Browser
from portal.db import Database
from portal.errors import NotFound
from tests.portal.accounts.conftest import Make

HOUR = timedelta(hours=1)


def begin(database: Database, user: object, at: datetime, browser: Browser = Browser()) -> str:  # noqa: B008
    with database.transaction() as session:
        return sessions.begin(session, user, browser, at=at)


def who(database: Database, token: str, at: datetime) -> str | None:
    with database.reading() as session:
        found = sessions.find(session, token, at=at)
    return found[0].email if found else None


def test_the_token_tells_whose_it_is(database: Database, make_user: Make, at: datetime) -> None:
    token = begin(database, make_user("ada@example.com"), at)

    assert who(database, token, at) == "ada@example.com"
    assert who(database, "another", at) is None


def test_the_database_keeps_no_token(database: Database, make_user: Make, at: datetime) -> None:
    token = begin(database, make_user("ada@example.com"), at)

    with database.reading() as session:
        kept = session.exec(select(SignIn)).one()
    assert kept.token_hash == tokens.digest(token)
    assert token not in repr(kept.model_dump())


def test_eight_idle_hours_end_it(database: Database, make_user: Make, at: datetime) -> None:
    token = begin(database, make_user("ada@example.com"), at)

    assert who(database, token, at + 8 * HOUR - timedelta(seconds=1)) == "ada@example.com"
    assert who(database, token, at + 8 * HOUR) is None


def test_seven_days_end_it_however_busy(database: Database, make_user: Make, at: datetime) -> None:
    token = begin(database, make_user("ada@example.com"), at)
    when = at
    while when < at + timedelta(days=7) - 6 * HOUR:
        when += 6 * HOUR
        with database.transaction() as session:
            found = sessions.find(session, token, at=when)
            assert found
            sessions.seen(session, found[1], at=when)

    assert who(database, token, at + timedelta(days=7)) is None


def test_being_there_is_noted_every_five_minutes(database: Database, make_user: Make, at: datetime) -> None:
    token = begin(database, make_user("ada@example.com"), at)
    with database.reading() as session:
        found = sessions.find(session, token, at=at)

    assert found
    assert not sessions.is_seen_long_ago(found[1], at=at + timedelta(minutes=4))
    assert sessions.is_seen_long_ago(found[1], at=at + timedelta(minutes=5))


def test_signing_in_again_ends_the_earlier_session_of_that_browser(
    database: Database, make_user: Make, at: datetime
) -> None:
    user = make_user("ada@example.com")
    old = begin(database, user, at)
    new = begin(database, user, at, Browser(old_token=old))

    assert who(database, old, at) is None
    assert who(database, new, at) == "ada@example.com"


def test_a_renewed_token_replaces_the_old_one(database: Database, make_user: Make, at: datetime) -> None:
    old = begin(database, make_user("ada@example.com"), at)
    with database.transaction() as session:
        found = sessions.find(session, old, at=at)
        assert found
        new = sessions.renew(session, found[1].id)

    assert who(database, old, at) is None
    assert who(database, new, at) == "ada@example.com"


def test_one_ends_ones_own_only(database: Database, make_user: Make, at: datetime) -> None:
    ada, bela = make_user("ada@example.com"), make_user("bela@example.com")
    token = begin(database, ada, at)
    with database.reading() as session:
        (own,) = sessions.of_user(session, ada.id, at=at)

    with pytest.raises(NotFound), database.transaction() as session:
        sessions.end(session, own.id, by=bela, at=at)
    assert who(database, token, at) == "ada@example.com"
    with database.transaction() as session:
        sessions.end(session, own.id, by=ada, at=at)
    assert who(database, token, at) is None
    with pytest.raises(NotFound), database.transaction() as session:
        sessions.end(session, own.id, by=ada, at=at)


def test_ending_all_but_one(database: Database, make_user: Make, at: datetime) -> None:
    ada = make_user("ada@example.com")
    here, there = begin(database, ada, at), begin(database, ada, at)
    with database.transaction() as session:
        found = sessions.find(session, here, at=at)
        assert found
        sessions.end_all(session, ada.id, at=at, but=found[1].id)

    assert who(database, here, at) == "ada@example.com"
    assert who(database, there, at) is None


def test_access_that_ended_opens_nothing(database: Database, make_user: Make, at: datetime) -> None:
    ada, admin = make_user("ada@example.com"), make_user("admin@example.com")
    token = begin(database, ada, at)
    with database.transaction() as session:
        users.disable(session, ada.id, by=admin.id, at=at)
        users.enable(session, ada.id, by=admin.id, at=at)

    assert who(database, token, at) is None
