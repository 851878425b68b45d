"""The report's job, from rows to the PDF that finance gets."""

import hashlib
import re
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select

from portal import reports
from portal.db import Database
from portal.jobs import Job
from portal.reports import Report
from portal.settings import Settings
from reports import pdf
from tests.portal.roi_company import add_win, ask, pay, settle
from workers import inline
from workers import reports as job


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """The report's data is read at the test's time."""
    monkeypatch.setattr(job, "now", lambda: at)


@pytest.fixture
def unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures only: the pages are not set."""
    monkeypatch.setattr(pdf, "render", lambda html: html.encode())


def made(database: Database, settings: Settings, at: datetime, **given: Any) -> tuple[Report, bytes]:
    asked = ask(database, at, **given)
    inline.run_all(database, settings)
    with database.reading() as session:
        return reports.get(session, asked.id), reports.pdf(session, asked.id)


def stated(report: Report) -> dict[str, str]:
    return {figure["key"]: figure["shown"].replace("\N{NO-BREAK SPACE}", " ") for figure in report.figures}


def words(document: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)
    return re.sub(r"\s+", " ", text)


@pytest.mark.usefixtures("unprinted")
def test_the_figures_are_those_of_the_quarter(database: Database, settings: Settings, at: datetime) -> None:
    settle(database, at)
    report, _ = made(database, settings, at)
    figures = stated(report)

    assert report.state == "done"
    assert {key: figures[key] for key in ("spend", "sourced_revenue", "revenue", "net_return", "roi")} == {
        "spend": "EUR 1,000.00",
        "sourced_revenue": "EUR 2,500.00",
        "revenue": "EUR 3,200.00",
        "net_return": "EUR 1,500.00",
        "roi": "150.0%",
    }
    assert [figures[f"reached_{number}"] for number in range(6)] == ["3", "2", "2", "2", "2", "2"]


@pytest.mark.usefixtures("unprinted")
def test_every_figure_is_kept_with_what_it_rests_on(
    sqlite: Database, settings: Settings, at: datetime
) -> None:
    settle(sqlite, at)
    report, _ = made(sqlite, settings, at)
    roi = next(figure for figure in report.figures if figure["key"] == "roi")

    assert roi == {
        "key": "roi",
        "name": "Return on marketing investment (ROI)",
        "value": "1.500000",
        "unit": "rate",
        "shown": "150.0%",
        "shown_interval": "",
        "interval": None,
        "basis": [
            "Marketing-sourced, version 1 (provisional, unsigned)",
            "Customer, version 1 (provisional, unsigned)",
        ],
        "provisional": True,
        "digest": report.data_digest,
        "query": "(Marketing-sourced revenue, less marketing spend) divided by marketing spend.",
        "why_missing": None,
        "note": "",
    }


def test_the_pdf_says_what_finance_asks(
    sqlite: Database, settings: Settings, at: datetime, frozen: None
) -> None:
    settle(sqlite, at)
    settings = settings.model_copy(update={"company": "Maven Machines"})
    report, document = made(sqlite, settings, at)
    reader, text = PdfReader(BytesIO(document)), words(document)

    assert hashlib.sha256(document).hexdigest() == report.sha256
    assert "Maven Machines" in text
    assert "EUR 2,500.00" in text
    assert "150.0%" in text
    assert "2 March 2026, 09:30 UTC" in text
    assert "Marketing-sourced v1 provisional, unsigned" in text
    assert "Inbound request on 2026-01-10, before the deal was opened" in text
    assert report.data_digest in text.replace(" ", "")
    for number, page in enumerate(reader.pages, 1):
        printed = re.sub(r"\s+", " ", page.extract_text())
        assert f"Page {number} of {len(reader.pages)}" in printed
        assert "DRAFT" in printed


def test_the_same_data_gives_the_same_bytes_on_either_database(
    sqlite: Database, postgresql: Database, settings: Settings, at: datetime, frozen: None
) -> None:
    documents = []
    for database in (sqlite, postgresql):
        settle(database, at)
        documents.append(made(database, settings, at)[1])

    assert documents[0] == documents[1]


@pytest.mark.usefixtures("unprinted")
def test_data_is_as_of_the_moment_it_was_read(sqlite: Database, settings: Settings, at: datetime) -> None:
    settle(sqlite, at)
    asked = ask(sqlite, at)
    with sqlite.transaction() as session:
        pay(session, at, "3000")
    inline.run_all(sqlite, settings)
    with sqlite.reading() as session:
        report = reports.get(session, asked.id)

    assert stated(report)["spend"] == "EUR 3,000.00"
    assert report.as_of > asked.as_of


@pytest.mark.usefixtures("unprinted")
def test_without_spend_the_report_says_so(database: Database, settings: Settings, at: datetime) -> None:
    settle(database, at, spent="")
    report, page = made(database, settings, at)

    assert stated(report)["spend"] == "No spend recorded for the period."
    assert stated(report)["sourced_revenue"] == "EUR 2,500.00"
    assert "ROI cannot be computed" in stated(report)["roi"]
    assert b"ROI cannot be computed" in page


@pytest.mark.usefixtures("unprinted")
def test_other_currencies_are_told_apart_and_never_added(
    database: Database, settings: Settings, at: datetime
) -> None:
    settle(database, at)
    with database.transaction() as session:
        pay(session, at, "7", currency="USD")
        add_win(session, at, person_id=1, amount=Decimal(40), currency="USD")
    euro, dollar = (made(database, settings, at, currency=code)[0] for code in ("EUR", "USD"))

    assert (stated(euro)["spend"], stated(dollar)["spend"]) == ("EUR 1,000.00", "USD 7.00")
    assert (stated(euro)["revenue"], stated(dollar)["revenue"]) == ("EUR 3,200.00", "USD 40.00")
    assert "no exchange rate is agreed" in stated(euro)["roi"]
    notes = {figure["note"].replace("\N{NO-BREAK SPACE}", " ") for figure in euro.figures}
    assert "Leaves out USD 7.00: other currencies are not converted." in notes


@pytest.mark.usefixtures("unprinted")
def test_wins_that_no_sum_holds_are_counted(database: Database, settings: Settings, at: datetime) -> None:
    settle(database, at)
    with database.transaction() as session:
        add_win(session, at, closed_at=None, amount=Decimal(5))
        add_win(session, at, amount=None)
        add_win(session, at, amount=None)
    figures = stated(made(database, settings, at)[0])

    assert (figures["undated_wins"], figures["unpriced_wins"]) == ("1", "2")
    assert figures["revenue"] == "EUR 3,200.00"


def test_a_machine_without_pango_is_told_what_to_install(
    sqlite: Database, settings: Settings, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_html: str) -> bytes:
        raise pdf.MissingLibraryError("PDFs need Pango. Install it: apt install libpango-1.0-0.")

    settle(sqlite, at)
    monkeypatch.setattr(pdf, "render", missing)
    asked = ask(sqlite, at)
    inline.run_all(sqlite, settings)
    with sqlite.reading() as session:
        failed = session.exec(select(Job)).one()
        state = reports.shown(session, asked.id).state

    assert (state, failed.attempt) == ("failed", 1)
    assert failed.reason == "PDFs need Pango. Install it: apt install libpango-1.0-0."
