from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from portal.companies import Company
from portal.db import Database, Instant, Money, canonical, jobs_of


def test_a_transaction_commits_as_a_whole(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        session.add(Company(name="Alder", created_at=at, updated_at=at))

    with database.reading() as session:
        assert [c.name for c in session.exec(select(Company))] == ["Alder"]


def test_a_transaction_that_raises_leaves_nothing(database: Database, at: datetime) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(Company(name="Alder", created_at=at, updated_at=at))
        session.flush()
        _ = 1 / 0

    with database.reading() as session:
        assert session.exec(select(Company)).all() == []


def test_reading_refuses_to_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as session:
        session.exec(text("DELETE FROM company"))


def test_a_connection_that_read_can_write_again(database: Database, at: datetime) -> None:
    with database.reading() as session:
        session.exec(select(Company)).all()
    with database.transaction() as session:
        session.add(Company(name="Alder", created_at=at, updated_at=at))


def test_the_second_of_two_editors_is_told(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        session.add(Company(name="Alder", created_at=at, updated_at=at))
    with database.reading() as session:
        stale = session.exec(select(Company)).one()
    with database.transaction() as session:
        session.exec(select(Company)).one().name = "Alder Ltd"

    stale.name = "Alder Inc"
    with pytest.raises(StaleDataError), database.transaction() as session:
        session.add(stale)


def test_jobs_are_rung_after_the_commit_and_only_then(sqlite: Database) -> None:
    rung: list[int] = []
    sqlite.ring = rung.extend

    with sqlite.transaction() as session:
        jobs_of(session).append(7)
        assert rung == []
    assert rung == [7]

    with pytest.raises(ZeroDivisionError), sqlite.transaction() as session:
        jobs_of(session).append(8)
        _ = 1 / 0
    assert rung == [7]


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_as_it_went_in(at: datetime) -> None:
    kept = Instant().process_bind_param(at, None)

    assert Instant().process_result_value(kept, None) == at


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_money_comes_back_as_it_went_in(amount: Decimal) -> None:
    kept = Money().process_bind_param(amount, None)

    assert Money().process_result_value(kept, None) == amount


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none()))
def test_equal_values_are_equal_json_texts(value: dict[str, object]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))
