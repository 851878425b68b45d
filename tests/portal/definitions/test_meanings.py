from datetime import datetime
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from portal import definitions, migrating
from portal.criteria import shipped
from portal.db import Database
from portal.definitions import Definition

BEFORE_SIGNATURES: Final = "0008"


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


def test_what_an_older_portal_shipped_is_kept_and_gets_its_criteria(database: Database, at: datetime) -> None:
    """Rows of before signatures count on, provisional; they get the criteria that say the same, once."""
    migrating.downgrade(database, BEFORE_SIGNATURES)
    with database.transaction() as session:
        for term in ("lead", "marketing_sourced"):
            given = {"term": term, "at": 1_000_000, "yes": True}
            for insert in (
                "INSERT INTO definition (term, name, position) VALUES (:term, :term, 1)",
                (
                    "INSERT INTO definition_version (definition_id, number, wording, rule, created_at, is_shipped) "
                    "SELECT id, 1, 'As it was.', 'Who asked.', :at, :yes FROM definition WHERE term = :term"
                ),
            ):
                session.execute(text(insert), given)
    migrating.upgrade(database)
    with database.transaction() as session:
        definitions.ship(session, at=at)

    with database.reading() as session:
        lead = definitions.in_force(session)["lead"]
        found = session.exec(select(Definition).where(Definition.term == "marketing_sourced")).one()
    assert (lead.label, lead.wording) == ("lead v1, provisional, unsigned", "As it was.")
    assert lead.criteria == shipped.data("lead")
    assert (found.level, found.finance_signs) == ("deal", True)
    with pytest.raises(IntegrityError, match="never changes"), database.transaction() as session:
        session.execute(text("UPDATE definition_version SET criteria = '{}' WHERE is_shipped"))
