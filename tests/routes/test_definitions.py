from datetime import datetime

import pytest

from portal import definitions
from portal.db import Database
from tests.routes.conftest import Browser, Counting


@pytest.fixture
def shipped(sqlite: Database, at: datetime) -> Database:
    with sqlite.transaction() as session:
        definitions.ship(session, at=at)
    return sqlite


@pytest.mark.usefixtures("shipped")
def test_terms_stand_in_the_order_of_the_funnel(member: Browser) -> None:
    page = member.get("/definitions").text
    places = [page.index(f'<section id="{term}"') for term, *_ in definitions.SHIPPED]

    assert places == sorted(places)


@pytest.mark.usefixtures("shipped")
def test_each_has_its_wording_its_rule_and_says_that_nobody_signed(member: Browser) -> None:
    page = member.get("/definitions").text

    assert "<strong>a target is never counted as a lead</strong>" in page
    assert "<li>budget available or identified;</li>" in page
    assert "People with at least one inbound request who have not opted out." in page
    assert page.count("Provisional, unsigned") == len(definitions.SHIPPED)
    assert "Nothing is signed yet." in page


def test_without_any_the_page_says_so(member: Browser) -> None:
    assert "No definitions yet" in member.get("/definitions").text


@pytest.mark.usefixtures("shipped")
def test_the_page_is_in_the_navigation_and_costs_few_queries(
    member: Browser, count_queries: Counting
) -> None:
    with count_queries() as queries:
        page = member.get("/definitions").text

    assert '<a href="/definitions" aria-current="page">' in page
    assert len(queries) <= 12
