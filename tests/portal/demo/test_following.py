from datetime import date, datetime

from sqlmodel import select

from portal import demo
from portal.db import Database
from portal.jobs import Job
from portal.models.tables import Model
from portal.reports import Report


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
