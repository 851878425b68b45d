"""The steps of somebody who has just cloned Concord and has an export of a CRM: each with its time and a picture, wide and on a phone.

Pictures and times are written to `test-results/newcomer/`.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT

PORTAL = Path(sys.executable).parent / "portal"
LATE = ("Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score")  # fmt: skip
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

pytestmark = [pytest.mark.browser, pytest.mark.shared]


@dataclass
class Journey:
    """A page, and what is kept of each step."""

    page: Page
    folder: Path
    steps: list[dict[str, Any]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def step(self, name: str) -> None:
        """Note the time since the step before, and take both pictures."""
        seconds = round(time.monotonic() - self.began, 2)
        number = len(self.steps) + 1
        self.steps.append({"step": number, "name": name, "seconds": seconds})
        for size, word in ((PHONE, "phone"), (WIDE, "wide")):
            self.page.set_viewport_size(size)
            picture = self.folder / f"{number:02}-{name.replace(' ', '-')}-{word}.png"
            self.page.screenshot(path=picture, full_page=True)
            assert self.page.evaluate("document.documentElement.scrollWidth") <= size["width"], (
                f"{name} is too wide"
            )
        self.began = time.monotonic()


@contextmanager
def portal(data: Path, **more: str) -> Iterator[str]:
    """The whole portal, as `make run` starts it; gives its address. Ctrl-C ends it, and it leaves no process."""
    environment = (
        {name: os.environ[name] for name in ("HOME", "PATH")} | {"DATA_DIR": str(data), "PORT": "0"} | more
    )
    process = subprocess.Popen([PORTAL, "up"], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield _address(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := re.match(r"Concord is ready at (http://127\.0\.0\.1:\d+)", line):
            return found[1]
    pytest.fail("the portal ended before it was ready")


@pytest.fixture
def folder() -> Path:
    made = ROOT / "test-results" / "newcomer"
    made.mkdir(parents=True, exist_ok=True)
    return made


def test_from_an_export_to_a_ranked_list_and_a_pdf(
    browser: Browser, tmp_path: Path, shared: Path, folder: Path
) -> None:
    link = _invited(tmp_path)
    with portal(tmp_path) as address:
        page = browser.new_context(viewport=WIDE, base_url=address, reduced_motion="reduce").new_page()  # type: ignore[arg-type]
        journey = Journey(page, folder)
        _sign_in_first(journey, link)
        _import(journey, shared / "xeducation" / "leads.csv")
        _train(journey)
        _rank(journey)
        _report(journey)
    (folder / "steps.json").write_text(json.dumps(journey.steps, indent=1))


def _invited(data: Path) -> str:
    """The first administrator, from the console; the link's path."""
    command = [PORTAL, "people", "add", "--email", "ada@example.com", "--name", "Ada Quist"]
    command += ["--function", "sales", "--right", "administrator", "--json"]
    environment = {name: os.environ[name] for name in ("HOME", "PATH")} | {"DATA_DIR": str(data)}
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    return "/password/" + json.loads(made.stdout)["link"].rpartition("/password/")[2]


def _sign_in_first(journey: Journey, link: str) -> None:
    page = journey.page
    page.goto(link)
    for box in page.locator("input[type=password]").all():
        box.fill("a long enough phrase, unguessed")
    page.locator("main button.main").click()
    if page.url.endswith("/sign-in"):
        page.get_by_label("E-mail").fill("ada@example.com")
        page.get_by_label("Password").fill("a long enough phrase, unguessed")
        page.get_by_role("button", name="Sign in").click()
    page.goto("/")
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    journey.step("first steps")


def _import(journey: Journey, file: Path) -> None:
    page = journey.page
    page.get_by_role("link", name="Import people").first.click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="How it is mapped")).to_be_visible(timeout=60_000)
    page.get_by_label("Source", exact=True).fill("X Education")
    journey.step("what was understood")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("button", name="Import 9,240 rows")).to_be_visible(timeout=60_000)
    journey.step("what importing would do")
    page.get_by_role("button", name="Import 9,240 rows").click()
    expect(page.get_by_role("heading", name="What the import did")).to_be_visible(timeout=60_000)
    expect(page.locator(".counts")).to_contain_text("Created9,240")
    journey.step("imported")


def _train(journey: Journey) -> None:
    page = journey.page
    page.get_by_role("link", name="Train a model").click()
    with page.expect_response(lambda response: "/models/new" in response.url):
        page.get_by_label("What it learns").select_option("Converted")
    page.get_by_label("What came first?").select_option("Lead Number")
    for name in LATE:
        page.get_by_role("checkbox", name=re.compile(f"^{re.escape(name)}( |$)")).check()
    journey.step("what to learn")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("It ranks clearly better than chance")).to_be_visible(timeout=180_000)
    journey.step("the score label")


def _rank(journey: Journey) -> None:
    page = journey.page
    page.goto("/people")
    expect(page.get_by_text(re.compile("Ranked by model 1"))).to_be_visible(timeout=60_000)
    expect(page.locator("tbody tr")).to_have_count(50)
    journey.step("whom to call first")
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Score")).to_be_visible()
    journey.step("one person and why")


def _report(journey: Journey) -> None:
    page = journey.page
    page.goto("/reports")
    page.get_by_role("button", name=re.compile("Make")).first.click()
    expect(page.get_by_role("link", name="Download PDF")).to_be_visible(timeout=60_000)
    journey.step("the ROI report")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_the_demo_company_leads_to_a_list_and_a_pdf(browser: Browser, tmp_path: Path, folder: Path) -> None:
    with portal(tmp_path, DEMO="1") as address:
        page = browser.new_context(viewport=WIDE, base_url=address, reduced_motion="reduce").new_page()  # type: ignore[arg-type]
        journey = Journey(page, folder)
        _sign_in_to_demo(page, "finance.leader")
        journey.step("demo today")
        page.goto("/reports/1")
        expect(page.get_by_role("link", name="Download PDF")).to_be_visible(timeout=120_000)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download PDF").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        _until_ranked(page)
        journey.step("demo list")
        _start_with_own_data(journey)


def _start_with_own_data(journey: Journey) -> None:
    """The demo's administrator becomes one of their own, and the portal is empty."""
    page = journey.page
    page.get_by_role("button", name="Sign out").click()
    _sign_in_to_demo(page, "administrator")
    page.get_by_role("link", name="Start with my own data").click()
    page.get_by_label("Your name").fill("Ada Quist")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill("four words nobody says")
    page.get_by_label("The same again").fill("four words nobody says")
    journey.step("own data")
    page.get_by_role("button", name="Clear Ostermoor Sensing").click()
    expect(page.get_by_text("The demo company is gone")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="Import people")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    _sign_in_to_demo(page, "administrator")
    expect(page.get_by_role("alert")).to_be_visible()


def _sign_in_to_demo(page: Page, who: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(f"{who}@ostermoor.example")
    page.get_by_label("Password").fill("made-up-company")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def _until_ranked(page: Page) -> None:
    """Training and scoring the demo go on while somebody looks around."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        page.goto("/people")
        if page.get_by_text("Ranked by").count():
            return
        page.wait_for_timeout(2_000)
    pytest.fail("the demo's people were not ranked within three minutes")
