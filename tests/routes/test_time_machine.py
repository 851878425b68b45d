"""The page that travels: periods and versions chosen, every figure named, and the change of a rate split."""

import re

import pytest

from portal.clock import now
from portal.db import Database
from portal.definitions import DefinitionVersion
from tests.portal.test_time_machine import V2, enforce, settle
from tests.routes.conftest import Browser, Counting

PERIODS = "first_from=2026-01-01&first_to=2026-03-31&second_from=2026-04-01&second_to=2026-06-30"
MOST = 18
"""Queries, whatever the versions: each of the three funnels is one."""


@pytest.fixture
def two_versions(sqlite: Database) -> None:
    settle(sqlite)
    enforce(sqlite, V2)


def number(text: str) -> float:
    return float(text.replace("−", "-").removesuffix(" points").removesuffix("%"))


@pytest.mark.usefixtures("two_versions")
def test_a_change_is_split_and_every_figure_names_its_version(
    member: Browser, count_queries: Counting
) -> None:
    with count_queries() as queries:
        page = member.get(f"/time-machine?{PERIODS}&old_lead=1&new_lead=2&rate=lead-inquiry").text
    assert len(queries) <= MOST
    assert 'aria-current="page"><span>Time machine' in page
    assert "by Lead v1, provisional, unsigned of Inquiry v1, provisional, unsigned" in page
    assert "counted by Lead v2 of Inquiry v1, provisional, unsigned" in page
    assert re.search(r"Lead of inquiry fell by \d+\.\d points: −\d+\.\d by the definitions, ", page)
    assert "unknown</span>" in page, "nobody can say of whom the country is missing"

    row = re.search(r'Lead of inquiry</th>((?:\s*<td class="number">[^<]*</td>){5})', page)
    assert row
    before, definition, performance, after, change = map(number, re.findall(r">([^<]+)</td>", row[1]))
    assert definition < 0
    assert before + change == pytest.approx(after, abs=0.11)
    assert definition + performance == pytest.approx(change, abs=0.11)


@pytest.mark.usefixtures("two_versions")
def test_at_first_it_shows_the_last_two_quarters_by_what_was_in_force(member: Browser) -> None:
    page = member.get("/time-machine").text
    today = now().date()
    assert len(re.findall(r'type="date" value="\d{4}-(?:01|04|07|10)-01"', page)) == 2
    assert f'value="{today.isoformat()}"' not in page
    assert page.count(">Lead v2</option>") == 2


def test_a_draft_can_be_tried_and_periods_have_an_order(
    member: Browser, sqlite: Database, two_versions: None
) -> None:
    with sqlite.transaction() as session:
        lead = session.get_one(DefinitionVersion, 3)
        session.add(
            DefinitionVersion(
                definition_id=lead.definition_id,
                number=3,
                wording="",
                rule="",
                criteria=V2,
                created_at=now(),
            )
        )
    assert "Lead v3, never in force" in member.get(f"/time-machine?{PERIODS}&new_lead=3").text
    refused = member.get("/time-machine?first_from=2026-02-01&first_to=2026-01-01")
    assert refused.status_code == 422
    assert "A period ends on or after the day it begins." in refused.text
    assert member.get("/time-machine?first_from=soon").status_code == 422
    assert member.get(f"/time-machine?{PERIODS}&rate=nonsense&old_lead=99").status_code == 200


def test_nobody_to_count_is_said(member: Browser) -> None:
    assert "Nobody to count" in member.get("/time-machine").text
