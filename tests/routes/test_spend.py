from datetime import datetime

import pytest

from portal import spend
from portal.db import Database
from tests.portal.roi_company import pay
from tests.routes.conftest import Browser, Counting

TYPED = {"channel": "Fair", "month": "2026-03", "amount": "12,500", "currency": "eur", "version": "0"}


def recorded(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        return [
            (row.channel, sheet.currency, f"{row.total:f}")
            for sheet in spend.sheets(session, 2026)
            for row in sheet.rows
        ]


def test_an_empty_page_says_what_spend_is_for(member: Browser) -> None:
    page = member.get("/spend").text

    assert "No spend recorded" in page
    assert "Record the first amount" in page


def test_recording_shows_the_year_with_its_sums(marketer: Browser, sqlite: Database) -> None:
    response = marketer.post("/spend", TYPED)
    page = marketer.get(response.location).text.replace("\N{NO-BREAK SPACE}", " ")

    assert (response.status_code, response.location) == (303, "/spend?year=2026")
    assert "EUR 12,500.00 is recorded for Fair in March 2026." in page
    assert "2026 in EUR" in page
    assert recorded(sqlite) == [("Fair", "EUR", "12500")]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"channel": " "}, "Fill this in."),
        ({"month": "March"}, "Write the month as year and month, such as 2026-03."),
        ({"amount": "12,5"}, "Write the amount as a number above zero, such as 12500.00."),
        ({"currency": "Euro"}, "Use the three letters of a currency, such as EUR."),
    ],
)
def test_what_cannot_be_spend_is_shown_again_with_a_sentence_beside_it(
    member: Browser, sqlite: Database, typed: dict[str, str], sentence: str
) -> None:
    response = member.post("/spend", TYPED | typed)

    assert response.status_code == 422
    assert f"{sentence}</p>" in response.text
    assert recorded(sqlite) == []


def test_an_amount_that_is_there_already_is_not_overwritten_unasked(
    member: Browser, sqlite: Database
) -> None:
    member.post("/spend", TYPED)
    refused = member.post("/spend", TYPED | {"amount": "13000"})
    assert refused.status_code == 409
    text = refused.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "EUR 12,500.00" in text
    assert "eur 13000" in text.lower()
    assert recorded(sqlite) == [("Fair", "EUR", "12500")]

    over = member.post("/spend", TYPED | {"amount": "13000", "version": "1"})
    assert over.status_code == 303
    assert recorded(sqlite) == [("Fair", "EUR", "13000")]


def test_two_who_change_one_amount_are_told_of_each_other(member: Browser, marketer: Browser) -> None:
    member.post("/spend", TYPED)
    page = member.get("/spend/1").text
    marketer.post("/spend/1", {"amount": "100", "version": "1"})
    refused = member.post("/spend/1", {"amount": "200", "version": "1"})

    assert 'name="version" value="1"' in page
    assert refused.status_code == 409
    assert "EUR\N{NO-BREAK SPACE}100.00" in refused.text
    assert "EUR 200" in refused.text
    assert 'name="version" value="2"' in refused.text
    assert member.post("/spend/1", {"amount": "200", "version": "2"}).status_code == 303


def test_removing_asks_first_and_works_without_javascript(member: Browser, sqlite: Database) -> None:
    member.post("/spend", TYPED)
    question = member.get("/spend/1/removal").text
    gone = member.post("/spend/1/removal", {"version": "1"})

    assert "Remove this spend?" in question
    assert (gone.status_code, gone.location) == (303, "/spend?year=2026")
    assert recorded(sqlite) == []
    assert member.get("/spend/1").status_code == 404
    assert member.post("/spend/1/removal", {"version": "1"}).status_code == 404


def test_what_changed_meanwhile_is_not_removed(member: Browser, sqlite: Database) -> None:
    member.post("/spend", TYPED)
    member.post("/spend/1", {"amount": "100", "version": "1"})
    response = member.post("/spend/1/removal", {"version": "1"})

    assert response.status_code == 409
    assert "Remove this spend?" in response.text
    assert recorded(sqlite) == [("Fair", "EUR", "100")]


def test_currencies_are_never_added_up(member: Browser) -> None:
    for currency, amount in (("EUR", "10.50"), ("USD", "7")):
        member.post("/spend", TYPED | {"currency": currency, "amount": amount})
    page = member.get("/spend").text.replace("\N{NO-BREAK SPACE}", " ")

    assert "In 2026: EUR 10.50, USD 7.00." in page
    assert page.count("All channels") == 2
    assert "17" not in page.split("<main", 1)[1].split("In 2026")[1].split("</p>")[0]


def test_years_are_pages_of_their_own(member: Browser) -> None:
    for month in ("2025-12", "2026-01"):
        member.post("/spend", TYPED | {"month": month})

    assert "2026 in EUR" in member.get("/spend").text
    assert "2025 in EUR" in member.get("/spend?year=2025").text
    assert "2026 in EUR" in member.get("/spend?year=1999").text


def test_many_amounts_cost_the_queries_of_one(
    member: Browser, sqlite: Database, at: datetime, count_queries: Counting
) -> None:
    member.post("/spend", TYPED)
    member.get("/spend")
    with count_queries() as one:
        member.get("/spend")
    with sqlite.transaction() as session:
        for month in range(1, 13):
            pay(session, at, "5", month=f"2026-{month:02}", currency="EUR")
            pay(session, at, "5", month=f"2026-{month:02}", currency="USD")
    with count_queries() as many:
        member.get("/spend")

    assert len(one) == len(many) <= 12
