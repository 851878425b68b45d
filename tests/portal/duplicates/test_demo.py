"""Merged demo people go with the demo, and a real one who was taken in comes back."""

from sqlmodel import select

from portal.db import Database
from portal.demo.clearing import clear
from portal.demo.stories import SOURCE
from portal.duplicates.merging import merge
from portal.people import ExternalId, Person
from tests.portal.duplicates.conftest import AT, person


def test_clearing_the_demo_splits_its_people_first(database: Database) -> None:
    demo, twin, real = 1, 2, 3
    with database.transaction() as session:
        for id_, source in ((demo, SOURCE), (twin, SOURCE), (real, "CRM")):
            session.add(person(first_name=f"A{id_}"))
            session.add(ExternalId(level="person", source=source, external_id=f"{id_}", record_id=id_))
            session.flush()
        merge(session, demo, twin, by=None, at=AT)
        merge(session, demo, real, by=None, at=AT)
    clear(database, at=AT)
    with database.reading() as session:
        assert [(p.id, p.merged_into_id) for p in session.exec(select(Person))] == [(real, None)]
