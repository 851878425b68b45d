"""What is known of a person, read in one go."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from portal import people
from portal.activities import Activity, ActivityKind
from portal.db import Database
from portal.deals import Deal
from portal.errors import NotFound
from portal.people import SHOWN_ACTIVITIES, ExternalId, FieldChange, Person


def add(session: Session, at: datetime, **fields: object) -> Person:
    person = Person(created_at=at, updated_at=at, **fields)
    session.add(person)
    session.flush()
    return person


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("Ada", "Lovelace", "Ada Lovelace"), ("", "Lovelace", "Lovelace"), ("Ada", "", "Ada"), ("", "", "")],
)
def test_a_name_is_what_there_is_of_it(first: str, last: str, name: str) -> None:
    assert Person(first_name=first, last_name=last).name == name


def test_everything_of_one_person_and_nothing_of_another_is_known(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        one, other = add(session, at, attributes='{"Ships": 3}'), add(session, at)
        for person in (one, other):
            session.add(
                ExternalId(level="person", source="CRM", external_id=f"X{person.id}", record_id=person.id)
            )
            session.add(Deal(name=f"Deal {person.id}", person_id=person.id, created_at=at, updated_at=at))
            session.add(FieldChange(level="person", record_id=person.id, field="title", seen_at=at))
        session.add(ExternalId(level="deal", source="CRM", external_id="D1", record_id=one.id))
        session.add(FieldChange(level="deal", record_id=one.id, field="stage", seen_at=at))
        one_id = one.id

    with database.reading() as session:
        known = people.known(session, one_id)

    assert known.attributes == {"Ships": 3}
    assert [found.external_id for found in known.ids] == [f"X{one_id}"]
    assert [deal.name for deal in known.deals] == [f"Deal {one_id}"]
    assert [change.field for change in known.changes] == ["title"]


def test_the_newest_activities_come_first_and_old_ones_are_left_out(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        person, kind = add(session, at), ActivityKind(name="Demo asked for", is_request=True)
        session.add(kind)
        session.flush()
        session.add_all(
            Activity(person_id=person.id, kind_id=kind.id, at=at - timedelta(days=day))
            for day in range(SHOWN_ACTIVITIES + 5)
        )
        person_id = person.id

    with database.reading() as session:
        shown = people.known(session, person_id).activities

    assert len(shown) == SHOWN_ACTIVITIES
    assert tuple(shown[0])[:3] == (at, "Demo asked for", True)
    assert [when for when, *_ in shown] == sorted((when for when, *_ in shown), reverse=True)


def test_somebody_who_is_not_there_is_not_found(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound, match="There is no such person here"):
        people.known(session, 1)


def test_whether_anybody_is_there(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        assert not people.any_there(session)
        add(session, at)
        assert people.any_there(session)
