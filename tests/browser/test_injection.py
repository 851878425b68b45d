"""Text that wants to be markup, in every field somebody else can fill, on every page that shows it, in a real browser."""

from typing import Final

import pytest
from flask import Flask
from playwright.sync_api import Page

from portal import notices
from portal.accounts import Right, users
from portal.clock import now
from portal.db import Database
from tests.browser.conftest import SignedIn
from tests.browser.crawl import crawled, fill

pytestmark = pytest.mark.browser

PAYLOADS: Final = (
    '"><script>pwned=1</script>',
    "'><img src=/pwned onerror=pwned=1>",
    '"><svg onload=pwned=1>',
    '<b hx-post="/pwned" hx-trigger="load">x</b>',
    '<b data-hx-get="/pwned" data-hx-trigger="load">x</b>',
    '" hx-get="/pwned" hx-trigger="load" x="',
    "' hx-get='/pwned' hx-trigger='load' x='",
    '<div hx-on::load="pwned=1">x</div>',
    "<form action=/pwned><button autofocus>x",
    "<iframe src=/pwned></iframe>",
    '<meta http-equiv="refresh" content="0;url=/pwned">',
    '<base href="//evil.example/">',
    "<link rel=stylesheet href=/pwned>",
    '<a href="javascript:pwned=1">x</a>',
    "{{ 7*7 }}{% raw %}",
    "</textarea></title></style></script><script>pwned=1</script>",
    "<math><mtext><table><mglyph><style><img src=/pwned>",
    "javascript:pwned=1",
)
EVERYTHING: Final = " ".join(PAYLOADS)
# what an address of ours carries in its query is text where it is percent-encoded; what counts is where it leads
FOUND: Final = """() => [
  typeof pwned !== "undefined" && "a script ran",
  ...[...document.querySelectorAll("*")].flatMap((e) => [...e.attributes].map((a) => [e, a]))
    .filter(([e, a]) => /^on/.test(a.name) || /pwned/.test(/^\\/(?!\\/)[^<>"]*$/.test(a.value) ? a.value.split("?")[0] : a.value) && /^(data-)?(hx-|href$|src$|action$)/.test(a.name))
    .map(([e, a]) => `<${e.tagName} ${a.name}=${a.value}>`),
].filter(Boolean)"""


@pytest.fixture
def filled(sqlite: Database) -> Database:
    """A portal in which others typed nothing but payloads."""
    fill(sqlite, (*PAYLOADS, EVERYTHING))
    return sqlite


def test_nothing_anybody_typed_becomes_markup(app: Flask, filled: Database, visit: SignedIn) -> None:
    page = visit(Right.ADMINISTRATOR).new_page()
    refused, asked = watched(page)
    with filled.transaction() as session:
        me = users.by_email(session, "other.administrator@example.com")
        assert me
        for payload in PAYLOADS:
            notices.tell(session, me.id, payload, at=now(), path="/activity")
    found = {path: page.evaluate(FOUND) for path in crawled(app, page)}

    assert {path: what for path, what in found.items() if what} == {}
    assert len(found) >= 15, found
    assert refused == []
    assert [url for url in asked if "pwned" in url or "evil" in url] == []


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What the policy refused, dialogs, errors; and every address asked for. Filled while the page is used."""
    refused: list[str] = []
    asked: list[str] = []
    page.on(
        "console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None
    )
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.on("dialog", lambda dialog: (refused.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    return refused, asked
