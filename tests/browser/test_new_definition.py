"""A new user with the export of X Education: write what a lead is, see what it would change, sign it from both sides, see who is one.

The export holds people alone. Without a log of what they asked for nobody is a lead, whatever a definition says; so those whose
origin is a form they sent get the request that the CRM noted as their origin.
"""

import csv
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import insert
from sqlmodel import select

from portal import definitions, judging
from portal.accounts import Function, Right
from portal.activities import Activity, ActivityKind
from portal.clock import now
from portal.db import Database
from portal.people import ExternalId
from portal.settings import Settings
from tests.browser.conftest import SignedIn, shoot
from tests.workers.test_imports import Desk
from workers import inline

pytestmark = [pytest.mark.browser, pytest.mark.shared]

FORMS: Final = {"Landing Page Submission", "Lead Add Form"}
SECONDS: Final = 300


@pytest.fixture
def rows(sqlite: Database, settings: Settings, shared: Path) -> list[dict[str, str]]:
    """The export, imported, with the forms they sent; and its rows."""
    path, at = shared / "xeducation" / "leads.csv", now()
    with sqlite.transaction() as session:
        definitions.ship(session, at=at)
    Desk(sqlite, settings, at).put(path.read_bytes(), id_columns=("Prospect ID",))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with sqlite.transaction() as session:
        ids = dict(session.exec(select(ExternalId.external_id, ExternalId.record_id)).all())
        session.add(ActivityKind(id=1, name="Form sent", is_request=True))
        session.flush()
        session.execute(
            insert(Activity),
            [
                {"person_id": ids[row["Prospect ID"]], "at": at, "kind_id": 1}
                for row in rows
                if row["Lead Origin"] in FORMS
            ],
        )
        judging.ask(session, by=None, at=at)
    inline.run_all(sqlite, settings)
    return rows


def check(page: Page, name: str) -> None:
    """A picture, no finding of axe, nothing wider than the window."""
    shoot(page, name)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_from_a_definition_to_who_is_a_lead_and_why(
    visit: SignedIn, sqlite: Database, settings: Settings, rows: list[dict[str, str]]
) -> None:
    reachable = [row for row in rows if "Yes" not in (row["Do Not Email"], row["Do Not Call"])]
    asked = [row for row in reachable if row["Lead Origin"] in FORMS]
    stayed = [row for row in asked if float(row["Total Time Spent on Website"] or 0) >= SECONDS]
    sales = visit(Right.LEADER, Function.SALES).new_page()
    marketing = visit(Right.LEADER, Function.MARKETING, width="phone", theme="dark").new_page()

    sales.goto("/definitions/lead")
    expect(sales.get_by_role("link", name=f"{len(asked):,} meet it")).to_be_visible()
    sales.get_by_role("button", name="Start a draft").click()
    sales.get_by_label("Why it changes").fill("Who looked around for five minutes is worth a call.")
    sales.get_by_role("button", name="Add a clause").click()
    about = sales.get_by_label("Clause 3: what it is about")
    about.select_option(label="Total Time Spent on Website")
    sales.get_by_label("Clause 3: what is asked of it").select_option(label="is at least")
    sales.get_by_label("Clause 3: Value").fill(str(SECONDS))
    expect(sales.locator("#reading")).to_contain_text("Total Time Spent on Website is at least 300")
    sales.get_by_role("button", name="Save the draft").click()
    expect(sales.get_by_text("Lead v2 is saved.")).to_be_visible()

    sales.get_by_role("link", name="What it would change").click()
    sales.get_by_label("Months to look back").fill("1")
    sales.get_by_role("button", name="See what it would change").click()
    inline.run_all(sqlite, settings)
    out = len(asked) - len(stayed)
    expect(sales.get_by_text(f"0 would come in and {out:,} go out.")).to_be_visible(timeout=10_000)
    check(sales, "impact-wide-light")
    sales.get_by_role("link", name=f"{out:,}", exact=True).click()
    expect(sales.get_by_role("heading", name="Who would go out with Lead v2")).to_be_visible()

    sales.goto("/definitions/lead")
    sales.get_by_role("button", name="Propose it").click()
    sales.get_by_role("button", name="Sign for Sales").click()
    marketing.goto("/definitions/lead")
    marketing.get_by_role("link", name="What it would change").click()
    expect(marketing.get_by_text(f"0 would come in and {out:,} go out.")).to_be_visible()
    check(marketing, "impact-phone-dark")
    marketing.go_back()
    marketing.get_by_role("button", name="Sign for Marketing").click()
    expect(marketing.get_by_text("Version 2 counts since")).to_be_visible()
    inline.run_all(sqlite, settings)

    marketing.reload()
    marketing.get_by_role("link", name=f"{len(stayed):,} meet it").click()
    expect(marketing.get_by_role("heading", name="Who meets Lead")).to_be_visible()
    expect(marketing.get_by_text("By Lead v2, as of")).to_be_visible()
    check(marketing, "verdicts-phone-dark")
    marketing.locator("tbody a", has_text="Why").first.click()
    lead = marketing.locator("#lead")
    expect(lead).to_contain_text("Total Time Spent on Website is")
    expect(lead.locator("tbody tr")).to_have_count(3)
    check(marketing, "why-phone-dark")

    for path in (
        "/contradictions",
        "/time-machine?rate=lead-inquiry&old_lead=1",
        "/verdicts/lead?verdict=failed",
    ):
        marketing.goto(path)
        check(marketing, f"{path[1:8]}-phone-dark")
