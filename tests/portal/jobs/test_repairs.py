from datetime import datetime, timedelta

from portal import jobs
from portal.db import Database
from portal.jobs import Job, State, claims, repairs
from portal.jobs.claims import LEASE
from tests.portal.jobs.conftest import AddJob

SECOND = timedelta(seconds=1)


def test_a_lease_nobody_extends_is_found_and_freed(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add()
    claim(job.id)

    assert _expired(database, at + LEASE) == []
    assert _expired(database, at + LEASE + SECOND) == [job.id]

    freed = _free(database, job.id, at + LEASE + SECOND)
    assert (freed.state, freed.token, freed.rung_at, freed.run_after) == (
        State.QUEUED,
        None,
        None,
        at + LEASE + SECOND,
    )


def test_a_lease_is_freed_once(database: Database, add: AddJob, claim: AddJob, at: datetime) -> None:
    job = add()
    claim(job.id)
    late = at + LEASE + SECOND

    assert _free(database, job.id, late) is not None
    assert _free(database, job.id, late) is None


def test_a_lease_extended_meanwhile_is_not_freed(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add()
    claim(job.id)
    late = at + LEASE + SECOND
    with database.transaction() as session:
        claims.extend(session, job.id, token="t1", at=late)

    assert _free(database, job.id, late) is None


def test_a_cancelled_job_whose_worker_died_is_cancelled(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add()
    claim(job.id)
    with database.transaction() as session:
        jobs.cancel(session, job.id, by=None, at=at)

    freed = _free(database, job.id, at + LEASE + SECOND)

    assert freed.state == State.CANCELLED


def test_a_job_that_kills_every_worker_is_given_up(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add(kind="report")
    for number in range(job.max_attempts):
        late = at + (LEASE + SECOND) * (number + 1)
        claim(job.id, f"t{number}", at + (LEASE + SECOND) * number)
        freed = _free(database, job.id, late)

    assert (freed.state, freed.reason) == (State.DEAD, repairs.LOST)


def test_a_job_whose_time_is_up_is_not_tried_again(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add(kind="report")
    claim(job.id)

    freed = _free(database, job.id, at + timedelta(minutes=10))

    assert freed.state == State.FAILED
    assert freed.reason == "It took longer than its limit of 10 minutes and was ended. Try it with less data."


def test_jobs_are_due_when_they_were_rung_a_moment_ago_or_never(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    rung, put_back, running = add(), add(), add()
    claim(running.id)
    claim(put_back.id)
    with database.transaction() as session:
        claims.put_back(session, put_back.id, token="t1", reason="A surprise.", at=at)

    assert _due(database, at + repairs.HEARD) == []
    assert _due(database, at + 1.5 * SECOND) == [rung.id]
    assert _due(database, at + 2 * SECOND) == [rung.id, put_back.id]


def test_a_job_is_rung_again_by_one_reconciler(database: Database, add: AddJob, at: datetime) -> None:
    job = add()
    later = at + 2 * SECOND
    with database.reading() as session:
        [seen] = repairs.due(session, later)

    with database.transaction() as session:
        first = repairs.rung(session, seen, at=later)
        second = repairs.rung(session, seen, at=later)

    assert first == seen._replace(rung_at=later)
    assert second is None
    with database.reading() as session:
        assert repairs.waiting(session, [job.id]) == [first]


def test_a_job_never_rung_is_noted_as_rung(database: Database, add: AddJob, at: datetime) -> None:
    job = add()
    with database.transaction() as session:
        jobs.get(session, job.id).rung_at = None
    with database.reading() as session:
        [seen] = repairs.due(session, at)

    with database.transaction() as session:
        assert repairs.rung(session, seen, at=at) is not None


def test_old_jobs_are_forgotten_and_open_ones_are_not(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    done, waiting = add(), add()
    claim(done.id)
    with database.transaction() as session:
        claims.finish(session, done.id, token="t1", at=at)

    with database.transaction() as session:
        assert repairs.forget(session, before=at) == 0
        assert repairs.forget(session, before=at + SECOND, kind="mail") == 0
        assert repairs.forget(session, before=at + SECOND) == 1

    with database.reading() as session:
        assert [job.id for job in jobs.listed(session).jobs] == [waiting.id]


def _expired(database: Database, at: datetime) -> list[int]:
    with database.reading() as session:
        return repairs.expired(session, at)


def _free(database: Database, job_id: int, at: datetime) -> Job | None:
    with database.transaction() as session:
        return repairs.free(session, job_id, at=at)


def _due(database: Database, at: datetime) -> list[int]:
    with database.reading() as session:
        return [job.id for job in repairs.due(session, at)]
