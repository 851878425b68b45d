from datetime import datetime

import pytest

from portal import events
from portal.accounts import Function, Right, User
from portal.db import Database


@pytest.fixture
def ada(database: Database, at: datetime) -> int:
    with database.transaction() as session:
        user = User(
            email="a@example.com", name="Ada", function=Function.SALES, right=Right.MEMBER, created_at=at
        )
        session.add(user)
        session.flush()
        events.record(session, "user.signed_in", "user", user.id, by=user.id, at=at)
        events.record(session, "demo.loaded", "demo", 0, by=None, at=at)
        events.record(session, "import.uploaded", "import", 1, by=user.id, at=at, filename="leads.csv")
        return user.id


def told(database: Database, **wanted: object) -> list[str]:
    with database.reading() as session:
        return [f"{line.who} {line.what}" for line in events.page(session, **wanted)]


def test_the_log_reads_as_sentences_newest_first(database: Database, ada: int) -> None:
    assert told(database) == [
        "Ada uploaded leads.csv",
        "Concord loaded the demo company, which is made up",
        "Ada signed in",
    ]


def test_the_log_of_one_area_or_one_user(database: Database, ada: int) -> None:
    assert told(database, area="user") == ["Ada signed in"]
    assert told(database, user_id=ada) == ["Ada uploaded leads.csv", "Ada signed in"]
    assert told(database, area="nonsense") == []


def test_the_log_goes_on_below_an_id(database: Database, ada: int) -> None:
    assert told(database, before=2) == ["Ada signed in"]


def test_an_event_needs_a_sentence(database: Database, at: datetime) -> None:
    with database.transaction() as session, pytest.raises(KeyError, match="no sentence"):
        events.record(session, "user.vanished", "user", 1, by=None, at=at)


def test_areas_have_a_word_each() -> None:
    assert ("import", "Imports") in events.area_names()
    assert len(dict(events.area_names())) == len(events.area_names())
