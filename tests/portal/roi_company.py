"""A small company with a quarter to report: 1,000 of spend, three won deals of which two are marketing-sourced."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlmodel import Session

from portal import definitions, reports, spend
from portal.activities import Activity, ActivityKind
from portal.db import Database
from portal.deals import Deal
from portal.people import Person
from portal.reports import Report

JANUARY: Final = datetime(2026, 1, 10, tzinfo=UTC)
MARCH: Final = datetime(2026, 3, 10, tzinfo=UTC)
QUARTER: Final = (date(2026, 1, 1), date(2026, 3, 31))


def settle(database: Database, at: datetime, *, spent: str = "1000") -> None:
    """Ada and Ben asked before they bought, for 2,000 and 500; Cleo never asked and bought for 700."""
    with database.transaction() as session:
        definitions.ship(session, at=at)
        session.add(ActivityKind(id=1, name="Demo request", is_request=True))
        for number, name in enumerate(("Ada", "Ben", "Cleo"), 1):
            session.add(
                Person(
                    id=number, first_name=name, source="Fair", came_at=JANUARY, created_at=at, updated_at=at
                )
            )
        session.flush()
        session.add_all(Activity(person_id=person, at=JANUARY, kind_id=1) for person in (1, 2))
        add_win(session, at, person_id=1, amount=Decimal(2000))
        add_win(session, at, person_id=2, amount=Decimal(500))
        add_win(session, at, person_id=3, amount=Decimal(700))
        if spent:
            pay(session, at, spent)


def add_win(session: Session, at: datetime, **fields: Any) -> None:
    given = {"name": "Pumps", "outcome": "won", "currency": "EUR", "opened_at": MARCH, "closed_at": MARCH}
    session.add(Deal(**(given | fields), created_at=at, updated_at=at))


def pay(
    session: Session, at: datetime, amount: str, *, month: str = "2026-02", currency: str = "EUR"
) -> None:
    spend.record(session, channel="Fair", month=month, amount=amount, currency=currency, by=None, at=at)


def ask(database: Database, at: datetime, **given: Any) -> Report:
    """Ask for the report of the quarter."""
    with database.transaction() as session:
        return reports.request_roi(session, *QUARTER, **({"by": None, "at": at} | given))
