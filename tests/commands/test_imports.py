"""`portal import`: one object for a script, a sentence for a person, and bad files leave nothing behind."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from portal.db import Database
from tests.commands.console import Portal, data_dir, database_of, portal
from tests.portal.imports.bad_files import ODD, REFUSED, TABLE, BadFile
from tests.routes.importing import RECORDS

__all__ = ["data_dir", "portal"]


@pytest.fixture
def database(data_dir: Path) -> Iterator[Database]:
    found = database_of(data_dir)
    yield found
    found.dispose()


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(TABLE)
    return path


def records(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        read = session.connection().execute
        return {name: [tuple(row) for row in read(text(f"SELECT * FROM {name}"))] for name in RECORDS}


def kept(data_dir: Path) -> list[str]:
    return [path.name for path in (data_dir / "files").rglob("*") if path.is_file()]


def test_a_file_is_imported_and_told_in_a_sentence(portal: Portal, leads: Path) -> None:
    said = portal("import", "people", leads)

    assert said.code == 0
    assert said.out == "leads.csv: 2 rows, 2 created, 0 updated, 0 unchanged, 0 rejected.\n"
    assert said.err == ""


def test_a_script_gets_one_object_and_nothing_else(portal: Portal, leads: Path) -> None:
    said = portal("import", "people", leads, "--json")

    assert (said.code, said.err) == (0, "")
    assert said.json == {
        "file": "leads.csv",
        "import": 1,
        "source": "leads",
        "rows": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "rejects": None,
    }


def test_the_same_file_again_changes_nothing(portal: Portal, leads: Path) -> None:
    portal("import", "people", leads)
    assert portal("import", "people", leads, "--json").json["unchanged"] == 2


def test_several_files_are_added_up(portal: Portal, leads: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text(TABLE.replace("\n1,", "\n3,"))

    said = portal("import", "people", leads, more, "--source", "CRM", "--json")

    assert (said.json["rows"], said.json["created"], said.json["unchanged"]) == (4, 3, 1)
    assert [one["file"] for one in said.json["files"]] == ["leads.csv", "more.csv"]


def test_a_dry_run_changes_no_record(portal: Portal, leads: Path, database: Database) -> None:
    before = records(database)

    said = portal("import", "people", leads, "--dry-run")

    assert said.out == "leads.csv: 2 rows, 2 to create, 0 to update, 0 unchanged, 0 rejected.\n"
    assert records(database) == before


def test_the_rejected_rows_are_written_with_their_reasons(portal: Portal, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(TABLE + ",No,Id,n@example.com,Web,2026-01-01,1\n")

    said = portal("import", "people", path, "--json")

    assert said.json["rejected"] == 1
    head, row = Path(said.json["rejects"]).read_text(encoding="utf-8-sig").splitlines()
    assert head.startswith("Row,Reason,Id")
    assert row.startswith("4,")


def test_a_natural_key_a_source_and_a_direction_are_said(
    portal: Portal, tmp_path: Path, database: Database
) -> None:
    path = tmp_path / "houses.csv"
    path.write_text("Town,Street,Visits\nUlm,Hafen 1,3\nUlm,Hafen 2,4\n")

    said = portal(
        "import", "people", path, "--id-column", "Town", "--id-column", "Street", "--source", "Houses",
        "--direction", "inbound", "--json",
    )  # fmt: skip

    assert (said.code, said.json["created"], said.json["source"]) == (0, 2, "Houses")
    with database.reading() as session:
        assert session.connection().execute(
            text("SELECT DISTINCT direction FROM person")
        ).scalars().all() == ["inbound"]


def test_a_mapping_that_was_exported_is_followed(
    portal: Portal, leads: Path, tmp_path: Path, database: Database
) -> None:
    mapping = {
        "kind": "people",
        "source": "Shop",
        "id_columns": ["Id"],
        "columns": [{"column": "Visits", "field": "phone", "attribute": False}],
    }
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(mapping))

    said = portal("import", "people", leads, "--mapping", path, "--json")

    assert said.json["source"] == "Shop"
    with database.reading() as session:
        assert session.connection().execute(text("SELECT phone FROM person ORDER BY id")).scalars().all() == [
            "3",
            "4",
        ]


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(
    portal: Portal, tmp_path: Path, data_dir: Path, database: Database, bad: BadFile
) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.content)
    before = records(database)

    said = portal("import", "people", path, "--json")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{bad.name}: ")
    assert bad.says in said.err
    assert said.err.count("\n") == 1
    assert records(database) == before
    assert kept(data_dir) == []


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_an_odd_file_goes_in(portal: Portal, tmp_path: Path, odd: BadFile) -> None:
    path = tmp_path / odd.name
    path.write_bytes(odd.content)
    column = "Id*Name" if odd.name == "column.csv" else "Id"

    said = portal("import", "people", path, "--id-column", column, "--json")

    assert said.code == 0
    assert said.json["created"] + said.json["rejected"] == said.json["rows"] > 1


def test_an_empty_file_is_refused(portal: Portal, tmp_path: Path, data_dir: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()

    said = portal("import", "people", path)

    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "empty.csv: The file is empty. Export it again, and look into it before you import it.\n"
    )
    assert kept(data_dir) == []


def test_a_mapping_that_cannot_work_gives_the_upload_up(
    portal: Portal, leads: Path, data_dir: Path, database: Database
) -> None:
    before = records(database)

    said = portal("import", "people", leads, "--id-column", "Email")

    assert said.code == 1
    assert "an e-mail address is no id" in said.err
    assert records(database) == before
    assert kept(data_dir) == []


def test_what_was_done_before_a_bad_file_is_said(portal: Portal, leads: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()

    said = portal("import", "people", leads, empty)

    assert said.code == 1
    assert said.err.endswith("Done before it: leads.csv.\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "mapping.json is no mapping:"),
        ('{"kind": "people", "sauce": 1}', "Export one from an import's page."),
    ],
)
def test_a_mapping_that_is_none_is_refused(
    portal: Portal, leads: Path, tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "mapping.json"
    path.write_text(content)

    said = portal("import", "people", leads, "--mapping", path)

    assert said.code == 1
    assert says in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sheep", "LEADS"], "'sheep' is not one of"),
        (["people"], "Missing argument 'FILES...'"),
        (["people", "nowhere.csv"], "File 'nowhere.csv' does not exist"),
        (["people", "LEADS", "--direction", "up"], "'up' is not one of"),
    ],
)
def test_wrong_use_is_told_apart_from_failure(
    portal: Portal, leads: Path, arguments: list[str], says: str
) -> None:
    said = portal("import", *(str(leads) if word == "LEADS" else word for word in arguments))

    assert (said.code, said.out) == (2, "")
    assert says in said.err


def test_the_console_does_the_work_at_once_when_no_worker_is_up(
    portal: Portal, leads: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("workers.inline.OURS_AFTER_SECONDS", 60.0)
    began = time.monotonic()

    assert portal("import", "people", leads).err == ""

    assert time.monotonic() - began < 20


def test_an_import_is_undone_by_its_number(portal: Portal, leads: Path, database: Database) -> None:
    portal("import", "people", leads)
    looked = portal("import", "undo", 1, "--dry-run", "--json")
    assert looked.json == {"id": 1, "removed": 2, "by_table": {"person": 2}, "put_back": 0}

    said = portal("import", "undo", 1, "--wait")
    assert (said.code, said.out) == (0, "2 removed, 0 put back as before.\n")
    assert records(database)["person"] == []
    again = portal("import", "undo", 1)
    assert (again.code, again.err) == (1, "leads.csv is undone; only what was imported can be undone.\n")
