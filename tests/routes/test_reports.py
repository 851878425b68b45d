import hashlib
from datetime import datetime

import pytest
from sqlmodel import select

from portal import reports
from portal.clock import now
from portal.db import Database
from portal.jobs import Job
from portal.settings import Settings
from reports import pdf
from tests.portal.roi_company import add_win, ask, pay, settle
from tests.routes import pages
from tests.routes.conftest import Browser, Counting
from workers import inline

QUARTER = {"first_day": "2026-01-01", "last_day": "2026-03-31", "currency": "EUR"}
POLLED = 'hx-trigger="every 2s"'


@pytest.fixture(autouse=True)
def unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are not set: these tests are about what the browser gets."""
    monkeypatch.setattr(pdf, "render", lambda _html: b"%PDF-1.7 a report")


@pytest.fixture(autouse=True)
def marks_hold_tooltips(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a chart rect, path, circle and line are closed: each may hold the title that a browser shows over it."""
    monkeypatch.setattr(pages, "VOID", pages.VOID - {"path", "rect", "circle", "line"})


@pytest.fixture
def made(sqlite: Database, settings: Settings, at: datetime) -> int:
    """The number of a finished report."""
    settle(sqlite, at)
    report = ask(sqlite, at)
    inline.run_all(sqlite, settings)
    return report.id


def test_without_spend_the_empty_page_asks_for_it(member: Browser) -> None:
    page = member.get("/reports").text

    assert "No report yet" in page
    assert "no spend is recorded" in page
    assert '<a class="button main" href="/spend">Record spend</a>' in page


def test_without_a_win_that_has_a_date_it_asks_for_deals(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    with sqlite.transaction() as session:
        pay(session, at, "10")
    assert '<a class="button main" href="/imports">Import deals</a>' in member.get("/reports").text


def test_the_form_begins_with_the_last_quarter_and_offers_others(member: Browser) -> None:
    quarter, year = reports.usual_periods(now().date())[::2]
    page = member.get("/reports").text
    chosen = member.get(f"/reports?first_day={year.first_day}&last_day={year.last_day}").text

    assert f'value="{quarter.first_day}"' in page
    assert f'value="{year.first_day}"' in chosen
    assert f"first_day={year.first_day}&amp;last_day={year.last_day}" in page


def test_asking_adds_the_report_and_its_job(member: Browser, sqlite: Database, at: datetime) -> None:
    settle(sqlite, at)
    response = member.post("/reports", QUARTER)
    with sqlite.reading() as session:
        job = session.exec(select(Job)).one()

    assert (response.status_code, response.location) == (303, "/reports/1")
    assert (job.kind, job.page, job.created_by) == ("report", "/reports/1", member.user.id)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"first_day": "1 January"}, "Use a date, such as 2026-03-31."),
        ({"last_day": ""}, "Fill this in."),
        ({"last_day": "2025-12-31"}, "The period ends before it begins"),
        ({"currency": "Euro"}, "Use the form shown beside the field."),
    ],
)
def test_a_form_that_cannot_be_used_is_shown_again(
    member: Browser, typed: dict[str, str], sentence: str
) -> None:
    response = member.post("/reports", QUARTER | typed)

    assert response.status_code == 422
    assert sentence in response.text
    assert 'value="2026-01-01"' in response.text or "first_day" in typed


def test_a_page_of_a_report_asks_again_until_it_is_made(
    member: Browser, sqlite: Database, settings: Settings, at: datetime
) -> None:
    settle(sqlite, at)
    report = ask(sqlite, at)
    waiting = member.get(f"/reports/{report.id}").text
    poll = member.htmx(f"/reports/{report.id}")
    inline.run_all(sqlite, settings)
    done = member.htmx(f"/reports/{report.id}")

    assert POLLED in waiting
    assert POLLED in poll.text
    assert poll.headers["Cache-Control"] == "no-store"
    assert "<!doctype" not in poll.text
    assert POLLED not in done.text
    assert "The report is ready." in done.text
    assert "Download PDF" in done.text


def test_the_list_asks_again_while_something_is_made(
    member: Browser, sqlite: Database, settings: Settings, at: datetime
) -> None:
    settle(sqlite, at)
    ask(sqlite, at)
    before = member.get("/reports").text
    inline.run_all(sqlite, settings)
    after = member.get("/reports").text

    assert (POLLED in before, "Waiting for a worker" in before) == (True, True)
    assert (POLLED in after, "Ready" in after, "Draft" in after) == (False, True, True)


def test_a_finished_report_shows_its_figures_and_how_to_check_them(member: Browser, made: int) -> None:
    page = member.get(f"/reports/{made}").text.replace("\N{NO-BREAK SPACE}", " ")

    assert "EUR 2,500.00" in page
    assert "150.0%" in page
    assert "Marketing-sourced, version 1 (provisional, unsigned)" in page
    assert "EUR 1,500.00 is left after the spend" in page
    assert hashlib.sha256(b"%PDF-1.7 a report").hexdigest() in page.replace("<wbr>", "")
    assert "Nothing that is known" in page
    assert "</svg>" in page


def test_a_report_says_what_it_leaves_out(
    member: Browser, sqlite: Database, settings: Settings, at: datetime
) -> None:
    settle(sqlite, at)
    with sqlite.transaction() as session:
        add_win(session, at, closed_at=None)
        pay(session, at, "7", currency="USD")
    report = ask(sqlite, at)
    inline.run_all(sqlite, settings)
    page = member.get(f"/reports/{report.id}").text.replace("\N{NO-BREAK SPACE}", " ")

    assert "Won deals without a close date: 1." in page
    assert "Leaves out USD 7.00: other currencies are not converted." in page
    assert "no exchange rate is agreed" in page


def test_a_report_of_nothing_has_reasons_instead_of_numbers(
    member: Browser, sqlite: Database, settings: Settings, at: datetime
) -> None:
    settle(sqlite, at, spent="")
    report = ask(sqlite, at, currency="CHF")
    inline.run_all(sqlite, settings)
    page = member.get(f"/reports/{report.id}").text

    assert "No spend recorded for the period." in page
    assert "There is no data to draw yet." in page


def test_the_pdf_is_a_download_that_nobody_keeps(controller: Browser, made: int) -> None:
    response = controller.get(f"/reports/{made}/report.pdf")

    assert response.data == b"%PDF-1.7 a report"
    assert response.mimetype == "application/pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="roi-2026-01-01-to-2026-03-31-report-{made}.pdf"'
    )
    link = f'<a class="button main" href="/reports/{made}/report.pdf" hx-boost="false">'
    assert link in controller.get(f"/reports/{made}").text


def test_a_report_that_is_not_finished_has_no_pdf(member: Browser, sqlite: Database, at: datetime) -> None:
    settle(sqlite, at)
    report = ask(sqlite, at)

    assert member.get(f"/reports/{report.id}/report.pdf").status_code == 404
    assert member.get("/reports/99").status_code == 404


def test_a_report_that_failed_says_why_and_can_be_tried_again(
    member: Browser, sqlite: Database, settings: Settings, at: datetime
) -> None:
    settle(sqlite, at)
    report = ask(sqlite, at)
    with sqlite.transaction() as session:
        job = session.exec(select(Job)).one()
        job.state, job.reason = "failed", "PDFs need Pango."
    page = member.get(f"/reports/{report.id}").text
    again = member.post(f"/reports/{report.id}/attempts")
    twice = member.post(f"/reports/{report.id}/attempts")
    inline.run_all(sqlite, settings)

    assert "PDFs need Pango." in page
    assert POLLED not in page
    assert (again.status_code, again.location) == (303, f"/reports/{report.id}")
    assert twice.status_code == 409
    assert "Download PDF" in member.get(f"/reports/{report.id}").text


def test_many_reports_cost_the_queries_of_one(
    member: Browser, sqlite: Database, at: datetime, made: int, count_queries: Counting
) -> None:
    with count_queries() as one:
        member.get("/reports")
    for _ in range(60):
        ask(sqlite, at)
    with count_queries() as many:
        first = member.get("/reports").text
    with count_queries() as page:
        member.get(f"/reports/{made}")

    assert len(one) == len(many) <= 12
    assert len(page) <= 12
    assert 'rel="next"' in first
    assert "Newest" in member.get("/reports?before=12").text
