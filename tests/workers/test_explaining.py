from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from portal import columns, jobs
from portal.db import Database
from portal.fields import Level
from portal.jobs.tables import Job, State
from portal.models.tables import Reason, Run
from portal.ranking import places, reasons, runs
from portal.ranking.places import Filters
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT
from workers import inline

NOBODY = 602  # of whom nothing is known


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def why(database: Database, record_id: int, run_id: int = 1) -> reasons.Why:
    with database.reading() as session:
        return reasons.of(session, run_id, record_id)


def ask(database: Database, record_id: int) -> reasons.Why:
    with database.transaction() as session:
        return reasons.ask(session, 1, record_id, by=None, at=AT)


def best(database: Database) -> int:
    """The record to call first."""
    with database.reading() as session:
        return places.page(session, runs.get_run(session, 1), Filters(), limit=1).places[0].id


def last(database: Database) -> int:
    """The record at the end of the list."""
    return crowd.table(database, 1)[-1][1]


def test_a_run_is_followed_by_the_reasons_of_the_first_open_places(ranked: Database) -> None:
    with ranked.reading() as session:
        run = runs.get_run(session, 1)
        first = places.page(session, run, Filters(), limit=reasons.FIRST).places
        known = set(session.exec(select(Reason.record_id)))

    assert known == {place.id for place in first}
    assert len(known) == 200


def test_reasons_are_sentences_with_the_records_own_values(ranked: Database) -> None:
    found = why(ranked, best(ranked))

    assert found.is_known
    assert found.raises[0].effect >= found.raises[-1].effect > 0
    assert {effect.sentence.split(" is ")[0] for effect in found.raises} <= {
        "Visits",
        "Channel",
        "Demo",
        "Country",
        "Source",
        "Luck",
    }
    assert found.raises[0].sentence.startswith(("Visits is 1", "Visits is 2", "Channel is Partner"))


def test_effects_sum_to_the_score(ranked: Database) -> None:
    with ranked.reading() as session:
        kept = {reason.record_id: reason.why["raw"] for reason in session.exec(select(Reason))}
        scored = places.raw_sums(session, session.get_one(Run, 1), list(kept))

    assert kept == pytest.approx(scored, abs=1e-9)


def test_asking_twice_is_one_job(ranked: Database, settings: Settings) -> None:
    first, again = ask(ranked, last(ranked)), ask(ranked, last(ranked))

    assert first.is_coming
    assert again.job.id == first.job.id
    inline.run_all(ranked, settings)
    found = why(ranked, last(ranked))
    assert found.is_known
    assert len(found.lowers) == 3


def test_asking_for_what_is_known_adds_no_job(ranked: Database) -> None:
    assert ask(ranked, best(ranked)).job is None


def test_a_job_that_failed_starts_again_when_asked(ranked: Database) -> None:
    failed = ask(ranked, last(ranked)).job.id
    with ranked.transaction() as session:
        session.get_one(Job, failed).state = State.DEAD
    assert why(ranked, last(ranked)).has_failed

    assert ask(ranked, last(ranked)).is_coming

    with ranked.reading() as session:
        assert jobs.get(session, failed).state == State.QUEUED


def test_of_whom_nothing_is_known_the_model_knew_nothing(ranked: Database, settings: Settings) -> None:
    ask(ranked, NOBODY)
    inline.run_all(ranked, settings)

    found = why(ranked, NOBODY)

    assert found.knows_nothing
    assert (found.raises, found.lowers) == ([], [])


def test_reasons_say_when_the_record_changed_since_the_run(ranked: Database, settings: Settings) -> None:
    record = last(ranked)
    changed = {"attributes": '{"Visits":20,"Channel":"Partner"}', "id": record}
    with ranked.transaction() as session:
        query = text("UPDATE person SET attributes = :attributes, version = 2 WHERE id = :id")
        session.connection().execute(query, changed)
    columns.refresh(ranked, Level.PERSON)
    ask(ranked, record)
    inline.run_all(ranked, settings)

    assert why(ranked, record).is_changed
    assert not why(ranked, best(ranked)).is_changed


def test_the_reasons_of_a_dropped_run_go_with_it(ranked: Database) -> None:
    with ranked.transaction() as session:
        runs.fail(session, 1)
        assert session.exec(select(Reason)).all() == []


def test_on_postgresql_too(postgresql: Database, settings: Settings, ranked: Database) -> None:
    crowd.people(postgresql, unknown=4)
    crowd.trained(postgresql, settings)

    assert why(postgresql, best(ranked)) == why(ranked, best(ranked))
