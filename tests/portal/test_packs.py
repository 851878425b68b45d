"""Packs say what the rows say, whatever was written meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, text
from sqlmodel import Session, col, delete, select, update

from portal import activities, columns, packs
from portal.activities import Activity, ActivityKind
from portal.db import Database
from portal.fields import Field, FieldKind, Level
from portal.people import Person
from tests.portal.models import crowd
from tests.portal.models.crowd import AT


@pytest.fixture
def people(database: Database) -> Database:
    """Forty people of whom some did something."""
    crowd.people(database, count=40, unknown=2)
    with database.transaction() as session:
        session.add_all([ActivityKind(id=3, name="Visit"), ActivityKind(id=7, name="Demo")])
        session.flush()
        rows = [
            {"person_id": 1 + n % 9, "at": AT - timedelta(hours=n * 37 % 200), "kind_id": (3, 7)[n % 2]}
            for n in range(60)
        ]
        session.execute(insert(Activity), rows)
    return database


def told(database: Database) -> dict[str, list[Any]]:
    """All that the packs of the first part tell, categories as words."""
    with database.reading() as session:
        fields = packs.packable(session, Level.PERSON)
    found = packs.of_records(database, Level.PERSON, 0, fields)
    return {name: _values(column) for name, column in found.items()}


def _values(column: packs.Column) -> list[Any]:
    if column.levels or (column.values.dtype.kind == "i" and column.values.dtype.itemsize < 8):
        return [None if code < 0 else column.levels[code] for code in column.values.tolist()]
    return [None if np.isnan(value) else value for value in column.values.tolist()]


def rows(database: Database) -> dict[str, list[Any]]:
    """The same from the rows."""
    with database.reading() as session:
        fields = packs.packable(session, Level.PERSON)
        frame = columns.read(session, Level.PERSON, fields, first=0, last=packs.SIZE - 1)
    return frame.to_dict(as_series=False)


def did(database: Database) -> list[tuple[int, int, int]]:
    found = packs.of_activities(database, 0)
    return list(zip(*(found[name].values.tolist() for name in packs.ACTIVITY_NAMES), strict=True))


def done(database: Database) -> list[tuple[int, int, int]]:
    with database.reading() as session:
        return list(zip(*(each.tolist() for each in activities.of_people(session, 0, 99)), strict=True))


def edit(session: Session) -> None:
    session.get_one(Person, 3).country = "Peru"


def add(session: Session) -> None:
    session.add(Person(first_name="New", country="Chad", created_at=AT, updated_at=AT))


def merge(session: Session) -> None:
    session.get_one(Person, 5).merged_into_id = 6


def delete_one(session: Session) -> None:
    person = session.exec(select(Person).where(Person.id == 42)).one()
    session.execute(text("DELETE FROM external_id WHERE record_id = 42"))
    session.delete(person)


def change_an_attribute(session: Session) -> None:
    person = session.get_one(Person, 8)
    person.attributes = '{"Channel":"Carrier pigeon","Visits":99}'


def make_a_field_another_kind(session: Session) -> None:
    field = session.exec(select(Field).where(Field.name == "Visits")).one()
    field.kind = FieldKind.CATEGORY


def let_a_field_come(session: Session) -> None:
    session.add(Field(level="person", name="Mood", kind="category", source="crm", first_seen_at=AT))


@pytest.mark.parametrize(
    "write",
    [edit, add, merge, delete_one, change_an_attribute, make_a_field_another_kind, let_a_field_come],
)
def test_packs_follow_every_change_of_records(people: Database, write: Callable[[Session], None]) -> None:
    columns.refresh(people, Level.PERSON)
    before = told(people)
    assert before == rows(people)
    assert told(people) == before, "from the pack itself"

    with people.transaction() as session:
        write(session)
    columns.refresh(people, Level.PERSON)

    assert told(people) == rows(people)
    assert told(people) != before


def come(session: Session) -> None:
    session.add(Activity(person_id=11, at=AT, kind_id=7))


def move(session: Session) -> None:
    session.exec(update(Activity).where(col(Activity.person_id) == 1).values(person_id=30))


def another_kind(session: Session) -> None:
    session.exec(update(Activity).where(col(Activity.id) == 1).values(kind_id=7))


def another_time(session: Session) -> None:
    session.get_one(Activity, 1).at = AT - timedelta(days=900)


def go(session: Session) -> None:
    session.exec(delete(Activity).where(col(Activity.id) == 2))


def nobody_knows_whose(session: Session) -> None:
    session.get_one(Activity, 4).person_id = None


@pytest.mark.parametrize("write", [come, move, another_kind, another_time, go, nobody_knows_whose])
def test_packs_follow_every_change_of_activities(people: Database, write: Callable[[Session], None]) -> None:
    before = did(people)
    assert before == done(people) == did(people)

    with people.transaction() as session:
        write(session)

    assert did(people) == done(people)
    assert did(people) != before


def test_a_pack_that_stands_is_read_and_not_made(people: Database) -> None:
    columns.refresh(people, Level.PERSON)
    packs.refresh(people, Level.PERSON)
    with people.transaction() as session:
        session.execute(
            text("UPDATE person SET country = 'Elsewhere'")
        )  # no version rises: nobody may do that
        session.execute(text("UPDATE pack SET digest = 'kept'"))

    assert "Elsewhere" not in told(people)["country"]
    assert {column.digest for column in packs.of_activities(people, 0).values()} == {"kept"}
