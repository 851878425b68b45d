from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal.db import Database
from portal.deals import Deal, detail, lists
from portal.deals.detail import Change
from portal.deals.lists import Filters, Won
from portal.errors import NotFound
from portal.fields import Level
from portal.people import ExternalId, FieldChange, Person

WON = {"outcome": "won", "closed_at": datetime(2026, 2, 3, tzinfo=UTC)}


def add_deals(database: Database, at: datetime, *deals: dict[str, Any]) -> None:
    with database.transaction() as session:
        session.add(
            Person(id=1, first_name="Mina", last_name="Okafor", source="Fair", created_at=at, updated_at=at)
        )
        session.flush()
        session.add_all(Deal(created_at=at, updated_at=at, **fields) for fields in deals)


def names(database: Database, **filters: str) -> list[str]:
    with database.reading() as session:
        return [line.name for line in lists.page(session, Filters(**filters)).lines]


def test_the_newest_deal_comes_first_with_its_person(database: Database, at: datetime) -> None:
    add_deals(
        database,
        at,
        {"name": "Pumps"},
        {
            "name": "Valves",
            "person_id": 1,
            "company_name": "Lakeside",
            "amount": Decimal("12.50"),
            "currency": "EUR",
            "expected_close_on": date(2026, 4, 1),
        },
    )
    with database.reading() as session:
        first, second = lists.page(session, Filters()).lines

    assert (first.name, first.person, first.person_id) == ("Valves", "Mina Okafor", 1)
    assert (first.amount, first.currency, first.expected_close_on) == (
        Decimal("12.5"),
        "EUR",
        date(2026, 4, 1),
    )
    assert (second.name, second.person, second.person_id) == ("Pumps", "", None)


def test_the_list_is_narrowed_by_outcome_stage_owner_and_words(database: Database, at: datetime) -> None:
    add_deals(
        database,
        at,
        {"name": "Pumps", "stage": "Proposal", "owner": "Kim"},
        {"name": "Valves", "stage": "Contract", "owner": "Kim", "person_id": 1},
        {"name": "Hoses", "company_name": "Lakeside 100%", "owner": "Lee", **WON},
        {},
    )

    assert names(database, outcome="won") == ["Hoses"]
    assert names(database, stage="Proposal") == ["Pumps"]
    assert names(database, owner="Kim", outcome="open") == ["Valves", "Pumps"]
    assert names(database, search="mina ok") == ["Valves"]
    assert names(database, search="LAKE") == ["Hoses"]
    assert names(database, search="0%") == ["Hoses"]
    assert names(database, search="%") == ["Hoses"]
    assert names(database, search="unnamed") == []
    assert names(database) == ["Unnamed deal", "Hoses", "Valves", "Pumps"]


def test_pages_lead_to_each_other_and_leave_nothing_out(database: Database, at: datetime) -> None:
    add_deals(database, at, *({"name": f"Deal {number}"} for number in range(1, 8)))
    seen: list[list[int]] = []
    with database.reading() as session:
        page = lists.page(session, Filters(), limit=3)
        seen.append([line.id for line in page.lines])
        assert page.newer is None
        while page.older:
            page = lists.page(session, Filters(), before=page.older, limit=3)
            seen.append([line.id for line in page.lines])
        back = lists.page(session, Filters(), after=page.newer, limit=3)

    assert seen == [[7, 6, 5], [4, 3, 2], [1]]
    assert [line.id for line in back.lines] == [4, 3, 2]
    assert (back.older, back.newer) == (2, 4)


def test_the_first_page_reached_backwards_has_none_before_it(database: Database, at: datetime) -> None:
    add_deals(database, at, *({"name": f"Deal {number}"} for number in range(1, 5)))
    with database.reading() as session:
        page = lists.page(session, Filters(), after=2, limit=3)

    assert ([line.id for line in page.lines], page.newer) == ([4, 3], None)


def test_an_export_walks_the_whole_list(database: Database, at: datetime) -> None:
    add_deals(database, at, *({"owner": "Kim" if number % 2 else "Lee"} for number in range(1, 12)))
    with database.reading() as session:
        ids = [line.id for line in lists.every(session, Filters(owner="Kim"), batch=2)]

    assert ids == [11, 9, 7, 5, 3, 1]


def test_won_amounts_are_summed_for_each_currency_alone(database: Database, at: datetime) -> None:
    add_deals(
        database,
        at,
        {"amount": Decimal("0.10"), "currency": "EUR", **WON},
        {"amount": Decimal("0.20"), "currency": "EUR", **WON},
        {"amount": Decimal(7), "currency": "USD", **WON},
        {"amount": None, "currency": "GBP", **WON},
        {"amount": Decimal(99), "currency": "EUR"},
    )
    with database.reading() as session:
        summary = lists.summary(session, Filters())

    assert (summary.count, summary.is_capped) == (5, False)
    assert summary.won == [Won("EUR", Decimal("0.3"), 2), Won("USD", Decimal(7), 1)]


def test_a_list_beyond_the_limit_is_not_added_up(database: Database, at: datetime) -> None:
    add_deals(database, at, *({"amount": Decimal(1), "currency": "EUR", **WON} for _ in range(4)))
    with database.reading() as session:
        capped, whole = (lists.summary(session, Filters(), cap=cap) for cap in (3, 4))

    assert (capped.count, capped.is_capped, capped.won) == (3, True, [])
    assert (whole.count, whole.is_capped, whole.won[0].amount) == (4, False, Decimal(4))


def test_a_deal_is_shown_with_its_person_ids_and_changes(database: Database, at: datetime) -> None:
    add_deals(database, at, {"name": "Pumps", "person_id": 1, "attributes": '{"Rooms":12}'})
    with database.transaction() as session:
        session.add(ExternalId(level=Level.DEAL, source="crm", external_id="006A", record_id=1))
        session.add(ExternalId(level=Level.PERSON, source="crm", external_id="003A", record_id=1))
        for stage in ('"Proposal"', '"Contract"'):
            session.add(FieldChange(level=Level.DEAL, record_id=1, field="stage", after=stage, seen_at=at))
            session.flush()
    with database.reading() as session:
        known = detail.known(session, 1)

    assert known.person is not None
    assert (known.person.name, known.company, known.attributes) == ("Mina Okafor", None, {"Rooms": 12})
    assert [found.external_id for found in known.ids] == ["006A"]
    assert known.changes == [
        Change("stage", None, "Contract", at),
        Change("stage", None, "Proposal", at),
    ]


def test_a_deal_that_is_not_there_is_not_found(sqlite: Database) -> None:
    with pytest.raises(NotFound), sqlite.reading() as session:
        detail.known(session, 7)
