from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from portal import migrating
from portal.db import Database
from portal.errors import Invalid
from portal.models.tables import Model, Run
from portal.people import Person
from portal.ranking import places, runs
from portal.ranking.places import Filters, Place
from tests.portal.models.crowd import AT

COUNT = 45


def person(number: int) -> dict[str, Any]:
    """Many arrive at the same moment; each filter fits some."""
    came = AT - timedelta(days=number % 7)
    return {
        "first_name": ("Ada", "Jun", "Mo")[number % 3],
        "last_name": f"Number {number}",
        "email": f"p{number}@example.com",
        "company_name": ("Northwind", "Acme 100%", "")[number % 3],
        "source": ("Web", "Show", "")[number % 3],
        "owner": ("Kim", "")[number % 2],
        "country": ("France", "Ghana")[number % 2],
        "came_at": came,
        "arrived_at": came,
        "opted_out_at": AT if number % 11 == 0 else None,
        "customer_at": AT if number % 9 == 0 else None,
        "attributes": "{}",
        "created_at": AT,
        "updated_at": AT,
    }


def fill(database: Database) -> Run:
    """People, and a run that ranks all but the newest five of them."""
    with database.transaction() as session:
        session.execute(insert(Person), [person(number) for number in range(COUNT)])
        session.add(Model(level="person", outcome="Converted", as_of=AT, created_at=AT))
        session.flush()
        run = Run(level="person", model_id=1, as_of=AT, created_at=AT, scored=COUNT - 5)
        session.add(run)
        session.flush()
        runs.lay_out(session, run.id)
        rows = [
            (
                rank,
                1 + (rank * 37) % (COUNT - 5),
                -rank / 10,
                1 - rank / 100,
                1 + rank * 20 // COUNT,
                200.0,
                3.0,
            )
            for rank in range(1, COUNT - 4)
        ]
        runs.fill(session, run.id, rows)
    return run


@cache
def filled() -> tuple[Database, Run]:
    """One for all examples: reading changes nothing."""
    database = Database(f"sqlite:///{Path(mkdtemp()) / 'concord.db'}")
    migrating.upgrade(database)
    return database, fill(database)


def whole(database: Database, run: Run | None, filters: Filters) -> list[int]:
    """The list as Python would make it, from the rules alone."""
    with database.reading() as session:
        rows = session.connection().execute(text("SELECT * FROM person ORDER BY id")).mappings().all()
        ranks = {row.record_id: row for row in session.connection().execute(text("SELECT * FROM score_1"))}
    found = [row for row in rows if fits(row, filters) and (run is None or row["id"] in ranks)]
    if run is None:
        return [row["id"] for row in sorted(found, key=lambda row: (-row["arrived_at"], -row["id"]))]
    if filters.group:
        found = [row for row in found if (ranks[row["id"]].grp + 1) // 2 == filters.group]
    return [row["id"] for row in sorted(found, key=lambda row: ranks[row["id"]].rank)]


def fits(row: Any, filters: Filters) -> bool:
    if filters.open_only and (row["opted_out_at"] or row["customer_at"]):
        return False
    if any(getattr(filters, name) not in ("", row[name]) for name in ("source", "owner", "country")):
        return False
    told = (f"{row['first_name']} {row['last_name']}", row["email"], row["company_name"])
    return not filters.search or any(filters.search.casefold() in word.casefold() for word in told)


def forwards(session: Any, run: Run | None, filters: Filters, limit: int) -> list[list[Place]]:
    pages, after = [], ""
    while True:
        page = places.page(session, run, filters, after=after, limit=limit)
        pages.append(list(page.places))
        if page.after is None:
            return pages
        after = page.after


def backwards(session: Any, run: Run | None, filters: Filters, limit: int, end: Place) -> list[Place]:
    """From just before the last place up to the top."""
    found: list[Place] = [end]
    while True:
        page = places.page(session, run, filters, before=found[0].cursor, limit=limit)
        found = [*page.places, *found]
        if page.before is None:
            return found


FILTERS = st.builds(
    Filters,
    open_only=st.booleans(),
    group=st.sampled_from([None, 1, 5, 10]),
    source=st.sampled_from(["", "Web", "Nowhere"]),
    owner=st.sampled_from(["", "Kim"]),
    country=st.sampled_from(["", "Ghana"]),
    search=st.sampled_from(["", "ada", "NUMBER 1", "north", "@example"]),
)


@settings(max_examples=60, deadline=None)
@given(filters=FILTERS, limit=st.integers(1, 30), is_ranked=st.booleans())
def test_walking_the_pages_gives_the_whole_list_once_forwards_and_backwards(
    filters: Filters, limit: int, is_ranked: bool
) -> None:
    database, run = filled()
    used = run if is_ranked else None
    expected = whole(database, used, filters)
    with database.reading() as session:
        pages = forwards(session, used, filters, limit)
        walked = [place for page in pages for place in page]
        assert [place.id for place in walked] == expected
        assert all(len(page) == limit for page in pages[:-1])
        if walked:
            back = backwards(session, used, filters, limit, walked[-1])
            assert back == walked
        assert list(places.every(session, used, filters, batch=limit)) == walked
        assert places.count(session, used, filters) == len(expected)


def test_the_same_list_on_postgresql(postgresql: Database) -> None:
    run = fill(postgresql)
    for filters in (Filters(), Filters(open_only=False, search="ada"), Filters(group=3, country="Ghana")):
        for used in (run, None):
            with postgresql.reading() as session:
                walked = [place.id for page in forwards(session, used, filters, 7) for place in page]
            assert walked == whole(postgresql, used, filters)


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after() -> None:
    database, run = filled()
    with database.reading() as session:
        first = places.page(session, run, Filters(), limit=10)
        assert first.before is None
        assert first.after == str(first.places[-1].rank)
        last = places.page(session, run, Filters(), after="35", limit=50)
        assert last.after is None
        assert last.before == str(last.places[0].rank)


@pytest.mark.parametrize("cursor", ["x", "1.2.3", "", "1;DROP TABLE person"])
def test_a_cursor_of_another_list_is_refused_with_a_sentence(cursor: str) -> None:
    database, _ = filled()
    with database.reading() as session:
        if not cursor:
            assert places.page(session, None, Filters(), after=cursor).before is None
            return
        with pytest.raises(Invalid, match="Start again from its top"):
            places.page(session, None, Filters(), after=cursor)


def test_counting_stops_at_the_cap() -> None:
    database, run = filled()
    with database.reading() as session:
        assert places.count(session, run, Filters(open_only=False), cap=20) == 21


def test_a_score_says_rank_group_and_propensity_of_one_record() -> None:
    database, run = filled()
    with database.reading() as session:
        score = places.score_of(session, run, 38)
        assert score == places.Score(1, 1, 0.99, 200.0, 3.0, COUNT - 5)
        assert score.expected == 198
        assert places.score_of(session, run, COUNT) is None, "came after the run"


def test_a_sign_of_a_pattern_is_searched_for_as_it_stands() -> None:
    database, _ = filled()
    with database.reading() as session:
        found = list(places.every(session, None, Filters(open_only=False, search="100%")))
        assert {place.company for place in found} == {"Acme 100%"}
        assert list(places.every(session, None, Filters(open_only=False, search="1_0"))) == []


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    filled()[0].dispose()
