from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal.companies import Company
from portal.db import Database
from portal.deals import Deal
from portal.people import FieldChange, Person
from tests.routes.conftest import Browser, Counting

WON = {"outcome": "won", "closed_at": datetime(2026, 2, 3, tzinfo=UTC)}


def add(database: Database, at: datetime, *deals: dict[str, Any]) -> None:
    with database.transaction() as session:
        if session.get(Person, 1) is None:
            session.add(Company(id=1, name="Lakeside", industry="Pumps", created_at=at, updated_at=at))
            session.add(Person(id=1, first_name="Mina", last_name="Okafor", created_at=at, updated_at=at))
            session.flush()
        session.add_all(Deal(created_at=at, updated_at=at, **fields) for fields in deals)


def test_an_empty_list_says_where_deals_come_from(member: Browser) -> None:
    page = member.get("/deals").text

    assert "No deals yet" in page
    assert '<a class="button main" href="/imports">Import deals</a>' in page


def test_the_state_sums_what_was_won_for_each_currency(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    add(
        sqlite,
        at,
        {"name": "Pumps", "amount": Decimal(1000), "currency": "EUR", **WON},
        {"name": "Valves", "amount": Decimal("20.50"), "currency": "EUR", **WON},
        {"name": "Hoses", "amount": Decimal(7), "currency": "USD", **WON},
        {"name": "Rings", "amount": Decimal(3), **WON},
        {"name": "Seals", "amount": Decimal(9), "currency": "EUR", "person_id": 1},
    )
    page = member.get("/deals").text.replace("\N{NO-BREAK SPACE}", " ")

    assert (
        "5 deals. Won: EUR 1,020.50 in 2 deals, 3.00 without a currency in 1 deal, USD 7.00 in 1 deal."
        in page
    )
    assert '<a href="/people/1">Mina Okafor</a>' in page


def test_the_address_carries_the_filters(member: Browser, sqlite: Database, at: datetime) -> None:
    add(sqlite, at, {"name": "Pumps", "owner": "Kim"}, {"name": "Valves", "owner": "Lee & Co", **WON})
    page = member.get("/deals?owner=Lee+%26+Co").text

    assert ("Valves" in page, "Pumps" in page) == (True, False)
    assert "/deals/export.csv?owner=Lee+%26+Co" in page
    assert "No deal fits" in member.get("/deals?outcome=lost").text
    assert member.get("/deals?outcome=maybe").status_code == 422


def test_pages_lead_forwards_and_back(member: Browser, sqlite: Database, at: datetime) -> None:
    add(sqlite, at, *({"name": f"Deal {number}", "owner": "Kim"} for number in range(1, 121)))
    first, second = member.get("/deals?owner=Kim").text, member.get("/deals?owner=Kim&before=71").text

    assert 'href="/deals?owner=Kim&amp;before=71" rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'href="/deals?owner=Kim&amp;after=70" rel="prev"' in second
    assert ">Deal 70<" in second


def test_the_export_is_the_filtered_list_and_no_formula(
    member: Browser, sqlite: Database, at: datetime
) -> None:
    add(
        sqlite,
        at,
        {"name": "=HYPERLINK(1)", "amount": Decimal("12.5"), "currency": "EUR", "person_id": 1, **WON},
        {"name": "Open"},
    )
    response = member.get("/deals/export.csv?outcome=won")

    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="deals.csv"'
    assert response.text.lstrip("\ufeff").splitlines() == [
        "id,name,outcome,stage,owner,amount,currency,expected_close_on,closed_at,company,person",
        "1,'=HYPERLINK(1),won,,,12.5,EUR,,2026-02-03 00:00:00+00:00,,Mina Okafor",
    ]


def test_a_deal_is_shown_with_all_that_is_known(member: Browser, sqlite: Database, at: datetime) -> None:
    add(
        sqlite,
        at,
        {
            "name": "Pumps <b>",
            "person_id": 1,
            "company_id": 1,
            "amount": Decimal(9),
            "currency": "EUR",
            "attributes": '{"Rooms":12,"Floor":null}',
            **WON,
        },
    )
    with sqlite.transaction() as session:
        session.add(
            FieldChange(level="deal", record_id=1, field="stage", before='"Proposal"', after=None, seen_at=at)
        )
    page = member.get("/deals/1").text.replace("\N{NO-BREAK SPACE}", " ")

    assert "Pumps &lt;b&gt;" in page
    assert "EUR 9.00, won on 3 Feb 2026." in page
    assert "Lakeside" in page
    assert "<dt>Rooms</dt><dd>12</dd>" in page
    assert "<td>Proposal</td>" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "No amount, with no expected close."),
        ({"amount": Decimal(9)}, "9.00, with no expected close."),
        ({"outcome": "lost"}, "No amount, lost."),
    ],
)
def test_a_deal_of_which_little_is_known(
    member: Browser, sqlite: Database, at: datetime, fields: dict[str, Any], sentence: str
) -> None:
    add(sqlite, at, fields)
    page = member.get("/deals/1").text

    assert "Unnamed deal" in page
    assert sentence in page


def test_a_deal_that_is_not_there_is_not_found(member: Browser) -> None:
    assert member.get("/deals/7").status_code == 404


def test_many_deals_cost_the_queries_of_one(
    member: Browser, sqlite: Database, at: datetime, count_queries: Counting
) -> None:
    deal = {"name": "Pumps", "person_id": 1, "company_id": 1, "amount": Decimal(9), "currency": "EUR", **WON}
    add(sqlite, at, deal)
    member.get("/deals")
    with count_queries() as one:
        member.get("/deals")
    add(sqlite, at, *(deal for _ in range(200)))
    with count_queries() as many:
        member.get("/deals")
    with count_queries() as single:
        member.get("/deals/1")

    assert len(one) == len(many) <= 12
    assert len(single) <= 12
