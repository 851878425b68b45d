from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal import definitions, reports, roi, spend
from portal.activities import Activity, ActivityKind
from portal.db import Database
from portal.deals import Deal
from portal.errors import Invalid
from portal.people import Person

JANUARY = datetime(2026, 1, 10, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
MARCH = datetime(2026, 3, 10, tzinfo=UTC)
AFTER = datetime(2026, 4, 1, tzinfo=UTC)
QUARTER = (date(2026, 1, 1), date(2026, 3, 31))


@pytest.fixture
def company(database: Database, at: datetime) -> Database:
    """Asked came in January, asked in January, bought in March. Called never asked. Later asked after the deal was opened."""
    with database.transaction() as session:
        definitions.ship(session, at=at)
        session.add(ActivityKind(id=1, name="Demo request", is_request=True))
        session.add(ActivityKind(id=2, name="Site visit"))
        for number, name in enumerate(("Asked", "Called", "Later", "Inbound"), 1):
            session.add(
                Person(
                    id=number,
                    last_name=name,
                    source=f"Channel {name}",
                    came_at=JANUARY,
                    direction="inbound" if name == "Inbound" else "unknown",
                    created_at=at,
                    updated_at=at,
                )
            )
        session.flush()
        session.add(Activity(person_id=1, at=JANUARY, kind_id=1))
        session.add(Activity(person_id=2, at=JANUARY, kind_id=2))
        session.add(Activity(person_id=3, at=MARCH, kind_id=1))
        for person in (1, 2, 3, 4):
            session.add(
                Deal(
                    name=f"Deal {person}",
                    person_id=person,
                    outcome="won",
                    amount=Decimal("100.50"),
                    currency="EUR",
                    opened_at=FEBRUARY,
                    closed_at=MARCH,
                    created_at=at,
                    updated_at=at,
                )
            )
        session.add(Deal(name="Undated", outcome="won", created_at=at, updated_at=at))
        spend.record(session, channel="Fair", month="2026-02", amount="1,000", currency="eur", by=None, at=at)
        spend.record(session, channel="Fair", month="2026-04", amount="7", currency="EUR", by=None, at=at)
    return database


def test_marketing_sourced_is_an_inbound_request_before_the_deal_or_a_person_who_came_inbound(
    company: Database,
) -> None:
    with company.reading() as session:
        found = roi.basis(session, *QUARTER, as_of=AFTER)

    assert {deal.name: deal.sourced for deal in found.deals} == {
        "Deal 1": True,
        "Deal 2": False,
        "Deal 3": False,
        "Deal 4": True,
    }
    assert found.deals[0].why == "Inbound request on 2026-01-10, before the deal was opened"
    assert found.deals[0].channel == "Channel Asked"
    assert {deal.amount for deal in found.deals} == {Decimal("100.5")}


def test_a_won_deal_without_a_date_is_in_no_period_and_is_counted_apart(company: Database) -> None:
    with company.reading() as session:
        assert roi.basis(session, *QUARTER, as_of=AFTER).undated_wins == 1


def test_only_the_spend_of_the_period_counts(company: Database) -> None:
    with company.reading() as session:
        found = roi.basis(session, *QUARTER, as_of=AFTER).spend

    assert [(row.channel, row.month, row.amount) for row in found] == [
        ("Fair", date(2026, 2, 1), Decimal(1000))
    ]


def test_the_funnel_narrows_those_who_came(company: Database) -> None:
    with company.reading() as session:
        assert roi.basis(session, *QUARTER, as_of=AFTER).funnel == {
            "target": 4,
            "inquiry": 2,
            "lead": 2,
            "qualified_lead": 2,
            "opportunity": 2,
            "customer": 2,
        }


def test_the_funnel_is_unknown_where_nobody_has_a_date(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        session.add(Person(created_at=at, updated_at=at))
    with database.reading() as session:
        assert set(roi.basis(session, *QUARTER, as_of=AFTER).funnel.values()) == {None}


def test_the_digest_is_that_of_the_data(company: Database, at: datetime) -> None:
    with company.reading() as session:
        first, again = (
            roi.basis(session, *QUARTER, as_of=AFTER).digest,
            roi.basis(session, *QUARTER, as_of=AFTER).digest,
        )
    with company.transaction() as session:
        spend.record(session, channel="Fair", month="2026-02", amount="1001", currency="EUR", by=None, at=at)
    with company.reading() as session:
        changed = roi.basis(session, *QUARTER, as_of=AFTER).digest

    assert first == again != changed


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"channel": " "}, "Name the channel"),
        ({"month": "March"}, "such as 2026-03"),
        ({"amount": "a lot"}, "Write the amount as a number"),
        ({"amount": "0"}, "above zero"),
        ({"amount": "NaN"}, "above zero"),
        ({"currency": "Euro"}, "three letters"),
    ],
)
def test_spend_that_cannot_be_is_refused(
    sqlite: Database, at: datetime, given: dict[str, str], sentence: str
) -> None:
    typed = {"channel": "Fair", "month": "2026-03", "amount": "12", "currency": "EUR"} | given
    with pytest.raises(Invalid, match=sentence), sqlite.transaction() as session:
        spend.record(session, **typed, by=None, at=at)


def test_a_report_adds_its_job_and_takes_the_currency_most_money_is_in(
    company: Database, at: datetime
) -> None:
    with company.transaction() as session:
        report = reports.request_roi(session, *QUARTER, by=None, at=at)

    assert (report.currency, report.period) == ("EUR", "2026-01-01 to 2026-03-31")
    assert report.job_id is not None


def test_a_period_that_ends_before_it_begins_is_refused(sqlite: Database, at: datetime) -> None:
    with pytest.raises(Invalid, match="ends before it begins"), sqlite.transaction() as session:
        reports.request_roi(session, date(2026, 2, 1), date(2026, 1, 1), by=None, at=at)
