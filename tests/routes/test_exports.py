import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from portal.db import Database
from portal.settings import Settings
from tests.portal.models import crowd
from tests.routes.conftest import Browser, Counting
from tests.routes.pages import Page
from workers import inline


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A portal whose model 1 ranks, with run 1; HubSpot knows its people."""
    database = crowd.ranked(tmp_path)
    with database.transaction() as session:
        session.connection().execute(
            text("UPDATE external_id SET source = 'HubSpot', external_id = record_id")
        )
    yield database
    database.dispose()


HUBSPOT = {"records": "person:", "source": "HubSpot", "layout": "hubspot"}


def made(browser: Browser, url: str, form: dict[str, str]) -> str:
    """Send a form; the address it leads to."""
    answer = browser.post(url, form)
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["Location"]).path


def downloaded(browser: Browser, show: str) -> TestResponse:
    answer = browser.get(f"{show}/file")
    assert answer.status_code == 200
    assert answer.data
    answer.close()
    return answer


def test_an_empty_portal_says_what_to_import_first(member: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        session.connection().execute(text("DELETE FROM external_id"))

    page = member.get("/exports").text
    assert "No record has an id of another system" in page
    assert "No file yet" in page


def test_a_target_is_told_from_the_page_what_changed(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    target = made(member, "/exports/targets", HUBSPOT)
    page = member.get(target).text
    assert "Nothing was sent yet" in page
    assert 'value="concord_rank"' in page

    show = made(member, f"{target}/exports", {})
    assert "It is being made" in member.get(show).text
    assert "every 2s" in member.htmx(f"{show}/progress").text
    inline.run_all(sqlite, settings)
    assert member.htmx(f"{show}/progress").headers["HX-Refresh"] == "true"
    assert "604 rows in all" in member.get(show).text

    sent = downloaded(member, show)
    lines = sent.text.splitlines()
    assert lines[0] == "Record ID,concord_rank,concord_group,concord_propensity"
    assert len(lines) == 605
    assert sent.headers["Content-Disposition"].startswith(
        "attachment; filename=people-of-hubspot-for-hubspot-import"
    )
    assert "Last told" in member.get(target).text


def test_counting_comes_first_if_wanted(member: Browser, sqlite: Database, settings: Settings) -> None:
    target = made(member, "/exports/targets", HUBSPOT)
    made(member, f"{target}/exports", {})
    inline.run_all(sqlite, settings)
    with sqlite.transaction() as session:
        session.connection().execute(text("UPDATE score_1 SET grp = 20 WHERE grp = 19"))
        changed = session.connection().execute(text("SELECT COUNT(*) FROM score_1 WHERE grp = 20")).scalar()

    counted = made(member, f"{target}/exports", {"count": "yes"})
    inline.run_all(sqlite, settings)

    page = member.get(counted).text
    assert "rows new or changed since" in page
    assert 0 < int(page.split(" rows new or changed")[0].split()[-1].rsplit(">")[-1]) <= changed
    assert "Make the file" in page
    assert member.get(f"{counted}/file").status_code == 404


def test_names_are_kept_for_the_target(member: Browser) -> None:
    target = made(member, "/exports/targets", HUBSPOT)
    names = {"rank": "their_rank", "opted_out": "gone", "version": "1"}

    made(member, f"{target}/columns", names)

    assert made(member, "/exports/targets", HUBSPOT) == target
    page = Page(member.get(target).text)
    typed = {
        field["name"]: field["value"]
        for field in page.all("input")
        if "value" in field and field.get("type") == "text"
    }
    assert {key: name for key, name in typed.items() if name} == {"rank": "their_rank", "opted_out": "gone"}


def test_names_that_cannot_be_are_marked_and_kept_typed(member: Browser) -> None:
    target = made(member, "/exports/targets", HUBSPOT)

    refused = member.post(f"{target}/columns", {"rank": "1st!", "group": "g", "version": "1"})

    assert refused.status_code == 422
    assert "Use the name of the property" in refused.text
    assert 'value="1st!"' in refused.text


def test_names_changed_meanwhile_are_not_lost(member: Browser) -> None:
    target = made(member, "/exports/targets", HUBSPOT)
    made(member, f"{target}/columns", {"rank": "theirs", "version": "1"})

    assert member.post(f"{target}/columns", {"rank": "mine", "version": "1"}).status_code == 409


def test_a_second_file_waits_for_the_first(member: Browser) -> None:
    target = made(member, "/exports/targets", HUBSPOT)
    made(member, f"{target}/exports", {})

    refused = member.post(f"{target}/exports", {})

    assert refused.status_code == 409
    assert "is being made" in refused.text


def test_a_list_carries_the_query_it_was_narrowed_by(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    page = member.get("/exports?what=people&country=Ghana&show=all").text
    assert "country Ghana" in page
    assert '<input type="hidden" name="country" value="Ghana">' in page

    show = made(member, "/exports", {"what": "people", "format": "csv", "country": "Ghana", "show": "all"})
    inline.run_all(sqlite, settings)

    assert "country Ghana" in member.get(show).text
    rows = list(csv.DictReader(StringIO(downloaded(member, show).text.removeprefix("\ufeff"))))
    assert {row["country"] for row in rows} == {"Ghana"}
    assert len(rows) == 200


@pytest.mark.parametrize(
    ("what", "format_"),
    [
        ("people", "xlsx"),
        ("deals", "csv"),
        ("companies", "xlsx"),
        ("scores", "parquet"),
        ("wide-person", "parquet"),
        ("wide-deal", "csv"),
    ],
)
def test_everything_offered_can_be_had(
    member: Browser, sqlite: Database, settings: Settings, what: str, format_: str
) -> None:
    show = made(member, "/exports", {"what": what, "format": format_})
    inline.run_all(sqlite, settings)

    downloaded(member, show)
    listed = member.get("/exports").text
    assert f"{show}/file" in listed
    assert "every 2s" not in listed


def test_what_cannot_be_had_says_why(member: Browser) -> None:
    assert "CSV or XLSX" in member.post("/exports", {"what": "people", "format": "parquet"}).text
    assert member.post("/exports", {"what": "luck", "format": "csv"}).status_code == 422
    assert member.post("/exports", {"what": "scores", "format": "csv", "run_id": "9"}).status_code == 404
    refused = member.post("/exports/targets", HUBSPOT | {"source": "ERP"})
    assert "No record has an id of the source" in refused.text
    refused = member.post("/exports/targets", HUBSPOT | {"records": "person:003"})
    assert "leads and contacts" in refused.text or "leads or contacts" in refused.text


def test_a_file_that_is_gone_says_so(member: Browser, sqlite: Database, settings: Settings) -> None:
    show = made(member, "/exports", {"what": "deals", "format": "csv"})
    assert member.get(f"{show}/file").status_code == 404
    inline.run_all(sqlite, settings)
    for path in settings.files_dir.glob("export-*"):
        path.unlink()

    gone = member.get(f"{show}/file")
    assert gone.status_code == 404
    assert "no longer kept" in gone.text
    assert member.get("/exports/99").status_code == 404


@pytest.mark.parametrize("path", ["/exports", "/exports/targets/1"])
def test_a_long_list_takes_the_queries_of_a_short_one(
    member: Browser, sqlite: Database, settings: Settings, count_queries: Counting, path: str
) -> None:
    counts = []
    target = made(member, "/exports/targets", HUBSPOT)
    for _ in range(3):
        made(member, f"{target}/exports", {})
        inline.run_all(sqlite, settings)
        with count_queries() as queries:
            assert member.get(path).status_code == 200
        counts.append(len(queries))

    assert counts[2] == counts[0] <= 12
