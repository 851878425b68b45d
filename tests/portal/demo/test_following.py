from datetime import date, datetime

import pytest
from sqlmodel import select

from portal import demo
from portal.db import Database
from portal.demo.following import last_quarter
from portal.jobs import Job
from portal.models.tables import Model
from portal.reports import Report


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 2), date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 12, 31), date(2026, 7, 1), date(2026, 9, 30)),
    ],
)
def test_the_last_full_quarter(day: date, first: date, last: date) -> None:
    assert last_quarter(day) == (first, last)


def test_a_model_without_the_late_columns_and_a_report_are_asked_for(loaded: Database, at: datetime) -> None:
    with loaded.transaction() as session:
        demo.follow_up(session, at=at)
    with loaded.reading() as session:
        model = session.exec(select(Model)).one()
        report = session.exec(select(Report)).one()
        kinds = sorted(session.exec(select(Job.kind)))
    assert (model.outcome, model.order_by, model.left_out) == (
        "Became customer",
        "came_at",
        ["Credit check", "status"],
    )
    assert (report.first_day, report.currency) == (date(2025, 10, 1), "EUR")
    assert kinds == ["report", "train"]
