"""`portal bench` prints what it measured; how long things take decides no test."""

import csv
import json
import shutil

import pytest
from click.testing import CliRunner

from benchmarks import leads
from benchmarks.catalogue import BENCHES
from cli import portal

KEYS = {"name", "seconds", "reference_seconds", "ratio", "rows", "peak_mib"}


def bench(name: str, rows: int = 300) -> dict:
    result = CliRunner().invoke(
        portal, ["bench", name, "--rows", str(rows), "--rounds", "1", "--json"], catch_exceptions=False
    )
    assert result.exit_code == 0
    return json.loads(result.stdout)


def check(found: dict, name: str, rows: int = 300) -> None:
    assert found.keys() >= KEYS
    assert (found["name"], found["rows"]) == (name, rows)
    assert found["seconds"] > 0 < found["reference_seconds"]
    assert found["peak_mib"] > 0


def test_every_benchmark_that_is_promised_is_there():
    assert set(BENCHES) == {
        "scorer", "training", "report", "import-sqlite", "import-postgresql", "columns", "score-sqlite",
        "score-postgresql", "list", "judge-sqlite", "judge-postgresql",
    }  # fmt: skip


def test_a_benchmark_is_asked_for_by_a_name_that_exists():
    result = CliRunner().invoke(portal, ["bench", "everything"])
    assert result.exit_code == 2
    assert "'import-sqlite'" in result.output


def test_the_report_is_measured():
    check(bench("report", rows=2), "report", rows=2)


@pytest.mark.parametrize("name", ["scorer", "import-sqlite", "columns", "score-sqlite"])
def test_it_prints_what_it_measured(name):
    rows = 3_000 if name == "scorer" else 300
    check(bench(name, rows), name, rows)


def test_without_the_command_of_sqlite_python_is_the_reference(monkeypatch):
    with_command = bench("import-sqlite") if shutil.which("sqlite3") else None
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert bench("import-sqlite")["reference"] == (
        "csv.reader and executemany of Python, as there is no sqlite3 command here, unvalidated"
    )
    assert with_command is None or with_command["reference"] == "sqlite3 .import, unvalidated"


@pytest.mark.parametrize("name", ["import-postgresql", "score-postgresql"])
def test_it_measures_postgresql_too(name, postgresql_server, monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", postgresql_server.replace("+psycopg", ""))
    check(bench(name), name)


def test_the_list_is_measured_on_a_server_of_its_own(monkeypatch):
    monkeypatch.setattr("benchmarks.listing.REQUESTS", 40)
    found = bench("list")
    check(found, "list")
    assert found["ratio"] == pytest.approx(found["reference_seconds"] / found["seconds"], rel=0.01)


@pytest.mark.slow
def test_training_is_measured():
    check(bench("training", rows=3_000), "training", rows=3_000)


def test_a_file_of_leads_is_the_same_each_time(tmp_path):
    for name in ("one.csv", "two.csv"):
        leads.write(tmp_path / name, 50)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_leads_have_thirty_columns_and_numbers_that_go_on(tmp_path):
    leads.write(tmp_path / "leads.csv", 3, first=7)
    with (tmp_path / "leads.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row[leads.ID_COLUMN] for row in rows] == ["L000000007", "L000000008", "L000000009"]
    assert {len(row) for row in rows} == {30}
