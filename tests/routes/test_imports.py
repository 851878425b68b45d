"""Importing in the browser: a file becomes records, or a sentence says why not, and nothing is half done."""

import re
from typing import Any

import pytest

from portal import jobs
from portal.clock import now
from portal.db import Database
from portal.jobs import claims
from portal.settings import Settings
from tests.portal.imports.bad_files import ODD, REFUSED, TABLE, BadFile, workbook
from tests.routes.conftest import Browser, Counting
from tests.routes.importing import Importing

POLLS = 'hx-trigger="every 2s"'


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The smallest limit there may be, so that a file over it is small, too."""
    return settings.model_copy(update={"upload_bytes": 1 << 20})


@pytest.fixture
def imports(member: Browser, sqlite: Database, settings: Settings) -> Importing:
    return Importing(member, sqlite, settings)


# The way through.


def test_a_file_is_uploaded_understood_mapped_tried_and_imported(imports: Importing) -> None:
    url = imports.understood(TABLE)
    assert "Waits for its mapping" in imports.browser.get(url).text
    told = " ".join(imports.browser.get(url).text.split())
    assert "2 rows of 7 columns; text in utf-8, cells separated by commas." in told

    tried = imports.post(f"{url}/mapping").text
    assert "What importing would do" in tried
    assert "Import 2 rows" in tried
    assert imports.records()["person"] == []

    done = imports.post(f"{url}/run").text
    assert "What the import did" in done
    assert figures(done) == ["2", "2", "0", "0", "0"]
    assert "Ada Lovelace" in imports.browser.get("/people").text


def test_importing_the_same_file_again_changes_nothing(imports: Importing) -> None:
    imports.imported(TABLE)
    before = imports.records()

    imports.imported(TABLE)

    assert (imports.row(2).unchanged, imports.row(2).updated) == (2, 0)
    after = imports.records()
    assert {name for name in before if before[name] != after[name]} <= {"saved_mapping"}


def test_next_weeks_file_takes_two_clicks_and_shows_only_what_differs(imports: Importing) -> None:
    imports.imported(TABLE, source="CRM")
    url = imports.understood("\n".join(TABLE.replace("Web", "Fair & Co").splitlines()[:2]) + "\n")

    tried = unescaped(imports.browser.get(url).text)
    assert "What differs" in tried
    assert "<td>source</td><td>Web</td><td>Fair & Co</td>" in tried
    assert "1 record of earlier files is no longer in leads.csv. What does that mean?" in tried
    refused = imports.browser.post(f"{url}/run", {})
    assert refused.status_code == 422
    done = imports.post(f"{url}/run", vanished="gone").text
    assert "1 record that the file no longer has was marked as gone." in done
    page = imports.browser.get("/people").text
    assert "Ada Lovelace" in page
    assert "Grace Hopper" not in page
    assert "Gone from its source since" in imports.browser.get("/people/2").text

    assert "Kept for the next files" in imports.post(f"{url}/meaning", vanished="part").text
    back = imports.understood(TABLE)
    assert "What does that mean?" not in imports.browser.get(back).text
    imports.post(f"{back}/run")
    assert "Grace Hopper" in imports.browser.get("/people").text


def test_deals_are_imported_with_their_stages(imports: Importing) -> None:
    table = "Deal ID,Deal Name,Stage,Amount\nd1,Rope,Closed Won,1200.50\nd2,Sail,Negotiation,80\n"
    imports.imported(table, "deals.csv", "deals", currency="eur")

    page = imports.browser.get("/deals").text
    assert "Rope" in page
    assert "1,200.50" in page


def test_the_dry_run_can_be_taken_back_to_the_mapping(imports: Importing) -> None:
    url = imports.understood(TABLE)
    imports.post(f"{url}/mapping")

    assert "How it is mapped" in imports.post(f"{url}/correction").text


def test_the_rejected_rows_are_shown_and_downloaded_to_be_mended(imports: Importing) -> None:
    url = imports.imported(TABLE + ",=1+1,No Id,n@example.com,Web,2026-01-01,1\n")

    page = imports.browser.get(url).text
    assert "Download all 1 as CSV" in page
    answer = imports.browser.get(f"{url}/rejects.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejects-1.csv"'
    head, row = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert head.startswith("Row,Reason,Id,First Name")
    assert row.startswith("4,")
    assert ",'=1+1,No Id," in row


def test_the_mapping_is_downloaded_for_the_command_line(imports: Importing) -> None:
    url = imports.imported(TABLE)

    found = imports.browser.get(f"{url}/mapping.json").get_json()

    assert (found["kind"], found["source"], found["id_columns"]) == ("people", "leads", ["Id"])


def test_a_discarded_upload_leaves_no_file(imports: Importing) -> None:
    url = imports.understood(TABLE)
    assert len(imports.files()) == 1

    page = imports.post(f"{url}/discard").text

    assert "leads.csv is discarded; nothing of it was imported." in page
    assert "This upload was discarded" in imports.browser.get(url).text
    assert imports.files() == []
    assert imports.browser.post(f"{url}/run").status_code == 409


def test_a_file_is_read_otherwise(imports: Importing) -> None:
    url = imports.understood("Id|Name;x\n1|Ada;y\n2|Bob;z\n")
    page = imports.post(f"{url}/reading", separator="bar").text
    assert "cells separated by bars" in page

    page = imports.post(f"{url}/reading", separator="semicolon", header="0").text
    assert "3 rows of 2 columns" in page
    assert len(imports.files()) == 1


def test_a_file_that_cannot_be_read_so_says_why_and_is_still_there(imports: Importing) -> None:
    url = imports.understood(TABLE)

    page = imports.post(f"{url}/reading", encoding="utf-16").text

    assert "The file is not written in utf-16 throughout" in page
    assert "How it is mapped" in page
    assert len(imports.files()) == 1


def test_a_natural_key_is_declared_and_kept(imports: Importing) -> None:
    table = "Town,Street,Visits\nUlm,Hafen 1,3\nUlm,Hafen 2,4\n"
    url = imports.understood(table, "houses.csv")

    page = imports.post(f"{url}/mapping", id_columns=["Town", "Street"], source="Houses").text
    assert "What importing would do" in page
    imports.post(f"{url}/correction")
    assert "Town + Street stand for an id" in imports.browser.get(url).text
    imports.post(f"{url}/mapping", **chosen(imports.browser.get(url).text))
    imports.post(f"{url}/run")

    assert (imports.row().created, imports.row().rejected) == (2, 0)


def chosen(page: str) -> dict[str, Any]:
    """What the id's part of the mapping form sends as it stands."""
    select = page.partition('name="id_columns"')[2].partition("</select>")[0]
    first = re.findall(r'<option value="([^"]*)" selected', select)
    ticked = re.findall(r'name="id_columns" value="([^"]*)" checked', page)
    return {"id_columns": first + ticked}


# With and without htmx, and polling.


def test_each_step_answers_htmx_with_the_part_that_changed(imports: Importing) -> None:
    url = imports.understood(TABLE)

    for step, title in (("mapping", "Trying what importing would do"), ("run", "Importing")):
        part = imports.browser.htmx(f"{url}/{step}", {}).text
        assert "<html" not in part
        assert part.count('id="work"') == 1
        assert title in part
        assert POLLS in part
        imports.work()

    assert "What the import did" in imports.browser.htmx(url).text


def test_the_page_polls_only_while_a_job_works(imports: Importing) -> None:
    url = imports.upload(TABLE).headers["Location"]
    polls = [POLLS in imports.browser.htmx(url).text]
    for step in ("", "mapping", "run"):
        if step:
            imports.browser.post(f"{url}/{step}")
            polls.append(POLLS in imports.browser.htmx(url).text)
        imports.work()
        polls.append(POLLS in imports.browser.htmx(url).text)

    assert polls == [True, False, True, False, True, False]


def test_a_cancelled_job_ends_the_polling_and_leaves_the_import_open(imports: Importing) -> None:
    url = imports.understood(TABLE)
    imports.browser.post(f"{url}/mapping")
    with imports.database.transaction() as session:
        jobs.cancel(session, imports.row().job_id, by=None, at=now())

    part = imports.browser.htmx(url).text
    assert POLLS not in part
    assert "Its job was cancelled." in part
    assert "Nothing of the file was imported." in part
    imports.post(f"{url}/mapping")
    assert "What the import did" in imports.post(f"{url}/run").text


def test_a_cancelled_look_into_a_file_can_be_discarded(imports: Importing) -> None:
    url = imports.upload(TABLE).headers["Location"]
    with imports.database.transaction() as session:
        jobs.cancel(session, imports.row().job_id, by=None, at=now())

    assert "Choose another file" in imports.browser.get(url).text
    imports.post(f"{url}/discard")
    assert imports.files() == []


def test_an_import_stopped_half_way_says_how_far_it_is_and_goes_on(imports: Importing) -> None:
    url = imports.understood(TABLE)
    imports.browser.post(f"{url}/run")
    with imports.database.transaction() as session:
        job = claims.claim(session, imports.row().job_id, token="t", at=now())
        claims.fail(session, job.id, token="t", reason="It took too long.", at=now())
        found = session.merge(imports.row())
        found.next_part, found.created = 1, 1

    page = imports.browser.get(url).text
    assert "It took too long." in page
    assert "1 row of 2 are in." in page
    assert "How it is mapped" not in page
    assert imports.browser.post(f"{url}/discard").status_code == 409


def test_a_job_of_an_import_that_went_another_way_does_nothing(imports: Importing) -> None:
    url = imports.understood(TABLE)
    imports.browser.post(f"{url}/mapping")
    old = imports.row().job_id
    with imports.database.transaction() as session:
        jobs.cancel(session, old, by=None, at=now())
    imports.post(f"{url}/run")
    with imports.database.transaction() as session:
        jobs.retry(session, old, by=None, at=now())
    imports.work()

    assert imports.row().state == "done"
    with imports.database.reading() as session:
        assert jobs.get(session, old).reason == (
            "This import went on without this job. Its page says where it is now."
        )


# What is refused.


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(imports: Importing, bad: BadFile) -> None:
    before = imports.records()

    url = imports.understood(bad.content, bad.name)

    page = imports.browser.get(url).text
    assert bad.says in unescaped(page)
    assert "Nothing of the file was imported." in page
    assert POLLS not in page
    assert imports.records() == before
    assert imports.files() == []
    for step in ("mapping", "run", "reading"):
        assert imports.browser.post(f"{url}/{step}").status_code == 409
    for download in ("rejects.csv", "mapping.json"):
        assert imports.browser.get(f"{url}/{download}").status_code == 409
    assert imports.browser.get("/imports").status_code == 200


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_an_odd_file_goes_in_once_its_oddity_was_said(imports: Importing, odd: BadFile) -> None:
    url = imports.understood(odd.content, odd.name)
    assert odd.says in unescaped(imports.browser.get(url).text)

    imports.post(f"{url}/mapping", id_columns=imports.row().understood["layout"]["names"][0])
    imports.post(f"{url}/run")

    assert imports.row().state == "done"
    assert imports.row().created + imports.row().rejected == imports.row().rows > 1
    assert imports.row().rejected == (odd.name == "no_date.csv")
    assert imports.browser.get("/people/export.csv").status_code == 200


def test_a_formula_in_a_cell_is_text_wherever_it_comes_out(imports: Importing) -> None:
    formula = '=HYPERLINK("http://example.com")'
    quoted = formula.replace('"', '""')
    imports.imported(TABLE.replace("Lovelace", f'"{quoted}"').replace("Ada,", ","))

    export = imports.browser.get("/people/export.csv").get_data(as_text=True)
    assert f'"\'{quoted}"' in export
    assert f',"{quoted}"' not in export


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"kind": "people"}, "Choose a file to import: CSV or XLSX, several of them, or a zip archive."),
        ({"kind": "people", "file": b""}, "The file is empty. Export it again"),
        ({"kind": "sheep", "file": TABLE.encode()}, "Choose one of these."),
    ],
    ids=["no file", "empty file", "unknown kind"],
)
def test_an_upload_that_is_none_shows_its_form_again(
    imports: Importing, form: dict[str, Any], says: str
) -> None:
    import io

    sent = {
        name: (io.BytesIO(value), "leads.csv") if name == "file" else value for name, value in form.items()
    }
    before = imports.records()

    answer = imports.browser.post("/imports", sent)

    assert answer.status_code == 422
    assert says in answer.text
    assert 'type="file"' in answer.text
    assert imports.records() == before
    assert imports.files() == []
    assert "No imports yet" in imports.browser.get("/imports").text


def test_a_file_over_the_limit_is_refused_and_nothing_is_kept(imports: Importing) -> None:
    answer = imports.upload(TABLE + "x" * ((1 << 20) - len(TABLE) + 1))

    assert answer.status_code == 413
    assert "The file is larger than 1 MiB. Import it through the command line." in answer.text
    assert imports.files() == []
    assert "No imports yet" in imports.browser.get("/imports").text


def test_a_file_far_over_the_limit_is_not_even_read(imports: Importing) -> None:
    body = b"x" * (3 << 20)

    answer = imports.browser.client.post(
        "/imports", data=body, content_type="multipart/form-data; boundary=x"
    )

    assert answer.status_code == 413
    assert "Send a smaller file, or import it on the command line with portal import." in answer.text
    assert imports.files() == []
    assert "No imports yet" in imports.browser.get("/imports").text


def test_a_database_that_fails_leaves_no_file(imports: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("routes.imports.imports.upload", fail)

    assert imports.upload(TABLE).status_code == 500
    assert imports.files() == []


def test_an_import_that_is_not_there_is_not_found(imports: Importing) -> None:
    assert imports.browser.get("/imports/4711").status_code == 404
    assert imports.browser.post("/imports/4711/run").status_code == 404


def test_a_mapping_that_cannot_work_is_shown_again_as_it_was_left(imports: Importing) -> None:
    url = imports.understood(TABLE)

    answer = imports.browser.post(
        f"{url}/mapping", {"id_columns": "Email", "to-4": "ignore", "kind-6": "category", "time_zone": "Mars"}
    )

    assert answer.status_code == 422
    assert "an e-mail address is no id" in answer.text
    rows = answer.text.partition("<tbody>")[2].split("</tr>")
    assert '<option value="ignore" selected>' in rows[4]
    assert "<option selected>category</option>" in rows[6]
    assert 'value="Mars"' in answer.text
    assert imports.row().mapping["id_columns"] == ["Id"]


@pytest.mark.parametrize(
    "forged",
    [{"kind-0": "banana"}, {"order-5": "ymd"}, {"decimal-6": "x"}, {"to-0": "stage"}, {"currency": "Euro"}],
)
def test_a_choice_that_was_not_offered_is_refused(imports: Importing, forged: dict[str, str]) -> None:
    url = imports.understood(TABLE)
    before = imports.row().mapping

    assert imports.browser.post(f"{url}/mapping", forged).status_code == 422
    assert imports.row().mapping == before


# The list.


def test_the_list_costs_the_same_for_many_imports(imports: Importing, count_queries: Counting) -> None:
    costs = []
    for _ in range(2):
        for _ in range(3):
            imports.upload(TABLE)
        with count_queries() as queries:
            imports.browser.get("/imports")
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 12


def test_a_page_of_an_import_costs_a_dozen_queries_at_most(
    imports: Importing, count_queries: Counting
) -> None:
    url = imports.understood(workbook(*(line.split(",") for line in TABLE.splitlines())), "leads.xlsx")
    with count_queries() as queries:
        imports.browser.get(url)

    assert len(queries) <= 12


def figures(page: str) -> list[str]:
    return re.findall(r'<dd class="figure">([^<]*)</dd>', page)


def unescaped(page: str) -> str:
    from html import unescape

    return unescape(page)


# Undone again.


def test_an_import_is_undone_after_a_look_at_what_goes(imports: Importing) -> None:
    imports.imported(TABLE)
    assert 'href="/imports/1/undoing"' in imports.browser.get("/imports/1").text
    asked = " ".join(imports.browser.get("/imports/1/undoing").text.split())
    assert "2 people that it brought are removed." in asked
    assert "It changed no record that was there before." in asked

    done = imports.post("/imports/1/undoing").text
    assert "nothing of the file is here any more" in done
    assert imports.records()["person"] == []
    assert "undid the import of" in imports.browser.get("/activity").text
    assert "Grace Hopper" not in imports.browser.get("/people").text


def test_an_import_that_was_built_on_says_by_what_instead(imports: Importing) -> None:
    imports.imported(TABLE)
    imports.imported(TABLE)
    asked = imports.browser.get("/imports/1/undoing").text
    assert "brought 2 of its records again since; undo that one first." in asked
    assert '<button class="danger">' not in asked
    assert imports.browser.post("/imports/1/undoing", {}).status_code == 409
