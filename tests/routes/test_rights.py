"""Every route and everybody who might come: who gets in is written down in rights.txt, so a change of it is seen.

After adding a route: `UPDATE_RIGHTS=1 python -m pytest tests/routes/test_rights.py`, then read the diff.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.accounts import Function, Right
from tests.routes.conftest import Browser, SignIn

GOLDEN: Final = Path(__file__).parent / "rights.txt"
SAFE: Final = {"GET", "HEAD", "OPTIONS"}
EVERYBODY: Final = {
    "nobody": None,
    "member of sales": (Right.MEMBER, Function.SALES),
    "leader of sales": (Right.LEADER, Function.SALES),
    "leader of marketing": (Right.LEADER, Function.MARKETING),
    "leader of finance": (Right.LEADER, Function.FINANCE),
    "administrator": (Right.ADMINISTRATOR, Function.OTHER),
}


def routes(app: Flask, *, unsafe_only: bool = False) -> Iterator[tuple[str, Rule]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if method not in SAFE or not unsafe_only:
                yield method, rule


def address(app: Flask, rule: Rule) -> str:
    """An address of the route, about things that do not exist."""
    values = dict.fromkeys(rule.arguments, 999 if "int" in rule.rule else "x")
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def is_admitted(browser: Browser, method: str, url: str) -> bool:
    sent = browser.get(url) if method == "GET" else browser.post(url)
    to_sign_in = method == "GET" and sent.headers.get("Location", "").startswith("/sign-in")
    return not to_sign_in and sent.status_code not in {401, 403}


def in_words(admitted: list[str]) -> str:
    if admitted == list(EVERYBODY):
        return "everybody"
    return "everybody signed in" if admitted == list(EVERYBODY)[1:] else ", ".join(admitted)


def test_everybody_gets_in_where_they_may_and_nowhere_else(
    app: Flask, sign_in: SignIn, client: Browser
) -> None:
    browsers = {name: sign_in(*who) if who else client for name, who in EVERYBODY.items()}
    lines = []
    for method, rule in sorted(routes(app), key=lambda route: route[1].endpoint == "sign_in.end"):
        url = address(app, rule)
        admitted = [name for name, browser in browsers.items() if is_admitted(browser, method, url)]
        lines.append(f"{method:5} {rule.rule:44} {in_words(admitted)}\n")
    found = "".join(sorted(lines, key=lambda line: line.split()[1::-1]))
    if os.environ.get("UPDATE_RIGHTS"):
        GOLDEN.write_text(found)

    assert found == GOLDEN.read_text()


def test_no_route_breaks_on_an_empty_form(app: Flask, sign_in: SignIn) -> None:
    browsers = [sign_in(*EVERYBODY[name]) for name in ("administrator", "leader of sales")]
    answers = {
        f"{method} {rule.rule}": browser.post(address(app, rule)).status_code
        for method, rule in routes(app, unsafe_only=True)
        for browser in browsers
    }

    assert [route for route, status in answers.items() if status == 500] == []


def test_every_unsafe_route_wants_the_form_token(app: Flask, sign_in: SignIn) -> None:
    browsers = [sign_in(*EVERYBODY[name]) for name in ("administrator", "leader of sales")]
    for method, rule in routes(app, unsafe_only=True):
        url = address(app, rule)
        answers = {browser.client.open(url, method=method).status_code for browser in browsers}
        assert answers <= {400, 403}, rule
        assert 400 in answers, rule


@pytest.mark.parametrize("token", ["", "x", "eA==", "a" * 200, "ü"])
def test_a_made_up_form_token_is_refused(member: Browser, token: str) -> None:
    sent = member.post("/notices/reading", {"csrf_token": token})

    assert sent.status_code == 400
    assert "earlier visit" in sent.text


def test_somebody_elses_form_token_is_refused(member: Browser, leader: Browser) -> None:
    assert member.post("/notices/reading", {"csrf_token": leader.token()}).status_code == 400


def test_the_form_token_looks_different_each_time_and_works(member: Browser) -> None:
    tokens = {member.token() for _ in range(3)}

    assert len(tokens) == 3
    for token in tokens:
        assert member.post("/notices/reading", {"csrf_token": token}).status_code == 303


def test_a_token_in_the_header_will_do(member: Browser) -> None:
    sent = member.client.post("/notices/reading", headers={"X-CSRFToken": member.token()})

    assert sent.status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
def test_forms_of_other_sites_are_refused(member: Browser, headers: dict[str, str], status: int) -> None:
    assert member.post("/notices/reading", headers=headers).status_code == status
