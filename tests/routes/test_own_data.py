"""From the demo company to one's own data, as an administrator goes it."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import col, select

from portal import demo, events, jobs
from portal.accounts import Function, Right, User
from portal.db import Database
from portal.demo import own_data
from portal.settings import Settings
from tests.routes.conftest import Browser, SignIn
from workers import inline
from wsgi import create_app

ADA = {
    "name": "Ada Ortiz",
    "email": "Ada@example.com",
    "function": "other",
    "password": "four words nobody says",
    "again": "four words nobody says",
}
BARAN = {"email": "administrator@ostermoor.example", "password": demo.PASSWORD}


@pytest.fixture
def loaded(loaded_file: Path, sqlite: Database, settings: Settings) -> None:
    """The portal holds the demo company."""
    shutil.copy(loaded_file, settings.sqlite_path)


@pytest.fixture
def baran(sqlite: Database, settings: Settings, loaded: None) -> Browser:
    """The demo's administrator, in demo mode."""
    browser = Browser(create_app(settings.model_copy(update={"demo": True}), database=sqlite))
    assert browser.post("/sign-in", BARAN).status_code == 303
    return browser


def test_the_demos_administrator_becomes_one_of_their_own_and_the_portal_is_empty(
    baran: Browser, sqlite: Database, settings: Settings
) -> None:
    assert "/own-data" in baran.get("/").text
    assert "/own-data" in baran.get("/imports").text
    page = baran.get("/own-data").text
    for line in ("3,000 people", "400 companies", "730 deals", "17 campaigns", "306 orders", "6 demo users"):
        assert line in page

    sent = baran.post("/own-data", ADA)
    assert (sent.status_code, sent.location) == (303, "/own-data")
    assert "It starts as soon as a worker is free" in baran.get("/own-data").text
    inline.run_all(sqlite, settings)

    assert baran.htmx("/own-data/progress").headers["HX-Refresh"] == "true"
    assert baran.get("/own-data").location == "/"
    home = baran.get("/").text
    assert "The demo company is gone" in home
    assert "Import people" in home
    assert "/own-data" not in home
    assert "Ada Ortiz" in home


def test_the_demos_people_lose_their_way_in_at_once_and_for_good(
    baran: Browser, sqlite: Database, settings: Settings
) -> None:
    other = Browser(baran.app)
    other.post("/sign-in", {"email": "rep@ostermoor.example", "password": demo.PASSWORD})
    baran.post("/own-data", ADA)

    assert other.get("/people").status_code == 303
    assert other.post("/sign-in", BARAN).status_code == 422
    with sqlite.reading() as session:
        assert demo.admitted(session) == []
        gone = session.exec(select(User.id).where(col(User.is_demo))).first()
    assert "ostermoor" not in baran.get("/users").text
    assert baran.post(f"/users/{gone}/enabling").status_code == 409
    assert baran.post(f"/users/{gone}/links").status_code == 422
    inline.run_all(sqlite, settings)
    assert other.post("/sign-in", BARAN).status_code == 422


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "rep@ostermoor.example"}, "has an account already"),
        ({"password": "ada ortiz 1234"}, "The same password"),
        ({"name": ""}, "Fill this in"),
    ],
)
def test_what_is_typed_wrong_changes_nothing(
    baran: Browser, sqlite: Database, changes: dict[str, str], sentence: str
) -> None:
    sent = baran.post("/own-data", ADA | changes)
    assert sent.status_code in {409, 422}
    assert sentence in sent.text or "Leave your name" in sent.text
    with sqlite.reading() as session:
        assert len(demo.admitted(session)) == 6
        assert own_data.clearing_job(session) is None


@pytest.mark.usefixtures("loaded")
def test_an_administrator_of_ones_own_is_only_asked_whether(
    sign_in: SignIn, sqlite: Database, settings: Settings
) -> None:
    own = sign_in(Right.ADMINISTRATOR, Function.OTHER, password_hash="known")
    assert 'name="password"' not in own.get("/own-data").text
    assert own.post("/own-data").location == "/own-data"
    own.post("/own-data")
    with sqlite.reading() as session:
        assert len(jobs.listed(session, limit=10).jobs) == 1
    inline.run_all(sqlite, settings)
    with sqlite.reading() as session:
        last = session.exec(select(events.Event).order_by(col(events.Event.id).desc())).first()
    assert last is not None
    assert (last.kind, last.user_id) == ("demo.cleared", own.user.id)


@pytest.mark.usefixtures("loaded")
def test_nobody_else_may_and_nobody_else_is_offered_it(leader: Browser) -> None:
    assert "/own-data" not in leader.get("/").text
    assert leader.get("/own-data").status_code == 403
    assert leader.post("/own-data").status_code == 403


def test_there_is_nothing_to_clear_where_all_is_ones_own(administrator: Browser) -> None:
    assert "/own-data" not in administrator.get("/").text
    assert administrator.get("/own-data").location == "/"
    assert administrator.post("/own-data").status_code == 404
