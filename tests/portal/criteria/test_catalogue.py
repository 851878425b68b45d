from datetime import datetime

from portal import criteria, definitions
from portal.activities import ActivityKind
from portal.criteria import FieldRef
from portal.criteria.catalogue import values_seen
from portal.db import Database
from portal.deals import Deal, DealRole
from portal.fields import Field, FieldKind, Level
from portal.people import Person

SEGMENT = FieldRef(Level.PERSON, "Segment", is_attribute=True)


def settle(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        definitions.ship(session, at=at)
        session.add(Field(level="person", name="Segment", kind="category", source="crm", first_seen_at=at))
        session.add(ActivityKind(name="Demo request", is_request=True))
        session.add(ActivityKind(name="Visit"))
        rows = [("Ghana", "A"), ("Chile", "B"), ("Ghana", "A"), ("", "")]
        session.add_all(
            Person(
                country=country,
                attributes=f'{{"Segment":"{segment}"}}',
                created_at=at,
                updated_at=at,
            )
            for country, segment in rows
        )


def test_the_catalogue_knows_what_there_is(database: Database, at: datetime) -> None:
    settle(database, at)
    with database.reading() as session:
        known = criteria.catalogue(session, Level.PERSON)

    assert known.fields[SEGMENT].kind is FieldKind.CATEGORY
    assert known.fields[FieldRef(Level.COMPANY, "employees")].kind is FieldKind.NUMBER
    assert known.activity_kinds == {"Demo request": True, "Visit": False}
    assert known.requests == ["Demo request"]
    assert known.terms["opportunity"].level is Level.DEAL
    assert criteria.problems(known.criteria["lead"], known, term="lead") == []


def test_the_values_seen_come_the_most_frequent_first(database: Database, at: datetime) -> None:
    settle(database, at)
    with database.reading() as session:
        known = criteria.catalogue(session, Level.PERSON).fields
        assert values_seen(session, known[FieldRef(Level.PERSON, "country")]) == ["Ghana", "Chile"]
        assert values_seen(session, known[SEGMENT]) == ["A", "B"]
        assert values_seen(session, known[FieldRef(Level.PERSON, "direction")]) == []
        assert values_seen(session, known[FieldRef(Level.PERSON, "came_at")]) == []


def test_the_roles_of_deals_are_offered(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        session.add(Deal(id=1, created_at=at, updated_at=at))
        session.flush()
        session.add_all(DealRole(deal_id=1, role=role) for role in ("Buyer", "Buyer", ""))
    with database.reading() as session:
        assert criteria.catalogue(session, Level.DEAL).roles == ["Buyer"]
