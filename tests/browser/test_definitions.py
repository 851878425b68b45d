"""Two people in two browsers take a change of a definition from draft to force: without scripts on a phone, and by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from portal import definitions
from portal.accounts import Function, Right
from portal.clock import now
from portal.db import Database
from tests.browser.conftest import SignedIn, shoot

pytestmark = pytest.mark.browser

MOST_TABS = 150


@pytest.fixture(autouse=True)
def shipped(sqlite: Database) -> None:
    with sqlite.transaction() as session:
        definitions.ship(session, at=now())


def check(page: Page, name: str, *, scripts: bool = True) -> None:
    shoot(page, name)
    if scripts:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, name


def test_without_scripts_on_a_phone(visit: SignedIn) -> None:
    """Every step is a plain form; at 390 px; both sides sign, and finance is not asked."""
    given = {"width": "phone", "scripts": False}
    sales = visit(Right.LEADER, Function.SALES, **given).new_page()
    marketing = visit(Right.LEADER, Function.MARKETING, **given).new_page()

    sales.goto("/definitions/lead")
    sales.get_by_role("button", name="Start a draft").click()
    sales.get_by_label("Wording").fill("Who asked for something in the **last 90 days**.")
    sales.get_by_label("Why it changes").fill("Old downloads are no leads.")
    sales.get_by_label("Clause 1: Of the last how many days").fill("90")
    sales.get_by_role("button", name="Add a clause").click()
    sales.get_by_label("Clause 3: what it is about").select_option(label="Country")
    sales.get_by_role("button", name="Check the criteria").click()
    sales.get_by_label("Clause 3: Value").fill("Ghana")
    sales.get_by_role("button", name="Up Clause 3").click()
    reading = "at least 1 inbound request in the last 90 days, Country is “Ghana” and Opted out on is missing"
    expect(sales.locator("#reading")).to_contain_text(reading)
    check(sales, "definition-edit-phone", scripts=False)
    sales.get_by_role("button", name="Save the draft").click()
    sales.get_by_role("button", name="Propose it").click()

    marketing.goto("/")
    marketing.get_by_role("link", name="Read and sign").click()
    expect(marketing.get_by_text("Old downloads are no leads.").first).to_be_visible()
    check(marketing, "definition-sign-phone", scripts=False)
    marketing.get_by_role("button", name="Sign for Marketing").click()
    expect(marketing.get_by_text("Version 1 counts, provisional")).to_be_visible()

    sales.reload()
    sales.get_by_role("button", name="Sign for Sales").click()
    expect(sales.get_by_text("Version 2 counts since")).to_be_visible()
    check(sales, "definition-in-force-phone", scripts=False)


def test_by_keyboard_alone(visit: SignedIn) -> None:
    """With scripts: checked while typed, focus where one goes on; a conflict loses nothing; axe finds nothing on the way."""
    sales = visit(Right.LEADER, Function.SALES).new_page()
    marketing = visit(Right.LEADER, Function.MARKETING, theme="dark").new_page()

    sales.goto("/definitions/lead")
    press(sales, sales.get_by_role("button", name="Start a draft"))
    sales.wait_for_url("**/draft")
    marketing.goto("/definitions/lead/draft")
    write(sales, sales.get_by_label("Wording"), "Who asked.")
    write(sales, sales.get_by_label("Why it changes"), "Shorter.")
    press(sales, sales.get_by_role("button", name="Add a clause"))
    about = sales.get_by_label("Clause 3: what it is about")
    expect(about).to_be_focused()
    choose(sales, about, "Country")
    value = sales.get_by_label("Clause 3: Value")
    expect(value).to_be_visible()
    expect(sales.locator("#reading")).to_contain_text("Not finished: clause 3")
    write(sales, value, "Ghana")
    expect(sales.locator("#reading")).to_contain_text("Country is “Ghana”")
    check(sales, "definition-edit-wide")
    press(sales, sales.get_by_role("button", name="Save the draft"))
    expect(sales.get_by_text("Lead v2 is saved.")).to_be_visible()

    write(marketing, marketing.get_by_label("Marketing owes"), "A name and a number")
    press(marketing, marketing.get_by_role("button", name="Save the draft"))
    expect(marketing.get_by_text("Someone else changed this while you were editing.")).to_be_visible()
    check(marketing, "definition-conflict-dark")
    press(marketing, marketing.get_by_role("button", name="Save over it"))
    expect(marketing.get_by_text("Lead v2 is saved.")).to_be_visible()
    expect(marketing.locator("del", has_text="A qualified prospect")).to_be_visible()

    sales.reload()
    expect(sales.get_by_text("A name and a number")).to_be_visible()
    expect(sales.get_by_text("Country is “Ghana”").first).to_be_visible()
    press(sales, sales.get_by_role("button", name="Propose it"))
    press(sales, sales.get_by_role("button", name="Sign for Sales"))
    marketing.reload()
    check(marketing, "definition-sign-dark")
    press(marketing, marketing.get_by_role("button", name="Sign for Marketing"))
    expect(marketing.get_by_text("Version 2 counts since")).to_be_visible()
    check(marketing, "definition-in-force-dark")


def press(page: Page, target: Locator) -> None:
    """Go to a control with the Tab key alone and press it."""
    reach(page, target)
    page.keyboard.press("Enter")


def write(page: Page, target: Locator, text: str) -> None:
    """Go to a field with the Tab key alone and type over what it holds."""
    reach(page, target)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def choose(page: Page, target: Locator, word: str) -> None:
    """Go down the choices with the arrow key until that one is chosen."""
    reach(page, target)
    for _ in range(MOST_TABS):
        if target.evaluate("element => element.selectedOptions[0].text") == word:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"no such choice: {word}")


def reach(page: Page, target: Locator) -> None:
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab leads to {target}")
