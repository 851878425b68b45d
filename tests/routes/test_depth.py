"""How far down a team works."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.accounts import Function
from portal.db import Database
from portal.ranking import terms
from tests.portal.models import crowd
from tests.routes.conftest import Browser, Counting

TRIED = {"team": "sales", "per_week": "40", "cost": "20", "margin": "100", "currency": "eur"}


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A portal whose model 1 ranks, with run 1."""
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def ask(browser: Browser, **changes: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in {**TRIED, **changes}.items())
    return browser.get(f"/depth?{query}").text


def open_chances(database: Database) -> list[float]:
    """The propensities of those who neither opted out nor bought, the best first: read apart from the rule."""
    with database.reading() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT propensity FROM score_1 WHERE record_id IN "
            "(SELECT id FROM person WHERE opted_out_at IS NULL AND customer_at IS NULL)"
        )
        return sorted((row[0] for row in rows), reverse=True)


def test_capacity_ends_the_work_and_one_more_call_is_worth_something(
    member: Browser, sqlite: Database
) -> None:
    chances = open_chances(sqlite)

    text = ask(member)

    assert "Work the first 40, down to rank" in text
    assert "that is all Sales can do in a week" in text
    assert f"adds EUR\N{NO-BREAK SPACE}{chances[40] * 100 - 20:.2f}: so much is another pursuit" in text
    assert f"loses EUR\N{NO-BREAK SPACE}{chances[39] * 100 - 20:.2f}" in text
    assert f"The first 40 bring EUR\N{NO-BREAK SPACE}{sum(chances[:40]) * 100 - 800:,.2f} more" in text


def test_the_work_ends_where_a_call_costs_more_than_it_brings(member: Browser, sqlite: Database) -> None:
    paying = sum(chance * 100 > 50 for chance in open_chances(sqlite))

    text = ask(member, per_week="600", cost="50")

    assert f"Work the first {paying}, down to rank" in text
    assert "below, a pursuit costs more than it brings" in text


def test_where_nothing_pays_it_says_so(member: Browser) -> None:
    assert "No pursuit pays" in ask(member, cost="200")


def test_leaders_keep_what_their_team_works_by(
    leader: Browser, member: Browser, marketer: Browser, sqlite: Database
) -> None:
    assert member.post("/depth", TRIED).status_code == 403
    assert marketer.post("/depth", TRIED).status_code == 403

    assert leader.post("/depth", TRIED).headers["Location"] == "/depth?team=sales"

    text = member.get("/depth").text
    assert "Work the first 40" in text
    assert "What Sales works by" in text
    assert leader.user.name in text
    with sqlite.reading() as session:
        assert terms.newest(session, Function.SALES).set_by == leader.user.id
        assert terms.newest(session, Function.MARKETING) is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"per_week": "many"}, "Use a number of pursuits, such as 60."),
        ({"cost": "-1"}, "Use an amount, such as 25.00."),
        ({"currency": "euros"}, "Use the three letters of a currency"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    leader: Browser, change: dict[str, str], sentence: str
) -> None:
    sent = leader.post("/depth", TRIED | change)

    assert sent.status_code == 422
    assert sentence in sent.text
    assert sentence in ask(leader, **change)


def test_without_a_run_nobody_can_say(member: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM current_run")

    assert "No model ranks people" in member.get("/depth").text


def test_the_page_takes_few_queries(member: Browser, count_queries: Counting) -> None:
    with count_queries() as queries:
        ask(member)

    assert len(queries) <= 12
