"""A page costs a dozen queries at most, and a longer list costs no more of them."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal import events, notices
from portal.accounts import Function, Right, User, sessions
from portal.clock import now
from portal.db import Database
from tests.routes.conftest import Browser, Counting

MOST = 12
LISTS = ("/users", "/activity", "/notices", "/account")


def add_row(sqlite: Database, browser: Browser, number: int) -> None:
    """One more row on each of the lists."""
    at = now() - timedelta(minutes=number)
    with sqlite.transaction() as session:
        user = User(
            email=f"user{number}@example.com",
            name=f"User {number}",
            function=Function.SALES,
            right=Right.MEMBER,
            created_at=at,
        )
        session.add(user)
        session.flush()
        sessions.begin(session, user, sessions.Browser(), at=at)
        sessions.begin(session, browser.user, sessions.Browser(), at=at)
        notices.tell(session, browser.user.id, f"Notice {number}.", at=at)
        events.record(session, "demo.loaded", "demo", number, by=user.id, at=at)


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_list_costs_the_same(
    administrator: Browser, sqlite: Database, count_queries: Counting, path: str
) -> None:
    counts = []
    for number in range(3):
        add_row(sqlite, administrator, number)
        with count_queries() as queries:
            assert administrator.get(path).status_code == 200
        counts.append(len(queries))

    assert counts[2] == counts[0] <= MOST


def test_every_page_costs_a_dozen_queries_at_most(
    app: Flask, administrator: Browser, count_queries: Counting
) -> None:
    costs: dict[str, Any] = {}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and not is_for_machines(rule):
            with count_queries() as queries:
                administrator.get(rule.rule)
            costs[rule.rule] = len(queries)

    assert {path: count for path, count in costs.items() if count > MOST} == {}
    assert costs["/"] > 0


def is_for_machines(rule: Rule) -> bool:
    return rule.endpoint.startswith("status.") or rule.rule.endswith(".csv")
