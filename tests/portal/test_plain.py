"""What plain SQL gives is what the mapper gives."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import inspect
from sqlmodel import Session

from portal import plain
from portal.accounts import Function, Right, SignIn, User, sessions
from portal.db import Database
from portal.models.tables import Model

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def ada(database: Database) -> int:
    with database.transaction() as session:
        user = User(
            email="ada@example.com",
            name="Ada",
            function=Function.SALES,
            right=Right.MEMBER,
            is_demo=True,
            created_at=AT,
        )
        session.add(user)
        session.flush()
        sessions.begin(session, user, sessions.Browser("Firefox/140 Linux"), at=AT)
        return user.id


BOTH = "FROM user_account JOIN sign_in ON sign_in.user_id = user_account.id WHERE user_account.id = :id"


def test_several_kinds_at_once_are_as_the_mapper_reads_them(database: Database, ada: int) -> None:
    with database.reading() as session:
        user, sign_in = plain.first(session, (User, SignIn), BOTH, id=ada) or ()
        assert plain.first(session, (User, SignIn), BOTH, id=ada + 1) is None
    with database.reading() as session:
        assert user.model_dump() == session.get(User, ada).model_dump()
        assert sign_in.model_dump() == session.get(SignIn, sign_in.id).model_dump()
    assert user.is_demo is True


def test_json_comes_as_values(database: Database) -> None:
    with database.transaction() as session:
        session.add(
            Model(
                level="person", outcome="Won", as_of=AT, created_at=AT, left_out=["Tags"], label={"auc": 0.7}
            )
        )
    with database.reading() as session:
        (model,) = plain.first(session, (Model,), "FROM model") or ()
    assert (model.left_out, model.label, model.as_of) == (["Tags"], {"auc": 0.7}, AT)


def test_it_belongs_to_no_session_and_can_be_taken_into_one(database: Database, ada: int) -> None:
    with database.reading() as session:
        (user,) = plain.first(session, (User,), "FROM user_account") or ()
    assert inspect(user).detached
    with database.transaction() as session:
        session.merge(user).name = "Augusta"
    with database.reading() as session:
        assert session.get(User, ada).name == "Augusta"


def test_what_the_unit_wrote_before_is_there(database: Database, ada: int) -> None:
    def renamed(session: Session) -> str:
        session.get(User, ada).name = "Augusta"
        (user,) = plain.first(session, (User,), "FROM user_account") or ()
        return str(user.name)

    with database.transaction() as session:
        assert renamed(session) == "Augusta"


def test_several_numbers_come_at_once(database: Database, ada: int) -> None:
    people, own = "SELECT COUNT(*) FROM person", "SELECT COUNT(*) FROM sign_in WHERE user_id = :user"
    with database.reading() as session:
        assert plain.numbers(session, people, own, user=ada) == (0, 1)
        assert plain.numbers(session, own, user=ada + 1) == (0,)
