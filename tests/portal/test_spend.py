from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlmodel import select

from portal import spend
from portal.db import Database
from portal.errors import Invalid, NotFound
from portal.events import Event
from portal.people import Person
from portal.spend import Changed, Spend


def record(database: Database, at: datetime, **given: object) -> Spend:
    typed: dict[str, object] = {"channel": "Fair", "month": "2026-03", "amount": "12.50", "currency": "EUR"}
    with database.transaction() as session:
        return spend.record(session, **(typed | given), by=None, at=at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12500", "12500"),
        ("12,500.00", "12500"),
        ("1 250 000", "1250000"),
        ("1'250.5", "1250.5"),
        (" 0.0001 ", "0.0001"),
    ],
)
def test_an_amount_may_group_its_thousands(typed: str, amount: str) -> None:
    assert spend.amount_of(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["12,5", "12.500,00", "1,25,000", "-3", "0", "1e9", "0.00001", "1" * 13, "€5", ""]
)
def test_an_amount_that_could_mean_two_things_or_nothing_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match=r"such as 12500\.00"):
        spend.amount_of(typed)


@pytest.mark.parametrize("typed", ["2026-13", "2026-3", "0226-03", "March 2026", "2026-03-01"])
def test_a_month_is_a_year_and_a_month(typed: str) -> None:
    with pytest.raises(Invalid, match="such as 2026-03"):
        spend.month_of(typed)


def test_the_same_channel_and_month_again_replaces_the_amount(database: Database, at: datetime) -> None:
    first = record(database, at)
    second = record(database, at, amount="14", currency="eur")

    assert (second.id, second.amount, second.version) == (first.id, Decimal(14), 2)


def test_the_same_amount_again_changes_nothing(sqlite: Database, at: datetime) -> None:
    record(sqlite, at)
    again = record(sqlite, at, version=0)
    with sqlite.reading() as session:
        kinds = session.exec(select(Event.kind)).all()

    assert (again.version, list(kinds)) == (1, ["spend.recorded"])


def test_an_amount_that_the_person_did_not_see_is_not_overwritten(database: Database, at: datetime) -> None:
    first = record(database, at)
    record(database, at, amount="13")

    with pytest.raises(Changed, match=r"EUR 13\.00 is recorded for Fair in 2026-03") as refused:
        record(database, at, amount="14", version=first.version)
    assert refused.value.theirs.amount == Decimal(13)
    assert record(database, at, amount="14", version=2).amount == Decimal(14)


def test_removing_respects_what_was_seen(sqlite: Database, at: datetime) -> None:
    seen = record(sqlite, at)
    record(sqlite, at, amount="13")

    with pytest.raises(Changed), sqlite.transaction() as session:
        spend.remove(session, seen.id, by=None, at=at, version=seen.version)
    with sqlite.transaction() as session:
        spend.remove(session, seen.id, by=None, at=at, version=2)
    with pytest.raises(NotFound), sqlite.reading() as session:
        spend.get(session, seen.id)


def test_a_year_has_a_sheet_for_each_currency_and_never_mixes_them(database: Database, at: datetime) -> None:
    for channel, month, amount, currency in (
        ("Fair", "2026-01", "10.10", "EUR"),
        ("Fair", "2026-02", "20.20", "EUR"),
        ("Search", "2026-02", "5", "EUR"),
        ("Fair", "2026-02", "7", "USD"),
        ("Fair", "2025-12", "99", "EUR"),
    ):
        record(database, at, channel=channel, month=month, amount=amount, currency=currency)
    with database.reading() as session:
        euro, dollar = spend.sheets(session, 2026)
        years = spend.years(session)

    assert years == [2026, 2025]
    assert (euro.currency, euro.total, dollar.currency, dollar.total) == (
        "EUR",
        Decimal("35.3"),
        "USD",
        Decimal(7),
    )
    assert [(row.channel, row.total) for row in euro.rows] == [
        ("Fair", Decimal("30.3")),
        ("Search", Decimal(5)),
    ]
    assert euro.months[:3] == [Decimal("10.1"), Decimal("25.2"), None]
    assert [each.month if each else None for each in euro.rows[1].months[:2]] == [None, date(2026, 2, 1)]
    assert (euro.is_whole, dollar.is_whole) == (False, True)


def test_channels_are_suggested_from_sources_and_from_spend(database: Database, at: datetime) -> None:
    record(database, at, channel="Billboards")
    record(database, at, channel="Webinar")
    with database.transaction() as session:
        for source in ("Webinar", "Partner", "Webinar", ""):
            session.add(Person(source=source, created_at=at, updated_at=at))
    with database.reading() as session:
        assert spend.known_channels(session) == ["Webinar", "Partner", "Billboards"]
