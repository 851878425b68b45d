"""The portal in a test: an app on an empty database, and browsers of people with each right and function."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

pytest.register_assert_rewrite("tests.routes.pages")

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.accounts import Function, Right, User, sessions
from portal.clock import now
from portal.db import Database
from routes.protection import masked
from tests.conftest import Portal
from tests.routes.pages import check_answer


@pytest.fixture
def app(portal: Portal, sqlite: Database) -> Flask:
    """The portal on an empty SQLite database."""
    return portal(sqlite)


@dataclass
class Browser:
    """A test client that sends form tokens, checks each answer, and knows whose it is."""

    app: Flask
    user: User | None = None

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, url: str, **options: Any) -> TestResponse:
        return self._checked(self.client.get(url, **options))

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with its token."""
        form = {"csrf_token": self.token(), **(data or {})}
        return self._checked(self.client.post(url, data=form, **options))

    def htmx(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Ask for a part of a page: GET, or POST with a form."""
        headers = {"HX-Request": "true", **options.pop("headers", {})}
        if data is None:
            return self.get(url, headers=headers, **options)
        return self.post(url, data, headers=headers, **options)

    def token(self) -> str:
        """The form token, as a page would carry it."""
        with self.client.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        return masked(URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token").dumps(raw))

    @staticmethod
    def _checked(response: TestResponse) -> TestResponse:
        check_answer(response)
        return response


SignIn = Callable[..., Browser]


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser of somebody who is not signed in."""
    return Browser(app)


@pytest.fixture
def sign_in(app: Flask, sqlite: Database) -> SignIn:
    """Makes a user and gives their browser: `sign_in(Right.LEADER, Function.SALES, name="Ada")`."""

    def signed_in(right: Right = Right.MEMBER, function: Function = Function.SALES, **fields: Any) -> Browser:
        given = {"email": f"{secrets.token_hex(4)}@example.com", "name": f"{function} {right}", **fields}
        with sqlite.transaction() as session:
            user = User(function=function, right=right, created_at=now(), **given)
            session.add(user)
            session.flush()
            token = sessions.begin(session, user, sessions.Browser("Firefox/140 Linux"), at=now())
        browser = Browser(app, user)
        browser.client.set_cookie("concord", token)
        return browser

    return signed_in


@pytest.fixture
def member(sign_in: SignIn) -> Browser:
    """A member in sales."""
    return sign_in()


@pytest.fixture
def leader(sign_in: SignIn) -> Browser:
    """The leader of sales."""
    return sign_in(Right.LEADER)


@pytest.fixture
def marketer(sign_in: SignIn) -> Browser:
    """The leader of marketing."""
    return sign_in(Right.LEADER, Function.MARKETING)


@pytest.fixture
def controller(sign_in: SignIn) -> Browser:
    """The leader of finance."""
    return sign_in(Right.LEADER, Function.FINANCE)


@pytest.fixture
def administrator(sign_in: SignIn) -> Browser:
    """An administrator, of no side."""
    return sign_in(Right.ADMINISTRATOR, Function.OTHER)


Counting = Callable[[], Any]


@pytest.fixture
def count_queries(sqlite: Database) -> Counting:
    """`with count_queries() as queries: …` collects the statements that are sent meanwhile."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                statements.append(statement)

        event.listen(sqlite.engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(sqlite.engine, "before_cursor_execute", note)

    return counting
