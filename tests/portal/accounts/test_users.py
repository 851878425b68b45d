from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import Session, select

from portal import events
from portal.accounts import Function, Link, Right, User, links, sessions, users
from portal.accounts.users import Change, Invitation
from portal.db import Database
from portal.errors import Conflict, Invalid, NotFound
from tests.portal.accounts.conftest import KEY, Make


def invite(session: Session, email: str, at: datetime, right: Right = Right.MEMBER) -> tuple[User, Link, str]:
    given = Invitation(email=email, name="Ada", function=Function.SALES, right=right)
    return users.invite(session, given, key=KEY, by=None, at=at)


def happened(database: Database) -> list[str]:
    with database.reading() as session:
        return [line.what for line in events.page(session)][::-1]


def changed(user: User, **to: object) -> Change:
    now = user.model_dump(include={"name", "function", "right", "version"})
    return Change.model_validate({**now, **to})


def test_an_invited_user_sets_a_password_by_the_link(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        user, _, token = invite(session, "Ada@Example.com", at)
    assert (user.email, user.password_hash) == ("ada@example.com", None)

    with database.transaction() as session:
        assert links.find(session, token, at=at)[1].id == user.id
        users.set_password_by_link(session, token, "a hash", at=at)
    with database.reading() as session:
        assert users.load(session, user.id).password_hash == "a hash"
        with pytest.raises(NotFound, match="used"):
            links.find(session, token, at=at)
    assert happened(database) == ["invited ada@example.com as member in sales", "set a new password"]


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.com", "a b@example.com", "<a@b.c>", 'a"@b.c', "a@b"]
)
def test_an_invitation_needs_an_address(email: str) -> None:
    with pytest.raises(ValidationError):
        Invitation(email=email, name="Ada", function=Function.SALES, right=Right.MEMBER)


def test_an_address_has_one_account(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        invite(session, "ada@example.com", at)

    with pytest.raises(Conflict, match="account already"), database.transaction() as session:
        invite(session, "ADA@example.com", at)


def test_a_link_lasts_three_days(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        _, _, token = invite(session, "ada@example.com", at)

    with database.reading() as session:
        links.find(session, token, at=at + timedelta(days=3) - timedelta(seconds=1))
        with pytest.raises(NotFound):
            links.find(session, token, at=at + timedelta(days=3))


def test_a_new_link_replaces_the_old_one(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        user, _, old = invite(session, "ada@example.com", at)
        link, new = links.renew(session, user, key=KEY, by=None, at=at)

    assert link.purpose == links.INVITATION
    with database.reading() as session:
        assert links.find(session, new, at=at)[1].id == user.id
        with pytest.raises(NotFound):
            links.find(session, old, at=at)


def test_the_database_alone_gives_no_link_away(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        _, link, token = invite(session, "ada@example.com", at)

    assert links.token_of(link, key=KEY) == token
    assert links.token_of(link, key="another key") != token
    assert token not in repr(link.model_dump())


def test_somebody_with_a_password_gets_a_reset(database: Database, make_user: Make, at: datetime) -> None:
    ada = make_user("ada@example.com", password_hash="kept")
    with database.transaction() as session:
        link, _ = links.renew(session, users.load(session, ada.id), key=KEY, by=ada.id, at=at)

    assert link.purpose == links.RESET
    assert happened(database) == ["made a reset link for ada@example.com"]


def test_a_new_password_ends_other_sign_ins_and_open_links(
    database: Database, make_user: Make, at: datetime
) -> None:
    ada = make_user("ada@example.com", password_hash="kept")
    with database.transaction() as session:
        session.add(ada)
        _, token = links.renew(session, ada, key=KEY, by=None, at=at)
        here = sessions.begin(session, ada, sessions.Browser(), at=at)
        there = sessions.begin(session, ada, sessions.Browser(), at=at)
        found = sessions.find(session, here, at=at)
        assert found
        users.set_password(session, ada.id, "new", at=at, but=found[1].id)

    with database.reading() as session:
        assert sessions.find(session, here, at=at)
        assert sessions.find(session, there, at=at) is None
        with pytest.raises(NotFound):
            links.find(session, token, at=at)


def test_a_change_is_noted_and_signs_out(database: Database, make_user: Make, at: datetime) -> None:
    admin, ada = make_user("admin@example.com", Right.ADMINISTRATOR), make_user("ada@example.com")
    with database.transaction() as session:
        token = sessions.begin(session, ada, sessions.Browser(), at=at)
        users.change(session, ada.id, changed(ada, right=Right.LEADER, name="Ada L."), by=admin.id, at=at)

    with database.reading() as session:
        assert users.load(session, ada.id).right == Right.LEADER
        assert sessions.find(session, token, at=at) is None
    assert (
        happened(database)[-1]
        == "changed ada@example.com: name from Ada to Ada L., right from member to leader"
    )


def test_another_name_signs_nobody_out(database: Database, make_user: Make, at: datetime) -> None:
    ada = make_user("ada@example.com")
    with database.transaction() as session:
        token = sessions.begin(session, ada, sessions.Browser(), at=at)
        users.change(session, ada.id, changed(ada, name="Ada L."), by=ada.id, at=at)

    with database.reading() as session:
        assert sessions.find(session, token, at=at)


def test_a_change_that_changes_nothing_leaves_no_line(
    database: Database, make_user: Make, at: datetime
) -> None:
    ada = make_user("ada@example.com")
    with database.transaction() as session:
        users.change(session, ada.id, changed(ada), by=ada.id, at=at)

    assert happened(database) == []


def test_the_second_of_two_administrators_is_told(database: Database, make_user: Make, at: datetime) -> None:
    ada = make_user("ada@example.com")
    with database.transaction() as session:
        users.change(session, ada.id, changed(ada, name="Ada One"), by=ada.id, at=at)

    with pytest.raises(Conflict, match="Someone else"), database.transaction() as session:
        users.change(session, ada.id, changed(ada, name="Ada Two"), by=ada.id, at=at)


def test_somebody_must_stay_to_run_the_portal(database: Database, make_user: Make, at: datetime) -> None:
    admin = make_user("admin@example.com", Right.ADMINISTRATOR)
    with pytest.raises(Invalid, match="run the portal"), database.transaction() as session:
        users.disable(session, admin.id, by=admin.id, at=at)
    with pytest.raises(Invalid, match="run the portal"), database.transaction() as session:
        users.change(session, admin.id, changed(admin, right=Right.MEMBER), by=admin.id, at=at)

    make_user("second@example.com", Right.ADMINISTRATOR)
    with database.transaction() as session:
        users.change(session, admin.id, changed(admin, right=Right.MEMBER), by=admin.id, at=at)


def test_ended_access_ends_links_and_gets_none(database: Database, make_user: Make, at: datetime) -> None:
    admin = make_user("admin@example.com", Right.ADMINISTRATOR)
    with database.transaction() as session:
        ada, _, token = invite(session, "ada@example.com", at)
        users.disable(session, ada.id, by=admin.id, at=at)
        users.disable(session, ada.id, by=admin.id, at=at)
    with database.reading() as session, pytest.raises(NotFound):
        links.find(session, token, at=at)

    with database.transaction() as session:
        ada = users.load(session, ada.id)
        with pytest.raises(Invalid, match="no access"):
            links.renew(session, ada, key=KEY, by=admin.id, at=at)
        users.enable(session, ada.id, by=admin.id, at=at)
        users.enable(session, ada.id, by=admin.id, at=at)
    assert happened(database)[1:] == [
        "ended the access of ada@example.com",
        "gave ada@example.com access again",
    ]


def test_a_stronger_hash_replaces_the_kept_one(database: Database, make_user: Make) -> None:
    ada = make_user("ada@example.com", password_hash="kept")
    with database.transaction() as session:
        users.rehash(session, ada.id, None)
        assert users.load(session, ada.id).password_hash == "kept"
        users.rehash(session, ada.id, "stronger")

    with database.reading() as session:
        assert users.load(session, ada.id).password_hash == "stronger"


def test_the_list_puts_those_without_access_last(database: Database, make_user: Make, at: datetime) -> None:
    make_user("ada@example.com", disabled_at=at)
    bela = make_user("bela@example.com")
    with database.transaction() as session:
        sessions.begin(session, bela, sessions.Browser(), at=at)

    with database.reading() as session:
        assert [(u.name, seen) for u, seen in users.listed(session)] == [("Bela", at), ("Ada", None)]
        assert users.names(session) == {1: "Ada", 2: "Bela"}


def test_a_theme_is_remembered(database: Database, make_user: Make) -> None:
    ada = make_user("ada@example.com")
    with database.transaction() as session:
        users.choose_theme(session, ada.id, "dark")

    with database.reading() as session:
        assert session.exec(select(User.theme)).one() == "dark"


def test_no_such_user(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        users.load(session, 7)
