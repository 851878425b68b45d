"""`portal import export`: a whole export from the console."""

import json
from pathlib import Path

import pytest

from tests.commands.console import Portal, data_dir, portal
from tests.portal.imports.exports import EXPORT
from tests.workers.test_deliveries import packed

__all__ = ["data_dir", "portal"]

FILES = {
    "Account.csv": EXPORT["companies"],
    "Contact.csv": EXPORT["contacts"],
    "about.csv": "Table,Field\nx,y\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "CRM"
    found.mkdir()
    for name, content in FILES.items():
        (found / name).write_text(content)
    return found


def test_files_go_in_together_and_each_is_counted(portal: Portal, folder: Path) -> None:
    said = portal("import", "export", *sorted(folder.iterdir()), "--json")

    assert (said.code, said.err) == (0, "")
    assert (said.json["source"], said.json["rows"], said.json["created"]) == ("CRM", 5, 5)
    assert [(one["file"], one["kind"], one["created"]) for one in said.json["files"]] == [
        ("Account.csv", "companies", 2),
        ("Contact.csv", "people", 3),
    ]
    assert [one["file"] for one in said.json["left_out"]] == ["about.csv"]

    again = portal("import", "export", *sorted(folder.iterdir())).out.splitlines()
    assert again[0] == "Account.csv: 2 rows, 0 created, 0 updated, 2 unchanged, 0 rejected."
    assert again[2].startswith("about.csv does not go in. Nothing tells which records it holds")
    assert again[-1] == "Together: 5 rows, 0 created, 0 updated, 5 unchanged, 0 rejected."


def test_an_archive_is_tried_with_the_mappings_given(portal: Portal, tmp_path: Path) -> None:
    archive, mappings = tmp_path / "week.zip", tmp_path / "mappings.json"
    archive.write_bytes(
        packed({"things.csv": "No,Label\n1,Ada\n", "leads.csv": "First Name,Email\nA,a@x.example\n"})
    )
    columns = [{"column": "No"}, {"column": "Label", "field": "name"}]
    mappings.write_text(json.dumps({"things.csv": {"kind": "companies", "source": "S", "id_columns": ["No"], "columns": columns}}))  # fmt: skip

    said = portal("import", "export", archive, "--mapping", mappings, "--source", "S", "--dry-run", "--json")

    assert [(one["file"], one["kind"], one["created"]) for one in said.json["files"]] == [
        ("things.csv", "companies", 1)
    ]
    assert said.json["left_out"][0]["file"] == "leads.csv"
    assert said.json["left_out"][0]["why"].startswith(
        "Choose the column with the id that S gives each person."
    )


def test_an_archive_that_is_refused_leaves_nothing(portal: Portal, tmp_path: Path, data_dir: Path) -> None:
    archive = tmp_path / "week.zip"
    archive.write_bytes(packed({"inner.zip": b"PK"}))

    said = portal("import", "export", archive)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("The archive holds another archive (inner.zip)")
    assert [path for path in (data_dir / "files").rglob("*") if path.is_file()] == []


@pytest.mark.shared
def test_salesforces_samples_give_what_they_hold_or_a_sentence(portal: Portal, shared: Path) -> None:
    samples = sorted((shared / "salesforce_dataloader/testfiles").glob("*.csv"))
    said = portal("import", "export", *samples, "--source", "Salesforce", "--json")

    assert said.code == 0
    assert {one["file"] for one in said.json["files"]} | {one["file"] for one in said.json["left_out"]} == {
        path.name for path in samples
    }
    assert all(one["why"].endswith(".") for one in said.json["left_out"])
    assert all(one["created"] + one["updated"] + one["unchanged"] + one["rejected"] == one["rows"] for one in said.json["files"])  # fmt: skip
    assert said.json["created"] > 0
