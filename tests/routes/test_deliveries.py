"""A whole export in the browser: upload, one page for all files, a dry run, one button."""

import io
import re

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.db import Database
from portal.settings import Settings
from tests.portal.imports.exports import EXPORT
from tests.routes.conftest import Browser, Counting
from tests.routes.importing import Importing
from tests.routes.pages import check_answer
from tests.workers.test_deliveries import packed

FILES = {
    "Account.csv": EXPORT["companies"],
    "Contact.csv": EXPORT["contacts"],
    "Opportunity.csv": EXPORT["deals"],
    "about.csv": "Table,Field\nx,y\n",
}


@pytest.fixture
def imports(member: Browser, sqlite: Database, settings: Settings) -> Importing:
    return Importing(member, sqlite, settings)


def upload(imports: Importing, files: dict[str, str | bytes], **form: str) -> TestResponse:
    held = [
        FileStorage(io.BytesIO(text.encode() if isinstance(text, str) else text), name)
        for name, text in files.items()
    ]
    boundary, body = encode_multipart({"csrf_token": imports.browser.token(), "file": held, **form})
    answer = imports.browser.client.post(
        "/imports", data=body, content_type=f'multipart/form-data; boundary="{boundary}"'
    )
    check_answer(answer)
    return answer


def brought(imports: Importing, files: dict[str, str | bytes], **form: str) -> str:
    url = upload(imports, files, **form).headers["Location"]
    imports.work()
    return url


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_several_files_are_mapped_tried_and_imported_together(imports: Importing) -> None:
    url = brought(imports, FILES, source="CRM")
    page = imports.browser.get(url).text
    assert "Waits for its mapping" in page
    assert "Nothing tells which records it holds (its columns: Table, Field)." in page

    tried = words(imports.post(f"{url}/check", source="CRM").text)
    assert "What importing would do" in tried
    assert "Rows 7 To create 7" in tried
    assert "Import 3 files" in tried
    assert imports.records()["deal"] == []

    done = words(imports.post(f"{url}/run").text)
    assert "What the import did" in done
    assert "about.csv does not go in." in done
    assert len(imports.records()["deal"]) == 2


def test_next_weeks_archive_takes_two_clicks(imports: Importing) -> None:
    url = brought(imports, {"week 1.zip": packed(FILES)})
    assert "week 1" in imports.browser.get(url).text
    imports.post(f"{url}/check", source="CRM")
    imports.post(f"{url}/run")

    following = brought(imports, {"week 2.zip": packed({**FILES, "about.csv": "Table,Field\nx,z\n"})})
    assert "Import 3 files" in imports.browser.get(following).text
    assert "Rows 7 Created 0 Updated 0 Unchanged 7" in words(imports.post(f"{following}/run").text)


def test_a_file_whose_kind_is_to_be_found_out_has_a_page_to_correct_it(imports: Importing) -> None:
    url = brought(imports, {"things.csv": "No,Label\n1,Ada\n"})
    page = imports.browser.get(url).text
    assert "None of the files holds records that Concord knows." in page

    imports.post(f"{url}/check", **{"source": "List", "kind-1": "companies", "id-1": "No"})
    mapping = imports.browser.get("/imports/1").text
    assert "The whole export" in mapping
    imports.post(f"{url}/correction")
    kept = imports.browser.post("/imports/1/mapping", {"to-1": "name", "id_columns": "No", "source": "List"})
    assert kept.headers["Location"] == url
    imports.post(f"{url}/check", source="List")
    imports.post(f"{url}/run")
    assert [row[1] for row in imports.records()["company"]] == ["Ada"]


def test_a_choice_that_stops_a_file_is_said_and_nothing_goes_in(imports: Importing) -> None:
    url = brought(imports, FILES, source="CRM")

    answer = imports.browser.post(f"{url}/check", {"source": ""})
    assert answer.status_code == 422
    assert "Name the source" in answer.text
    answer = imports.browser.post(f"{url}/check", {"source": "CRM", "kind-1": "", "kind-2": "", "kind-3": ""})
    assert "No file is left to import." in answer.text


def test_an_archive_that_is_refused_says_why(imports: Importing) -> None:
    url = brought(imports, {"week.zip": packed({"../a.csv": "Id\n1\n"})})
    assert "a file that wants to lie outside of it" in imports.browser.get(url).text
    assert imports.files() == []


def test_too_many_files_are_refused_and_none_is_kept(imports: Importing) -> None:
    answer = upload(imports, {f"{number}.csv": "Id,Name\n1,A\n" for number in range(101)})
    assert answer.status_code == 413
    assert imports.files() == []


def test_a_discarded_export_leaves_no_file(imports: Importing) -> None:
    url = brought(imports, {"week.zip": packed(FILES)})
    assert "is discarded; nothing of it was imported." in imports.post(f"{url}/discard").text
    assert imports.files() == []
    assert "This export was discarded" in imports.browser.get(url).text


def test_the_page_polls_only_while_a_job_works_and_costs_the_same_for_more_files(
    imports: Importing, count_queries: Counting
) -> None:
    costs = []
    for files in ({"Account.csv": FILES["Account.csv"], "about.csv": FILES["about.csv"]}, FILES):
        url = upload(imports, files, source="CRM").headers["Location"]
        assert 'hx-trigger="every 2s"' in imports.browser.htmx(url).text
        imports.work()
        with count_queries() as queries:
            assert 'hx-trigger="every 2s"' not in imports.browser.get(url).text
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


def test_the_mappings_are_downloaded_for_the_command_line(imports: Importing) -> None:
    url = brought(imports, FILES, source="CRM")
    found = imports.browser.get(f"{url}/mappings.json").get_json()
    assert {name: each["kind"] for name, each in found.items()} == {
        "Account.csv": "companies", "Contact.csv": "people", "Opportunity.csv": "deals",
    }  # fmt: skip


def test_a_whole_export_is_undone_with_one_button(imports: Importing, count_queries: Counting) -> None:
    url = upload(imports, FILES, source="CRM").headers["Location"]
    imports.work()
    imports.post(f"{url}/run")
    assert f'href="{url}/undoing"' in imports.browser.get(url).text
    with count_queries() as queries:
        asked = " ".join(imports.browser.get(f"{url}/undoing").text.split())
    assert len(queries) <= 18
    assert "these 3 files had never been imported" in asked
    assert "3 people that it brought are removed." in asked

    done = imports.post(f"{url}/undoing").text
    assert "nothing of these files is here any more" in done
    assert [name for name in ("person", "company", "deal") if imports.records()[name]] == []
    assert imports.browser.post(f"{url}/undoing", {}).status_code == 409
