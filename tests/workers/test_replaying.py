"""A run can be worked out again from what it read, whatever became of the records since."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from portal import exports, jobs
from portal.clock import now
from portal.db import Database
from portal.errors import NotFound
from portal.exports.wide import frozen_rows
from portal.fields import Level
from portal.jobs.tables import Job, State
from portal.models import registry
from portal.ranking import frozen, runs, timetable
from portal.ranking.frozen import FrozenBytes, Kept
from portal.ranking.timetable import Timed
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT
from workers import inline


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def replayed(database: Database, settings: Settings) -> Kept:
    with database.transaction() as session:
        frozen.ask_replay(session, 1, by=None, at=AT)
    inline.run_all(database, settings)
    return kept(database)


def kept(database: Database, run_id: int = 1) -> Kept:
    with database.reading() as session:
        found = frozen.of(session, run_id)
    assert found is not None
    return found


def digest(database: Database) -> str:
    with database.reading() as session:
        return runs.get_run(session, 1).digest


def test_a_replay_gives_the_same_bytes_though_the_records_changed(
    ranked: Database, settings: Settings
) -> None:
    with ranked.transaction() as session:
        session.connection().execute(text("UPDATE person SET attributes = '{}', version = version + 1"))
        session.connection().execute(text("UPDATE activity_kind SET weight = 99"))
        session.connection().execute(text("DELETE FROM field WHERE name = 'Visits'"))

    found = replayed(ranked, settings)

    assert found.records == 604
    assert found.replayed_digest == digest(ranked)


def test_it_is_the_same_on_postgresql(postgresql: Database, ranked: Database, settings: Settings) -> None:
    crowd.people(postgresql, unknown=4)
    crowd.trained(postgresql, settings)

    found = replayed(postgresql, settings)

    assert found.replayed_digest == digest(postgresql) == digest(ranked)
    with postgresql.transaction() as session:
        assert frozen.forget(session, before=now()) == 1


def test_damaged_rows_are_noticed(ranked: Database, settings: Settings) -> None:
    with ranked.transaction() as session:
        session.connection().execute(text("UPDATE frozen_bytes SET body = x'00'"))

    job = replayed(ranked, settings).job

    assert job is not None
    assert job.state == State.FAILED
    assert "damaged or gone" in str(job.reason)


def test_rows_that_did_not_change_are_kept_once_until_no_run_has_them(
    ranked: Database, settings: Settings
) -> None:
    with ranked.reading() as session:
        model = registry.get(session, 1)
    crowd.scored(ranked, settings, model, at=AT)

    def bodies() -> int:
        with ranked.reading() as session:
            return session.exec(select(func.count()).select_from(FrozenBytes)).one()

    assert bodies() == 2, "rows and activities, once for both runs"
    with ranked.transaction() as session:
        frozen.forget(session, before=kept(ranked, 2).frozen_at)
    assert (kept(ranked, 2).records, bodies()) == (604, 2)
    with ranked.transaction() as session:
        frozen.forget(session, before=now())
        with pytest.raises(NotFound, match="no longer kept"):
            frozen.ask_replay(session, 1, by=None, at=AT)
    assert bodies() == 0


def test_nothing_is_kept_where_the_settings_say_so(ranked: Database, settings: Settings) -> None:
    with ranked.reading() as session:
        model = registry.get(session, 1)

    crowd.scored(ranked, settings.model_copy(update={"frozen_days": 0}), model)

    with ranked.reading() as session:
        assert frozen.of(session, 2) is None


def test_the_rows_can_be_taken_out_as_they_were(ranked: Database, settings: Settings) -> None:
    with ranked.transaction() as session:
        session.connection().execute(text("UPDATE person SET attributes = '{}', version = version + 1"))
        asked = exports.request_frozen(session, 1, "parquet", by=None, at=now())
    inline.run_all(ranked, settings)

    with ranked.reading() as session:
        done = exports.get(session, asked.id)
    assert (done.rows, done.title) == (604, "Rows that run 1 read")
    first = next(frozen_rows(ranked, 1).parts).row(0, named=True)
    held = crowd.traits()[0]
    assert first["Visits"] == held.get("Visits")
    assert first["Demo"] == held.get("Demo")


def test_everybody_is_scored_again_when_the_timetable_says_so(ranked: Database, settings: Settings) -> None:
    with ranked.transaction() as session:
        schedule = timetable.set_to(session, Level.PERSON, Timed(timetable.DAILY), by=None, at=AT)
        assert jobs.schedules.insert(session, schedule, at=schedule.next_at) is not None

    inline.run_all(ranked, settings)

    run = crowd.current(ranked)
    assert (run.id, run.state) == (2, "done")


def test_without_a_model_that_ranks_a_timetable_does_nothing(sqlite: Database, settings: Settings) -> None:
    with sqlite.transaction() as session:
        schedule = timetable.set_to(session, Level.PERSON, Timed(timetable.DAILY), by=None, at=AT)
        jobs.schedules.insert(session, schedule, at=schedule.next_at)

    inline.run_all(sqlite, settings)

    with sqlite.reading() as session:
        assert session.exec(select(Job.result).where(Job.kind == "rescore")).one() == {"run": None}
