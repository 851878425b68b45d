import logging
import time
from datetime import timedelta
from statistics import median

import pytest
from flask import Flask
from sqlmodel import select

from portal.accounts import Function, Right, SignIn, User, passwords
from portal.clock import now
from portal.db import Database
from portal.settings import Settings
from tests.routes.conftest import Browser
from tests.routes.conftest import SignIn as MakeBrowser
from wsgi import create_app

GOOD = "four words nobody says"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return passwords.hashed(GOOD)


@pytest.fixture
def ada(sqlite: Database, password_hash: str) -> User:
    with sqlite.transaction() as session:
        user = User(
            email="ada@example.com",
            name="Ada",
            function=Function.SALES,
            right=Right.MEMBER,
            created_at=now(),
            password_hash=password_hash,
            theme="dark",
        )
        session.add(user)
    return user


def enter(client: Browser, password: str = GOOD, email: str = "ada@example.com", **more: str) -> object:
    return client.post("/sign-in", {"email": email, "password": password, **more})


def test_the_right_password_leads_home(client: Browser, ada: User) -> None:
    sent = enter(client, email=" Ada@Example.COM ")

    assert (sent.status_code, sent.location) == (303, "/")
    assert "Ada" in client.get("/").text


def test_the_cookie_is_closed_to_scripts_and_other_sites(client: Browser, ada: User) -> None:
    cookies = {c.partition("=")[0]: c for c in enter(client).headers.getlist("Set-Cookie")}

    assert "HttpOnly" in cookies["concord"]
    assert "SameSite=Lax" in cookies["concord"]
    assert "Max-Age=604800" in cookies["concord"]
    assert cookies["theme"].startswith("theme=dark;")


def test_over_https_cookies_are_secure_and_bound_to_the_host(
    settings: Settings, sqlite: Database, ada: User
) -> None:
    public = settings.model_copy(update={"public_url": "https://concord.example.com", "proxies": 1})
    client = create_app(public, database=sqlite).test_client()
    proxied = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "concord.example.com",
        "X-Forwarded-For": "192.0.2.1",
    }
    page = client.get("/sign-in", headers=proxied)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    client.set_cookie("__Host-form", page.headers["Set-Cookie"].split("=", 1)[1].split(";")[0])
    sent = client.post(
        "/sign-in",
        data={"email": "ada@example.com", "password": GOOD, "csrf_token": token},
        headers={**proxied, "Cookie": page.headers["Set-Cookie"].split(";")[0]},
    )

    assert sent.status_code == 303
    for cookie in sent.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert sent.headers["Strict-Transport-Security"].startswith("max-age=63072000")


@pytest.mark.parametrize(("email", "password"), [("ada@example.com", "wrong"), ("nobody@example.com", GOOD)])
def test_wrong_is_said_the_same_for_everybody(client: Browser, ada: User, email: str, password: str) -> None:
    sent = enter(client, password, email)

    assert sent.status_code == 422
    assert "do not go together" in sent.text
    assert email in sent.text
    assert password not in sent.text


def test_an_empty_form_says_what_to_fill_in(client: Browser) -> None:
    sent = enter(client, "", "")

    assert sent.status_code == 422
    assert sent.text.count("Fill this in.") == 2


@pytest.mark.parametrize("wanted", ["/users", "/activity?area=user", "/notices?before=7"])
def test_signing_in_goes_on_where_one_wanted_to_be(client: Browser, ada: User, wanted: str) -> None:
    sent = client.get(wanted)
    page = client.get(sent.location).text

    assert f'name="next" value="{wanted}"' in page.replace("&amp;", "&")
    assert enter(client, next=wanted).location == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/a\\b",
        " //evil.example",
        "evil.example",
        "",
    ],
)
def test_it_never_goes_to_another_site(client: Browser, ada: User, wanted: str) -> None:
    assert enter(client, next=wanted).location == "/"


def test_the_eleventh_wrong_try_is_too_many(client: Browser, ada: User) -> None:
    statuses = [enter(client, "wrong").status_code for _ in range(10)]
    sent = enter(client)

    assert statuses == [422] * 10
    assert sent.status_code == 429
    assert "Wait five minutes" in sent.text


def test_getting_in_starts_the_count_anew(client: Browser, ada: User) -> None:
    for _ in range(9):
        enter(client, "wrong")
    assert enter(client).status_code == 303
    assert enter(Browser(client.app), "wrong").status_code == 422


def test_after_signing_out_the_cookie_opens_nothing(client: Browser, ada: User) -> None:
    enter(client)
    stolen = client.client.get_cookie("concord").value
    assert client.post("/sign-out").location == "/sign-in"

    thief = Browser(client.app)
    thief.client.set_cookie("concord", stolen)
    assert thief.get("/").location == "/sign-in"
    assert thief.post("/notices/reading").status_code == 401
    assert thief.htmx("/").headers["HX-Redirect"].startswith("/sign-in")


def test_signing_out_twice_is_no_trouble(client: Browser) -> None:
    assert client.post("/sign-out").status_code == 303


def test_signing_in_gives_new_tokens(client: Browser, ada: User) -> None:
    old_form = client.token()
    enter(client)
    first = client.client.get_cookie("concord").value
    enter(client)

    assert client.client.get_cookie("concord").value != first
    assert client.post("/notices/reading", {"csrf_token": old_form}).status_code == 400
    thief = Browser(client.app)
    thief.client.set_cookie("concord", first)
    assert thief.get("/").status_code == 303


def test_somebody_signed_in_is_sent_on(member: Browser) -> None:
    assert member.get("/sign-in?next=/activity").location == "/activity"


def test_a_demo_user_is_nobody_outside_demo_mode(
    settings: Settings, sqlite: Database, sign_in: MakeBrowser
) -> None:
    demo = sign_in(is_demo=True)
    assert demo.get("/").status_code == 303

    in_demo_mode = Browser(create_app(settings.model_copy(update={"demo": True}), database=sqlite))
    in_demo_mode.client.set_cookie("concord", demo.client.get_cookie("concord").value)
    assert in_demo_mode.get("/").status_code == 200


def test_being_there_is_noted_now_and_then(member: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        sign_in = session.exec(select(SignIn)).one()
        sign_in.seen_at = now() - timedelta(minutes=6)
        before = sign_in.seen_at
    member.get("/")
    with sqlite.reading() as session:
        noted = session.exec(select(SignIn.seen_at)).one()
    member.get("/")
    with sqlite.reading() as session:
        assert session.exec(select(SignIn.seen_at)).one() == noted > before


def test_it_takes_as_long_for_nobody_as_for_somebody(client: Browser, ada: User, sqlite: Database) -> None:
    def seconds(email: str) -> float:
        began = time.perf_counter()
        enter(client, "wrong", email)
        return time.perf_counter() - began

    seconds("warm@example.com")
    known = median(seconds("ada@example.com") for _ in range(4))
    unknown = median(seconds("nobody@example.com") for _ in range(4))

    assert 0.4 < known / unknown < 2.5


def test_no_password_and_no_token_reaches_the_log(
    client: Browser, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enter(client)
    client.get("/password/averysecrettoken")

    assert "POST /sign-in 303" in caplog.text
    assert GOOD not in caplog.text
    assert "averysecrettoken" not in caplog.text


def test_a_foreign_host_name_gets_no_page(app: Flask) -> None:
    sent = app.test_client().get("/sign-in", headers={"Host": "evil.example"})

    assert sent.status_code == 400
    assert sent.mimetype == "text/plain"
    assert "TRUSTED_HOSTS" in sent.text
    assert sent.headers["Content-Security-Policy"]
