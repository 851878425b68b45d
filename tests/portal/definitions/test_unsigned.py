"""What made-up people signed binds nobody once they are gone."""

from datetime import datetime

from sqlmodel import col, select

from portal import definitions
from portal.accounts import User
from portal.db import Database
from portal.definitions import terms, unsigned, versions
from tests.portal.definitions.cast import cast, proposed, signed


def test_what_they_signed_is_superseded_by_what_came_with_the_portal_and_their_drafts_are_withdrawn(
    database: Database, at: datetime
) -> None:
    who = cast(database, at)
    with database.transaction() as session:
        proposed(session, who.ada, at)
        signed(session, "lead", 2, who.ada, who.bob, at=at)
        proposed(session, who.ada, at, "customer")
        shipped = versions.get(session, terms.get(session, "lead"), 1).says
    gone = select(User.id).where(col(User.email).in_(["ada@example.com", "bob@example.com"]))
    with database.transaction() as session:
        unsigned.forget(session, gone, at=at)
        unsigned.forget(session, gone, at=at)

    with database.reading() as session:
        now = versions.holding(session, terms.get(session, "lead"))
        assert now is not None
        assert (now.number, now.is_shipped, now.says) == (3, True, shipped)
        assert definitions.in_force(session)["lead"].is_provisional
        customer = terms.get(session, "customer")
        assert versions.open_version(session, customer) is None
        assert [version.state for version in versions.history(session, customer)] == ["withdrawn", "in_force"]


def test_what_others_signed_stays_in_force(sqlite: Database, at: datetime) -> None:
    who = cast(sqlite, at)
    with sqlite.transaction() as session:
        proposed(session, who.ada, at)
        signed(session, "lead", 2, who.ada, who.bob, at=at)
        unsigned.forget(session, select(User.id).where(User.email == "fay@example.com"), at=at)
    with sqlite.reading() as session:
        assert definitions.in_force(session)["lead"].number == 2
