from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from portal import jobs, reports, spend
from portal.accounts import User
from portal.db import Database
from portal.deals import Deal
from portal.errors import Conflict, Invalid, NotFound
from portal.jobs import Job
from portal.notices import Notice
from portal.reports import Report, Shown

QUARTER = (date(2026, 1, 1), date(2026, 3, 31))


def ask(database: Database, at: datetime, **given: Any) -> Report:
    with database.transaction() as session:
        return reports.request_roi(session, *QUARTER, **({"by": None, "at": at} | given))


def shown(database: Database, report_id: int) -> Shown:
    with database.reading() as session:
        return reports.shown(session, report_id)


def test_the_usual_periods_end_before_today() -> None:
    assert [(p.name, p.first_day, p.last_day) for p in reports.usual_periods(date(2026, 11, 22))] == [
        ("Last quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("This year", date(2026, 1, 1), date(2026, 11, 22)),
        ("Last year", date(2025, 1, 1), date(2025, 12, 31)),
    ]
    assert reports.usual_periods(date(2026, 1, 1))[0].first_day == date(2025, 10, 1)


@given(st.dates(date(1971, 1, 1), date(2199, 12, 31)))
def test_the_last_quarter_is_three_whole_months_that_are_over(today: date) -> None:
    quarter = reports.usual_periods(today)[0]

    assert quarter.last_day < today
    assert (today - quarter.last_day).days <= 92
    assert (quarter.first_day.day, quarter.first_day.month % 3) == (1, 1)
    assert 90 <= (quarter.last_day - quarter.first_day).days + 1 <= 92


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 2, 2), date(2026, 2, 1), "ends before it begins"),
        (date(2016, 1, 1), date(2027, 1, 1), "at most 10 years"),
        (date(2026, 1, 1), date(9999, 12, 31), "looks back"),
    ],
)
def test_a_period_no_report_can_be_made_of_is_refused(
    sqlite: Database, at: datetime, first: date, last: date, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence), sqlite.transaction() as session:
        reports.request_roi(session, first, last, by=None, at=at)


def test_a_currency_is_three_letters(sqlite: Database, at: datetime) -> None:
    assert ask(sqlite, at, currency="usd").currency == "USD"
    with pytest.raises(Invalid, match="three letters"):
        ask(sqlite, at, currency="Euro")


def test_currencies_come_from_spend_and_won_deals_by_use(database: Database, at: datetime) -> None:
    with database.reading() as session:
        assert reports.currencies(session) == ["EUR"]
    with database.transaction() as session:
        for month, currency in (("2026-01", "USD"), ("2026-02", "USD"), ("2026-01", "CHF")):
            spend.record(session, channel="Fair", month=month, amount="1", currency=currency, by=None, at=at)
        for outcome, currency in (("won", "GBP"), ("open", "JPY"), ("won", "")):
            session.add(
                Deal(outcome=outcome, currency=currency, amount=Decimal(1), created_at=at, updated_at=at)
            )
    with database.reading() as session:
        assert reports.currencies(session) == ["USD", "CHF", "GBP"]


def test_what_is_missing_is_spend_first_then_wins_with_a_date(database: Database, at: datetime) -> None:
    found = []
    for step in ("nothing", "spend", "undated", "dated"):
        with database.transaction() as session:
            if step == "spend":
                spend.record(
                    session, channel="Fair", month="2026-01", amount="1", currency="EUR", by=None, at=at
                )
            if step == "undated":
                session.add(Deal(outcome="won", created_at=at, updated_at=at))
            if step == "dated":
                session.add(Deal(outcome="won", closed_at=at, created_at=at, updated_at=at))
        with database.reading() as session:
            found.append(reports.missing(session))

    assert found == ["spend", "wins", "wins", ""]


def test_a_report_is_as_far_as_its_job_until_its_document_is_there(database: Database, at: datetime) -> None:
    report = ask(database, at)
    states = [shown(database, report.id).state]
    for state in ("running", "failed", "dead", "cancelled"):
        with database.transaction() as session:
            session.exec(select(Job)).one().state = state
        states.append(shown(database, report.id).state)
    with database.transaction() as session:
        reports.keep(session, report.id, pdf=b"%PDF", at=at, facts={"sha256": "ab"})

    assert states == ["queued", "running", "failed", "dead", "cancelled"]
    done = shown(database, report.id)
    assert (done.state, done.is_open, done.report.bytes, done.report.sha256) == ("done", False, 4, "ab")


def test_who_asked_is_told_once(sqlite: Database, at: datetime) -> None:
    with sqlite.transaction() as session:
        user = User(email="ada@example.com", name="Ada", function="finance", right="member", created_at=at)
        session.add(user)
        session.flush()
        report = reports.request_roi(session, *QUARTER, by=user.id, at=at)
    for _ in range(2):
        with sqlite.transaction() as session:
            reports.keep(session, report.id, pdf=b"%PDF", at=at, facts={})
    with sqlite.reading() as session:
        notices = session.exec(select(Notice)).all()

    assert [(n.sentence, n.path) for n in notices] == [
        ("The ROI report 2026-01-01 to 2026-03-31 is ready", f"/reports/{report.id}")
    ]
    assert shown(sqlite, report.id).who == "Ada"


def test_the_newest_report_comes_first(database: Database, at: datetime) -> None:
    for _ in range(3):
        ask(database, at)
    with database.reading() as session:
        assert [row.report.id for row in reports.listed(session)] == [3, 2, 1]
        assert [row.report.id for row in reports.listed(session, before=3)] == [2, 1]


def test_a_report_that_failed_is_made_again_by_the_same_job(sqlite: Database, at: datetime) -> None:
    report = ask(sqlite, at)
    with pytest.raises(Conflict), sqlite.transaction() as session:
        reports.make_again(session, report.id, by=None, at=at)
    with sqlite.transaction() as session:
        session.exec(select(Job)).one().state = "failed"
        reports.make_again(session, report.id, by=None, at=at)
    with sqlite.reading() as session:
        assert [job.state for job in jobs.listed(session).jobs] == ["queued"]


def test_a_document_that_is_not_there_is_not_found(sqlite: Database, at: datetime) -> None:
    report = ask(sqlite, at)
    with sqlite.reading() as session:
        for look in (reports.pdf, reports.get, reports.shown):
            with pytest.raises(NotFound):
                look(session, report.id if look is reports.pdf else 99)


def figure(key: str, value: str | None = "1", **more: Any) -> dict[str, Any]:
    return {"key": key, "value": value, "note": "", "provisional": False, **more}


def test_figures_are_grouped_for_their_page() -> None:
    stated = reports.stated(
        [
            figure("spend", note="Leaves out USD 7.00."),
            figure("roi", provisional=True, note="Leaves out USD 7.00."),
            figure("cost_0"),
            figure("rate_1"),
            figure("cost_1"),
            figure("reached_0"),
            figure("reached_1"),
            figure("undated_wins", "2"),
            figure("unpriced_wins", "0"),
        ]
    )

    assert [each["key"] for each in stated.key] == ["spend", "roi"]
    assert [(s.reached["key"], s.rate and s.rate["key"], s.cost["key"]) for s in stated.stages] == [
        ("reached_0", None, "cost_0"),
        ("reached_1", "rate_1", "cost_1"),
    ]
    assert [each["key"] for each in stated.left_out] == ["undated_wins"]
    assert stated.notes == ["Leaves out USD 7.00."]
    assert stated.is_provisional
    assert stated["roi"]["value"] == "1"
