from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import select

from portal.accounts import Link, SignIn, SignInAttempt, attempts, links, sessions, sweeping
from portal.db import Database
from tests.portal.accounts.conftest import KEY, Make


def kept(database: Database) -> list[int]:
    with database.reading() as session:
        return [session.exec(select(func.count(table.id))).one() for table in (SignInAttempt, SignIn, Link)]


def test_what_is_over_is_forgotten_after_a_while(database: Database, make_user: Make, at: datetime) -> None:
    ada = make_user("ada@example.com")
    with database.transaction() as session:
        attempts.count(session, attempts.subjects("x@example.com", "192.0.2.1"), at=at)
        sessions.begin(session, ada, sessions.Browser(), at=at)
        links.make(session, ada, links.RESET, key=KEY, by=None, at=at)
    for days, expected in ((1, [2, 1, 1]), (2, [0, 1, 1]), (32, [0, 0, 1]), (34, [0, 0, 0])):
        with database.transaction() as session:
            sweeping.forget(session, at=at + timedelta(days=days))
        assert kept(database) == expected, days
