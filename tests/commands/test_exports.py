"""`portal export` as a person or a script types it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

import commands
from cli import portal
from portal import migrating
from portal.db import Database
from portal.settings import Settings
from tests.portal.exports.cast import ADA, ADA_WHOLE, BOB, know, score
from tests.portal.models.crowd import AT


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A portal in the test's own folder with three people, two of whom `crm` knows; jobs are done here, at once."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("workers.inline.OURS_AFTER_SECONDS", 0.0)
    database = Database(Settings(data_dir=tmp_path).engine_url)
    migrating.upgrade(database)
    ada, bob, eve = know(database, AT, {"Ada": ADA, "Bob": BOB, "Eve": None})
    score(database, AT, {ada: (1, 0.75, 1), bob: (2, 0.5, 2), eve: (3, 0.25, 20)})
    yield database
    database.dispose()


def export(*arguments: str) -> Result:
    return CliRunner().invoke(portal, ["export", *arguments])


def told(*arguments: str) -> dict:
    result = export(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


SALESFORCE = ("people", "--layout", "salesforce", "--source", "crm")


def test_people_go_back_by_their_own_ids_and_only_once(tmp_path: Path) -> None:
    out = tmp_path / "people.csv"
    counted = told(*SALESFORCE, "--dry-run")
    first = told(*SALESFORCE, "--out", str(out))

    assert (counted["rows"], counted["sha256"], counted["out"]) == (2, None, None)
    assert (first["rows"], first["left_out"], first["out"]) == (2, 1, str(out))
    assert first["left_out_because"] == {"unknown to the source": 1}
    assert first["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert out.read_bytes().decode().splitlines() == [
        "Id,Concord_Rank__c,Concord_Group__c,Concord_Propensity__c",
        f"{ADA_WHOLE},1,1,0.75",
        f"{BOB},2,2,0.5",
    ]
    assert told(*SALESFORCE, "--out", str(out))["rows"] == 0
    assert told(*SALESFORCE, "--out", str(out), "--all")["rows"] == 2
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_columns_are_named_and_remembered(tmp_path: Path) -> None:
    out = tmp_path / "people.csv"
    told(*SALESFORCE, "--columns", "group=Grade__c", "--out", str(out))
    told(*SALESFORCE, "--out", str(out), "--all")

    assert out.read_text().splitlines()[0] == "Id,Grade__c"


def test_analysts_get_scores_and_wide_rows(tmp_path: Path) -> None:
    wide, scores = tmp_path / "wide.parquet", tmp_path / "scores.csv"

    assert told("wide", "--level", "person", "--out", str(wide))["rows"] == 3
    assert told("scores", "--run", "1", "--out", str(scores))["rows"] == 3
    assert pl.read_parquet(wide).get_column("crm id").to_list() == [ADA, BOB, None]
    assert pl.read_csv(scores).get_column("group").to_list() == [1, 2, 20]


def test_a_list_is_told_in_a_sentence(tmp_path: Path) -> None:
    out = tmp_path / "people.xlsx"

    assert export("list", "people", "--out", str(out)).stdout == f"3 rows written to {out}.\n"
    assert out.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("people", "--layout", "salesforce", "--source", "erp", "--dry-run"), "Use one of crm."),
        (("scores", "--run", "9", "--out", "scores.csv"), "There is no run 9."),
        (("list", "people", "--out", "no/such/folder/people.csv"), "There is no folder"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], sentence: str) -> None:
    result = export(*arguments)

    assert result.exception is not None
    assert sentence in (commands.sentence(result.exception) or "")


@pytest.mark.parametrize(
    "arguments",
    [
        SALESFORCE,
        (*SALESFORCE, "--columns", "rank", "--dry-run"),
        ("wide", "--level", "person", "--out", "rows.txt"),
        ("list", "luck", "--out", "luck.csv"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert export(*arguments).exit_code == 2
