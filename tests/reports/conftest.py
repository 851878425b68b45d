"""A company with half a year of spend and wins: 100,000 of spend, 150,000 of marketing-sourced revenue."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports import roi
from reports.figures import Definition

SOURCED = Definition("Marketing-sourced", "1", provisional=True)
CUSTOMER = Definition("Customer", "2", provisional=False)
LEAD = Definition("Lead", "1", provisional=True)


def months(count):
    return [date(2026, number, 1) for number in range(1, count + 1)]


def spend(amount="12500", currency="EUR"):
    channels = ("Search", "Events")
    return [roi.Spend(channel, on, Decimal(amount), currency) for on in months(4) for channel in channels]


def wins(amount="37500", currency="EUR"):
    sourced = [roi.Revenue(on, Decimal(amount), currency, True, 3, "Search") for on in months(4)]
    return [*sourced, roi.Revenue(date(2026, 2, 1), Decimal(50000), currency, False, 2)]


def deals(count=12):
    return [
        roi.Deal(
            f"D-{n}",
            f"Deal {n}",
            date(2026, 1 + n % 4, 9),
            Decimal(12500),
            "EUR",
            "Asked for a demo",
            "Search",
        )
        for n in range(count)
    ]


def given(**changes):
    values = {
        "report_id": "R-2026-0007",
        "company": "Northwind Bearings",
        "start": date(2026, 1, 1),
        "end": date(2026, 4, 30),
        "as_of": datetime(2026, 5, 2, 6, 30, tzinfo=UTC),
        "currency": "EUR",
        "spend": spend(),
        "revenue": wins(),
        "funnel": [
            roi.Reached("Lead", 4000, LEAD),
            roi.Reached("Accepted", 2400, LEAD),
            roi.Reached("Won", 12, CUSTOMER),
        ],
        "sourced": SOURCED,
        "won": CUSTOMER,
        "deals": deals(),
        "deals_total": 12,
        "choices": roi.Choices(),
        "digest": "9f2c41d7aa03" + "0" * 52,
        "version": "0.1.0",
    }
    return roi.Input(**{**values, **changes})


@pytest.fixture(name="given", scope="session")
def given_fixture():
    """A builder: the input with some fields changed."""
    return given
