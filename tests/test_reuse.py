"""The database that tests share is as good as a new one."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import select

from portal.db import Database
from portal.people import Person
from tests.reuse import Reused


def add(database: Database, at: datetime) -> int:
    with database.transaction() as session:
        person = Person(first_name="Ada", created_at=at, updated_at=at, arrived_at=at)
        session.add(person)
        session.flush()
        return person.id


def test_rows_tables_and_numbers_of_the_last_test_are_gone(
    reused_postgresql: Reused, postgresql: Database, at: datetime
) -> None:
    assert add(postgresql, at) == 1
    with postgresql.transaction() as session:
        session.connection().execute(text("CREATE TABLE score_1 (rank integer)"))

    again = Database(reused_postgresql.restored())
    with again.reading() as session:
        assert session.exec(select(Person)).all() == []
        assert session.connection().execute(text("SELECT to_regclass('score_1')")).scalar() is None
    assert add(again, at) == 1
    again.dispose()


def test_a_connection_left_open_is_ended(
    reused_postgresql: Reused, postgresql: Database, at: datetime
) -> None:
    add(postgresql, at)
    with postgresql.engine.connect() as left_open:
        left_open.execute(text("SELECT * FROM person"))
        reused_postgresql.restored()
        left_open.invalidate()


def test_after_a_change_to_a_table_there_is_a_new_database(
    reused_postgresql: Reused, postgresql: Database
) -> None:
    before = reused_postgresql.url
    with postgresql.transaction() as session:
        session.connection().execute(text("ALTER TABLE person ALTER COLUMN email DROP NOT NULL"))
    assert reused_postgresql.restored() != before
    assert reused_postgresql.restored() == reused_postgresql.url
