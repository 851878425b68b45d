"""`portal report roi` as a person or a script types it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader
from sqlmodel import select

import commands
from cli import portal
from portal import migrating
from portal.db import Database
from portal.jobs import Job
from portal.settings import Settings
from reports import pdf
from tests.portal.roi_company import settle

QUARTER = ("--from", "2026-01-01", "--to", "2026-03-31")


@pytest.fixture
def portal_at_home(tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A portal in the test's own folder, with a quarter to report; jobs are done here, at once."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("workers.inline.OURS_AFTER_SECONDS", 0.0)
    database = Database(Settings(data_dir=tmp_path).engine_url)
    migrating.upgrade(database)
    settle(database, at)
    yield database
    database.dispose()


def report(*arguments: str) -> Result:
    return CliRunner().invoke(portal, ["report", "roi", *QUARTER, *arguments])


def refusal(result: Result) -> str | None:
    return commands.sentence(result.exception) if result.exception else None


@pytest.mark.usefixtures("portal_at_home")
def test_it_writes_the_pdf_and_prints_its_figures(tmp_path: Path) -> None:
    out = tmp_path / "roi.pdf"
    result = report("--out", str(out), "--wait", "--json")
    told = json.loads(result.stdout)

    assert result.exit_code == 0
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (told["currency"], told["draft"], told["out"]) == ("EUR", True, str(out))
    roi = next(figure for figure in told["figures"] if figure["key"] == "roi")
    assert (roi["value"], roi["shown"], roi["unit"]) == ("1.500000", "150.0%", "rate")
    assert "150.0%" in PdfReader(BytesIO(out.read_bytes())).pages[0].extract_text()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.usefixtures("portal_at_home")
def test_without_a_file_it_says_where_the_report_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "render", lambda _html: b"%PDF")

    assert report("--currency", "usd").stdout == (
        "Report 1, 2026-01-01 to 2026-03-31 in USD: it can be downloaded in the portal.\n"
    )


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("nowhere/roi.pdf", "There is no folder"),
        (".", "is a folder. Name a file in it"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_made(
    portal_at_home: Database, tmp_path: Path, out: str, sentence: str
) -> None:
    result = report("--out", str(tmp_path / out))
    with portal_at_home.reading() as session:
        jobs = session.exec(select(Job)).all()

    assert sentence in str(refusal(result))
    assert list(jobs) == []


@pytest.mark.usefixtures("portal_at_home")
def test_a_report_that_fails_leaves_the_file_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_html: str) -> bytes:
        raise pdf.MissingLibraryError("PDFs need Pango.")

    monkeypatch.setattr(pdf, "render", missing)
    out = tmp_path / "roi.pdf"
    out.write_text("last quarter's")
    result = report("--out", str(out))

    assert refusal(result) == "PDFs need Pango."
    assert out.read_text() == "last quarter's"


@pytest.mark.usefixtures("portal_at_home")
def test_a_period_or_day_that_cannot_be_is_refused() -> None:
    backwards = CliRunner().invoke(portal, ["report", "roi", "--from", "2026-02-01", "--to", "2026-01-01"])
    no_day = CliRunner().invoke(portal, ["report", "roi", "--from", "January", "--to", "2026-01-01"])

    assert "ends before it begins" in str(refusal(backwards))
    assert no_day.exit_code == 2
