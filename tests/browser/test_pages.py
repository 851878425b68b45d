"""Every page of these areas, as a person and as axe see it: light and dark, wide and on a phone."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from portal import events, notices
from portal.accounts import Function, Right, User, users
from portal.clock import now
from portal.db import Database
from portal.settings import Settings
from tests.browser.conftest import SignedIn, shoot
from tests.browser.crawl import crawled, fill

pytestmark = pytest.mark.browser

ROUTES = {
    "home": "/",
    "account": "/account",
    "notices": "/notices",
    "activity": "/activity",
    "users": "/users",
    "own-data": "/own-data",
    "user": "/users/1",
    "missing": "/no/such/page",
}


@pytest.fixture
def cast(sqlite: Database, settings: Settings) -> str:
    """Some people, notices and events. Gives the token of a password link."""
    at = now() - timedelta(hours=2)
    key = settings.secret_key
    with sqlite.transaction() as session:
        for name, function, right in PEOPLE:
            email = f"{name.split()[0].lower()}@example.com"
            given = users.Invitation(email=email, name=name, function=function, right=right)
            user, _, token = users.invite(session, given, key=key, by=None, at=at)
            events.record(session, "user.signed_in", "user", user.id, by=user.id, at=at)
        users.disable(session, 3, by=1, at=at)
        session.get_one(User, 1).password_hash = "kept"
        events.record(session, "demo.loaded", "demo", 0, by=None, at=at)
    return token


PEOPLE = (
    ("Ada Ortiz", Function.SALES, Right.LEADER),
    ("Jun Chen", Function.MARKETING, Right.LEADER),
    ("Bela Kovacs", Function.FINANCE, Right.LEADER),
    ("Noor Haddad", Function.OTHER, Right.MEMBER),
)


def check(page: Page, name: str) -> None:
    """No finding of axe, nothing wider than the window, nothing refused or broken; and a picture."""
    shoot(page, name)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, name


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "phone"])
def test_every_page_is_accessible(
    visit: SignedIn, sqlite: Database, cast: str, width: str, theme: str
) -> None:
    page = visit(Right.ADMINISTRATOR, width=width, theme=theme).new_page()
    _tell(sqlite)
    for name, path in ROUTES.items():
        page.goto(path)
        check(page, f"{name}-{width}-{theme}")

    page.goto("/users")
    page.get_by_label("Name", exact=True).fill("Ada Ortiz")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_role("button", name="Invite").click()
    check(page, f"users-refused-{width}-{theme}")
    page.get_by_label("E-mail address").fill("ada.ortiz@example.com")
    page.get_by_role("button", name="Invite").click()
    check(page, f"link-{width}-{theme}")

    page = visit(width=width, theme=theme).new_page()
    page.goto("/sign-in")
    check(page, f"sign-in-{width}-{theme}")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Sign in").click()
    check(page, f"sign-in-refused-{width}-{theme}")
    page.goto(f"/password/{cast}")
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same again").fill("short")
    page.get_by_role("button", name="Set the password").click()
    check(page, f"password-{width}-{theme}")


@pytest.mark.parametrize(("width", "theme"), [("wide", "light"), ("phone", "dark")])
def test_every_page_that_links_lead_to_is_accessible(
    app: Flask, visit: SignedIn, sqlite: Database, width: str, theme: str
) -> None:
    fill(sqlite, ("Orchard", "Alder Mills", "Wren and Sons"))
    page = visit(Right.ADMINISTRATOR, width=width, theme=theme).new_page()
    for path in crawled(app, page):
        check(page, f"all{path.replace('/', '-')}-{width}-{theme}")


def _tell(database: Database) -> None:
    with database.transaction() as session:
        me = users.by_email(session, "other.administrator@example.com")
        assert me
        notices.tell(
            session, me.id, "The import leads.csv is done: 9,240 created.", at=now(), path="/activity"
        )
        notices.tell(session, me.id, "Model 1 is trained. It ranks well enough to be used.", at=now())
