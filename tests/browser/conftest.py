"""A real Chromium in front of a real portal. Skipped aloud where Chromium is missing; in CI that is a failure."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from portal.accounts import Function, Right, User, sessions, users
from portal.clock import now
from portal.db import Database
from tests.conftest import Portal
from tools.fetch_assets import fetch

FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS: Final = {"wide": (1440, 900), "phone": (390, 844)}


def chromium() -> str | None:
    """Where the system's Chromium is."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, started once."""
    if not (path := chromium()):
        message = "Chromium is not installed (Debian: apt install chromium): no browser test ran"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        yield _launched(playwright, path)


def _launched(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


@pytest.fixture
def app(portal: Portal, sqlite: Database) -> Flask:
    """The portal on an empty SQLite database, with htmx."""
    fetch()
    return portal(sqlite)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the portal is served while the test runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


SignedIn = Callable[..., BrowserContext]


@pytest.fixture
def visit(browser: Browser, address: str, sqlite: Database) -> Iterator[SignedIn]:
    """Gives a browser window of somebody: `visit(Right.ADMINISTRATOR, width="phone", theme="dark").new_page()`."""
    opened: list[BrowserContext] = []

    def visited(
        right: Right | None = None,
        function: Function = Function.OTHER,
        width: str = "wide",
        theme: str = "light",
        *,
        scripts: bool = True,
    ) -> BrowserContext:
        size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
        context = browser.new_context(
            base_url=address,
            viewport=size,  # type: ignore[arg-type]
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        cookies: list[Any] = [{"name": "theme", "value": theme, "url": address}]
        if right:
            cookies.append({"name": "concord", "value": _token(sqlite, right, function), "url": address})
        context.add_cookies(cookies)
        opened.append(context)
        return context

    yield visited
    for context in opened:
        context.close()


def _token(database: Database, right: Right, function: Function) -> str:
    email = f"{function}.{right}@example.com"
    with database.transaction() as session:
        user = users.by_email(session, email) or User(
            email=email, name=f"{function} {right}".title(), function=function, right=right, created_at=now()
        )
        session.add(user)
        session.flush()
        return sessions.begin(session, user, sessions.Browser("Chromium Linux"), at=now())


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page where SCREENSHOTS names a folder, to be looked at."""
    if folder := os.environ.get("SCREENSHOTS"):
        path = Path(folder) / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True)
