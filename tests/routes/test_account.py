import pytest
from sqlmodel import select

from portal.accounts import SignIn, passwords, sessions
from portal.clock import now
from portal.db import Database
from tests.routes.conftest import Browser
from tests.routes.conftest import SignIn as MakeBrowser

OLD, NEW = "four words nobody says", "other words nobody says"


@pytest.fixture
def ada(sign_in: MakeBrowser) -> Browser:
    return sign_in(name="Ada", email="ada@example.com", password_hash=passwords.hashed(OLD))


@pytest.fixture
def elsewhere(ada: Browser, sqlite: Database) -> Browser:
    """Ada's other browser."""
    with sqlite.transaction() as session:
        token = sessions.begin(session, ada.user, sessions.Browser("Safari/18 iPhone"), at=now())
    browser = Browser(ada.app, ada.user)
    browser.client.set_cookie("concord", token)
    return browser


def change(ada: Browser, current: str = OLD, password: str = NEW, again: str = NEW) -> object:
    return ada.post("/account/password", {"current": current, "password": password, "again": again})


def test_the_account_shows_where_one_is_signed_in(ada: Browser, elsewhere: Browser) -> None:
    page = ada.get("/account").text

    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert page.count("Sign out there") == 1


def test_another_browser_can_be_signed_out(ada: Browser, elsewhere: Browser) -> None:
    ada.post("/account/sign-ins/2/end")

    assert elsewhere.get("/").status_code == 303
    assert "That browser is signed out." in ada.get("/account").text


def test_a_new_password_signs_out_other_browsers_and_changes_the_token(
    ada: Browser, elsewhere: Browser
) -> None:
    before = ada.client.get_cookie("concord").value
    assert change(ada).status_code == 303

    assert "Your password is changed." in ada.get("/account").text
    assert elsewhere.get("/").status_code == 303
    thief = Browser(ada.app)
    thief.client.set_cookie("concord", before)
    assert thief.get("/").status_code == 303


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"current": "wrong"}, "not your present password"),
        ({"password": "short", "again": "short"}, "at least 12"),
        ({"again": "another"}, "same password"),
        ({"password": "ada@example.com", "again": "ada@example.com"}, "out of the password"),
    ],
)
def test_a_password_is_refused_beside_its_field(ada: Browser, given: dict[str, str], sentence: str) -> None:
    sent = change(ada, **given)

    assert sent.status_code == 422
    assert sentence in sent.text


@pytest.mark.parametrize(
    ("chosen", "shown"), [("dark", "dark"), ("light", "light"), ("system", "system"), ("x", "system")]
)
def test_light_or_dark_is_remembered(member: Browser, chosen: str, shown: str) -> None:
    member.post("/account/theme", {"theme": chosen})

    assert f'<html lang="en" data-theme="{shown}">' in member.get("/account").text


def test_a_made_up_theme_cookie_is_ignored(client: Browser) -> None:
    client.client.set_cookie("theme", '"><script>')

    assert 'data-theme="system"' in client.get("/sign-in").text


def test_nobody_ends_somebody_elses_sign_in(member: Browser, leader: Browser, sqlite: Database) -> None:
    with sqlite.reading() as session:
        other = session.exec(select(SignIn.id).where(SignIn.user_id == leader.user.id)).one()

    assert member.post(f"/account/sign-ins/{other}/end").status_code == 404
    assert leader.get("/").status_code == 200
