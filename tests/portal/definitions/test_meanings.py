from datetime import datetime

from portal import definitions
from portal.db import Database


def test_the_first_versions_ship_once(database: Database, at: datetime) -> None:
    for _ in range(2):
        with database.transaction() as session:
            definitions.ship(session, at=at)

    with database.reading() as session:
        meanings = definitions.in_force(session)
    assert list(meanings) == [term for term, *_ in definitions.SHIPPED]
    assert {m.number for m in meanings.values()} == {1}


def test_what_nobody_signed_says_so_wherever_it_is_named(sqlite: Database, at: datetime) -> None:
    with sqlite.transaction() as session:
        definitions.ship(session, at=at)
        meaning = definitions.in_force(session)["qualified_lead"]

    assert meaning.label == "Qualified lead v1, provisional, unsigned"
