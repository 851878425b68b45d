import re

import pytest
from sqlmodel import select

from portal.accounts import User
from portal.db import Database
from portal.notices import Notice
from portal.settings import Settings
from tests.routes.conftest import Browser, SignIn
from wsgi import create_app

ADA = {"name": "Ada Ortiz", "email": "ada@example.com", "function": "sales", "right": "leader"}
GOOD = {"password": "four words nobody says", "again": "four words nobody says"}


def invite(administrator: Browser, **changes: str) -> str:
    """Invite Ada and give the path of her link."""
    page = administrator.post("/users", {**ADA, **changes}).text
    return re.search(r'value="http://localhost(/password/[^"]+)"', page)[1]


def row(sqlite: Database, email: str = "ada@example.com") -> User:
    with sqlite.reading() as session:
        return session.exec(select(User).where(User.email == email)).one()


def test_an_invitation_leads_to_a_password_and_in(administrator: Browser, client: Browser) -> None:
    link = invite(administrator)

    assert "Ada Ortiz" in client.get(link).text
    assert client.post(link, GOOD).location == "/sign-in"
    assert "Your password is set" in client.get("/sign-in").text
    sent = client.post("/sign-in", {"email": "ada@example.com", "password": GOOD["password"]})
    assert sent.status_code == 303
    assert client.get("/").status_code == 200


def test_a_link_works_once(administrator: Browser, client: Browser) -> None:
    link = invite(administrator)
    client.post(link, GOOD)

    assert client.get(link).status_code == 404
    assert client.post(link, GOOD).status_code == 404
    assert "Ask an administrator" in client.get(link).text


def test_a_weak_password_is_refused_beside_its_field(administrator: Browser, client: Browser) -> None:
    link = invite(administrator)
    sent = client.post(link, {"password": "Password1234", "again": "Password1234"})

    assert sent.status_code == 422
    assert "guesser" in sent.text
    assert "Password1234" not in sent.text
    assert client.get(link).status_code == 200


def test_the_link_is_told_to_be_sent_by_hand_or_was_mailed(
    administrator: Browser, settings: Settings, sqlite: Database
) -> None:
    assert "no mail server is set" in administrator.post("/users", ADA).text

    mailing = create_app(settings.model_copy(update={"smtp_url": "smtp://mail"}), database=sqlite)
    browser = Browser(mailing)
    browser.client.set_cookie("concord", administrator.client.get_cookie("concord").value)
    assert (
        "It is mailed to bela@example.com"
        in browser.post("/users", {**ADA, "email": "bela@example.com"}).text
    )
    with sqlite.reading() as session:
        assert len(session.exec(select(Notice)).all()) == 2


def test_an_account_that_is_there_is_not_invited_again(administrator: Browser) -> None:
    invite(administrator)
    sent = administrator.post("/users", ADA)

    assert sent.status_code == 409
    assert "has an account already" in sent.text
    assert 'value="Ada Ortiz"' in sent.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "ada", "Use an e-mail address"),
        ("name", "", "Fill this in."),
        ("function", "law", "Use one of the values offered."),
        ("name", "x" * 201, "at most 200 characters"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    administrator: Browser, field: str, value: str, sentence: str
) -> None:
    sent = administrator.post("/users", {**ADA, field: value})

    assert sent.status_code == 422
    assert sentence in sent.text
    assert f'id="{field}-error"' in sent.text


def test_a_change_is_saved_and_told(administrator: Browser, sqlite: Database) -> None:
    invite(administrator)
    user = row(sqlite)
    to = {"name": "Ada L.", "function": "finance", "right": "member", "version": str(user.version)}
    sent = administrator.post(f"/users/{user.id}", to)

    assert "Ada L. is saved." in administrator.get(sent.location).text
    assert (row(sqlite).function, row(sqlite).right) == ("finance", "member")


def test_the_second_of_two_changes_sees_the_first(administrator: Browser, sqlite: Database) -> None:
    invite(administrator)
    user = row(sqlite)
    to = {"name": "Ada One", "function": "sales", "right": "leader", "version": str(user.version)}
    administrator.post(f"/users/{user.id}", to)
    sent = administrator.post(f"/users/{user.id}", {**to, "name": "Ada Two"})

    assert sent.status_code == 409
    assert "Someone else changed this user" in sent.text
    assert row(sqlite).name == "Ada One"


def test_ending_access_ends_open_pages(administrator: Browser, member: Browser) -> None:
    assert member.get("/").status_code == 200
    administrator.post(f"/users/{member.user.id}/disabling")

    assert member.get("/").status_code == 303
    assert "Ended" in administrator.get("/users").text
    administrator.post(f"/users/{member.user.id}/enabling")
    assert member.get("/").status_code == 303


def test_the_last_administrator_stays(administrator: Browser) -> None:
    sent = administrator.post(f"/users/{administrator.user.id}/disabling")

    assert sent.status_code == 422
    assert "run the portal" in sent.text


def test_a_reset_link_for_somebody_with_a_password(
    administrator: Browser, client: Browser, sign_in: SignIn
) -> None:
    member = sign_in(password_hash="kept")
    page = administrator.post(f"/users/{member.user.id}/links").text
    link = re.search(r'value="http://localhost(/password/[^"]+)"', page)[1]
    client.post(link, GOOD)

    assert member.get("/").status_code == 303


def test_no_link_for_somebody_without_access(administrator: Browser, member: Browser) -> None:
    administrator.post(f"/users/{member.user.id}/disabling")

    assert administrator.post(f"/users/{member.user.id}/links").status_code == 422


def test_a_user_that_is_not_there(administrator: Browser) -> None:
    assert administrator.get("/users/999").status_code == 404
    assert administrator.post("/users/999/disabling").status_code == 404


def test_links_carry_the_public_address(settings: Settings, sqlite: Database, administrator: Browser) -> None:
    public = settings.model_copy(update={"public_url": "http://concord.example.com/"})
    browser = Browser(create_app(public, database=sqlite))
    browser.client.set_cookie("concord", administrator.client.get_cookie("concord").value)

    assert 'value="http://concord.example.com/password/' in browser.post("/users", ADA).text
