"""The pages of exports, as a person and as axe see them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from portal import exports
from portal.accounts import Right
from portal.clock import now
from portal.db import Database
from portal.exports import Kind
from portal.settings import Settings
from tests.browser.conftest import SignedIn, shoot
from tests.portal.exports.cast import ADA, BOB, know, score
from workers import inline

pytestmark = pytest.mark.browser


def check(page: Page, name: str) -> None:
    shoot(page, name)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert (
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    ), name


@pytest.mark.parametrize(
    ("width", "theme"), [("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_from_a_target_to_its_file(
    visit: SignedIn, sqlite: Database, settings: Settings, width: str, theme: str
) -> None:
    page = visit(Right.MEMBER, width=width, theme=theme).new_page()
    page.goto("/exports")
    check(page, f"exports-empty-{width}-{theme}")
    ada, bob, _ = know(sqlite, now(), {"Ada": ADA, "Bob": BOB, "Eve": None})
    score(sqlite, now(), {ada: (1, 0.75, 1), bob: (2, 0.5, 20)})
    with sqlite.transaction() as session:
        exports.request_list(session, Kind.PEOPLE, "xlsx", by=None, at=now())

    page.goto("/exports?what=people&country=Ghana")
    check(page, f"exports-{width}-{theme}")
    page.get_by_role("button", name="Choose columns").click()
    check(page, f"exports-target-{width}-{theme}")
    page.get_by_label("Owner").fill("not a name!")
    page.get_by_role("button", name="Save the names").click()
    check(page, f"exports-refused-{width}-{theme}")
    page.get_by_label("Owner").fill("Concord_Owner__c")
    page.get_by_role("button", name="Save the names").click()
    page.get_by_role("button", name="Only count").click()
    page.get_by_text("It is being counted").wait_for()
    check(page, f"exports-counting-{width}-{theme}")
    inline.run_all(sqlite, settings)
    page.get_by_text("2 rows in all").wait_for()
    check(page, f"exports-counted-{width}-{theme}")
    page.get_by_role("button", name="Make the file").click()
    page.get_by_text("It is being made").wait_for()
    inline.run_all(sqlite, settings)

    with page.expect_download() as sent:
        page.get_by_role("link", name="Download CSV").click()

    assert sent.value.path().read_text().startswith("Id,Concord_Rank__c,")
    check(page, f"exports-ready-{width}-{theme}")
    page.get_by_role("link", name="All exports").click()
    page.get_by_text("Last told").wait_for()
    check(page, f"exports-full-{width}-{theme}")
