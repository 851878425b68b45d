"""The job that looks for duplicates, from people in the database to pairs that wait."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from portal import jobs
from portal.db import Database, canonical
from portal.duplicates import automatic, proposals, searching
from portal.duplicates.automatic import Rule
from portal.duplicates.tables import Merge
from portal.people import ExternalId, Person
from portal.settings import Settings
from tests.scoring.linkage.crowd import crowd
from workers import inline

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NAMES = ("first_name", "last_name", "email", "phone", "city")


def fill(database: Database) -> set[tuple[int, int]]:
    """A crowd; gives the true pairs as ids."""
    columns, truth = crowd(size=200, twice=45)
    rows = zip(*(column.values.to_list() for column in columns), strict=True)
    with database.transaction() as session:
        for row in rows:
            given = {name: value or "" for name, value in zip(NAMES, row, strict=True)}
            session.add(Person(created_at=AT, updated_at=AT, attributes=canonical({}), **given))
            session.flush()
    return {(a + 1, b + 1) for a, b in truth}


def search(database: Database, settings: Settings) -> dict:
    with database.transaction() as session:
        job_id = searching.ask(session, by=None, at=AT).id
    inline.run_all(database, settings)
    with database.reading() as session:
        job = jobs.get(session, job_id)
        assert job.state == "done", job.reason
        return job.result


def waiting(database: Database) -> set[tuple[int, int]]:
    with database.reading() as session:
        return {(p.a_id, p.b_id) for p, _, _ in proposals.waiting(session, limit=500).pairs}


def test_those_who_stand_there_twice_wait_with_their_reasons(sqlite: Database, settings: Settings) -> None:
    truth = fill(sqlite)

    said = search(sqlite, settings)

    found = waiting(sqlite)
    assert len(found & truth) >= 0.95 * len(truth)
    assert len(found & truth) >= 0.98 * len(found)
    assert said["found"] == len(found)
    assert said["people"] == 245
    assert said["curve"]
    with sqlite.reading() as session:
        pair = proposals.waiting(session).pairs[0][0]
    assert "the same phone" in [reason["words"] for reason in pair.reasons]


@pytest.mark.slow
def test_looking_again_changes_nothing_and_asks_nobody_twice(sqlite: Database, settings: Settings) -> None:
    fill(sqlite)
    search(sqlite, settings)
    before = waiting(sqlite)
    with sqlite.transaction() as session:
        first = proposals.waiting(session).pairs[0][0]
        proposals.keep_apart(session, first.id, by=None, at=AT)

    search(sqlite, settings)

    assert waiting(sqlite) == before - {(first.a_id, first.b_id)}


def test_what_a_rule_allows_is_merged_and_what_it_does_not_waits(
    sqlite: Database, settings: Settings
) -> None:
    with sqlite.transaction() as session:
        for number, (email, key) in enumerate(
            [("a@x.org", "0035g00000AbCdE"), ("", "0035g00000AbCdE"), ("a@x.org", "z")]
        ):
            session.add(
                Person(
                    id=number + 1,
                    first_name="Ada",
                    last_name="Lee",
                    email=email,
                    created_at=AT,
                    updated_at=AT,
                )
            )
            session.flush()
            session.add(
                ExternalId(level="person", source=f"S{number}", external_id=key, record_id=number + 1)
            )

    assert search(sqlite, settings)["merged"] == 1

    with sqlite.transaction() as session:
        automatic.allow(session, {Rule.EMAIL_AND_NAME: True}, by=None, at=AT)
    assert search(sqlite, settings)["merged"] == 1
    with sqlite.reading() as session:
        merges = session.exec(select(Merge).order_by(Merge.id)).all()
    assert [(m.survivor_id, m.merged_id, m.rule) for m in merges] == [
        (1, 2, "exact_id"),
        (1, 3, "email_and_name"),
    ]


def test_an_empty_portal_says_what_is_missing(sqlite: Database, settings: Settings) -> None:
    assert "too little to tell people apart" in search(sqlite, settings)["notes"][0]


def test_a_search_that_waits_is_not_asked_for_twice(sqlite: Database) -> None:
    with sqlite.transaction() as session:
        assert searching.ask(session, by=None, at=AT).id == searching.ask(session, by=None, at=AT).id


def test_the_library_is_imported_by_the_search_alone() -> None:
    loaded = "import sys, workers.duplicates; print({'splink', 'duckdb', 'pyarrow'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
