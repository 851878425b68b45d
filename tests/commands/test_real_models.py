"""What the portal says of models of real records, from the file to the page: plainly, also where there is nothing to find."""

import html
import re
from pathlib import Path

import pytest

from portal.accounts import Function, Right, User, sessions
from portal.clock import now
from portal.settings import Settings
from tests.commands.console import Portal, data_dir, database_of, portal
from tests.routes.conftest import Browser
from wsgi import create_app

__all__ = ["data_dir", "portal"]

pytestmark = pytest.mark.shared
TELLING = "close_value,close_date,deal_stage,stage"


def read(folder: Path, path: str) -> str:
    """The words of a page, as a member of sales reads them."""
    database = database_of(folder)
    app = create_app(Settings(data_dir=folder), database=database)
    with database.transaction() as session:
        fields = {"function": Function.SALES, "right": Right.MEMBER, "created_at": now()}
        session.add(user := User(email="ada@example.com", name="Ada", **fields))
        session.flush()
        token = sessions.begin(session, user, sessions.Browser(), at=now())
    browser = Browser(app, user)
    browser.client.set_cookie("concord", token)
    page = browser.get(path).text
    database.dispose()
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_maven_has_no_useful_model_and_its_page_says_so(portal: Portal, data_dir: Path, shared: Path) -> None:
    pipeline = shared / "maven_crm" / "sales_pipeline.csv"
    asked = ("--level", "deal", "--outcome", "outcome", "--order-by", "engage_date")
    portal("import", "deals", pipeline, "--source", "Maven", "--id-column", "opportunity_id")

    model = portal("train", *asked, "--leave-out", TELLING, "--json").json

    assert (model["records"], model["positives"], model["unknown"]) == (6_711, 4_238, 2_089)
    assert 0.48 <= model["metrics"]["out_of_fold"]["auc"] <= 0.54
    assert (model["usable"], model["ranks"]) == (False, False)
    page = read(data_dir, f"/models/{model['model']}")
    assert "No useful model: out of fold its AUC is 0.50" in page
    assert "Records are ranked by recency instead." in page
    assert "2,089 more say nothing of their outcome" in page
    assert "Let it rank" not in page


@pytest.mark.slow
def test_what_tells_the_end_of_a_deal_is_named_before_a_model_may_rank(portal: Portal, shared: Path) -> None:
    pipeline = shared / "maven_crm" / "sales_pipeline.csv"
    portal("import", "deals", pipeline, "--source", "Maven", "--id-column", "opportunity_id")

    model = portal(
        "train", "--level", "deal", "--outcome", "outcome", "--order-by", "engage_date", "--json"
    ).json

    assert {leak["column"] for leak in model["leaks"]} >= {"close_value", "deal_stage"}
    assert "too good to be true" in model["warnings"][0]
    assert model["ranks"] is False


@pytest.mark.slow
def test_the_page_of_a_bank_says_that_the_forward_test_contradicts_the_random_one(
    portal: Portal, data_dir: Path, shared: Path, tmp_path: Path
) -> None:
    """Its rows are in the order of time and have no id: both are given by a column that counts them."""
    head, *rows = (shared / "bank" / "bank_full.csv").read_text().splitlines()
    counted = tmp_path / "calls.csv"
    counted.write_text("\n".join([f"call;{head}", *(f"{n};{row}" for n, row in enumerate(rows, 1))]))
    portal("import", "people", counted, "--source", "Bank", "--id-column", "call")

    model = portal("train", "--outcome", "y", "--order-by", "call", "--leave-out", "duration", "--json").json

    assert model["records"] == 45_211
    assert model["usable"] is False
    page = read(data_dir, f"/models/{model['model']}")
    assert "The forward test contradicts the random one: AUC 0." in page
    assert "What older records taught does not hold for newer ones." in page
