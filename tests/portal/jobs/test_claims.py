from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import select

from portal import jobs
from portal.db import Database
from portal.events import Event
from portal.jobs import Job, State, claims, repairs, rules
from portal.jobs.claims import LEASE, LeaseLost
from portal.notices import Notice
from tests.portal.jobs.conftest import AddJob

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_claim_holds_the_job_for_one_lease(add: AddJob, claim: AddJob, at: datetime) -> None:
    job = claim(add().id)

    assert (job.state, job.token, job.attempt, job.started_at, job.lease_until) == (
        State.RUNNING,
        "t1",
        1,
        at,
        at + LEASE,
    )


def test_a_job_is_claimed_once(add: AddJob, claim: AddJob) -> None:
    job = add()

    assert claim(job.id, "t1") is not None
    assert claim(job.id, "t2") is None


def test_of_many_claims_at_once_one_succeeds(database: Database, add: AddJob, claim: AddJob) -> None:
    for job_id in [add().id for _ in range(5)]:
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(partial(claim, job_id), [f"t{number}" for number in range(8)])
            claimed = [job.token for job in found if job]

        assert len(claimed) == 1
        assert _job(database, job_id).token == claimed[0]


def test_a_job_that_waits_for_its_time_is_not_to_be_had(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add()
    claim(job.id)
    with database.transaction() as session:
        claims.put_back(session, job.id, token="t1", reason="It rained.", at=at)

    assert claim(job.id, "t2", at + timedelta(seconds=1)) is None
    assert claim(job.id, "t2", at + timedelta(seconds=2)) is not None


def test_a_heartbeat_extends_the_lease_and_notes_progress(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = claim(add().id)
    later = at + timedelta(seconds=5)

    with database.transaction() as session:
        asked = claims.extend(
            session, job.id, token="t1", at=later, done_units=3, total_units=9, step="reading"
        )

    found = _job(database, job.id)
    assert asked is False
    assert (found.lease_until, found.done_units, found.total_units, found.step) == (
        later + LEASE,
        3,
        9,
        "reading",
    )


def test_a_heartbeat_learns_that_a_person_cancelled(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = claim(add().id)
    with database.transaction() as session:
        jobs.cancel(session, job.id, by=None, at=at)

    with database.transaction() as session:
        assert claims.extend(session, job.id, token="t1", at=at) is True
    with database.transaction() as session:
        claims.stop(session, job.id, token="t1", at=at)

    assert _job(database, job.id).state == State.CANCELLED


def test_effects_and_done_are_committed_together(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = claim(add(total=10).id)

    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        claims.finish(session, job.id, token="t1", at=at)
        _ = 1 / 0
    assert _job(database, job.id).state == State.RUNNING

    with database.transaction() as session:
        claims.finish(session, job.id, token="t1", at=at)
    found = _job(database, job.id)
    assert (found.state, found.done_units, found.finished_at, found.token) == (State.DONE, 10, at, None)


def test_who_lost_the_lease_can_write_nothing(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add()
    claim(job.id, "lost")
    late = at + LEASE + timedelta(seconds=1)
    with database.transaction() as session:
        repairs.free(session, job.id, at=late)
    claim(job.id, "new", late)

    attempts = [
        lambda s: claims.extend(s, job.id, token="lost", at=late),
        lambda s: claims.finish(s, job.id, token="lost", at=late),
        lambda s: claims.fail(s, job.id, token="lost", reason="no", at=late),
        lambda s: claims.stop(s, job.id, token="lost", at=late),
        lambda s: claims.put_back(s, job.id, token="lost", reason="no", at=late),
    ]
    for attempt in attempts:
        with pytest.raises(LeaseLost), database.transaction() as session:
            attempt(session)

    found = _job(database, job.id)
    assert (found.state, found.token, found.attempt) == (State.RUNNING, "new", 2)


def test_a_failure_keeps_its_reason_and_tells_who_asked(
    database: Database, add: AddJob, claim: AddJob, member: int, administrator: int
) -> None:
    at = NOON
    job = claim(add(by=member, title="Import leads").id)

    with database.transaction() as session:
        claims.fail(session, job.id, token="t1", reason="The file has no rows.", at=at)

    found = _job(database, job.id)
    assert (found.state, found.reason, found.finished_at) == (State.FAILED, "The file has no rows.", at)
    assert _notices(database) == [
        (member, "The job “Import leads” did not succeed: The file has no rows.", f"/jobs/{job.id}")
    ]


def test_an_error_is_tried_again_later_and_in_the_end_given_up(
    database: Database, add: AddJob, claim: AddJob, member: int, administrator: int
) -> None:
    job = add(kind="report", by=member)
    moment = NOON
    for attempt in (1, 2):
        assert claim(job.id, f"t{attempt}", moment).attempt == attempt
        with database.transaction() as session:
            claims.put_back(session, job.id, token=f"t{attempt}", reason="A surprise.", at=moment)
        found = _job(database, job.id)
        assert (found.state, found.run_after) == (State.QUEUED, moment + rules.back_off(attempt))
        moment = found.run_after

    claim(job.id, "t3", moment)
    with database.transaction() as session:
        claims.put_back(session, job.id, token="t3", reason="A surprise.", at=moment)

    found = _job(database, job.id)
    assert (found.state, found.reason, found.finished_at) == (State.DEAD, "A surprise.", moment)
    assert [user for user, _, _ in _notices(database)] == sorted([member, administrator])
    with database.reading() as session:
        assert [event.kind for event in session.exec(select(Event))] == ["job.dead"]


def test_a_cancelled_job_that_fails_is_not_tried_again(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = claim(add().id)
    with database.transaction() as session:
        jobs.cancel(session, job.id, by=None, at=at)
        claims.put_back(session, job.id, token="t1", reason="A surprise.", at=at)

    assert _job(database, job.id).state == State.CANCELLED


def _job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return jobs.get(session, job_id)


def _notices(database: Database) -> list[tuple[int, str, str]]:
    with database.reading() as session:
        return [(notice.user_id, notice.sentence, notice.path) for notice in session.exec(select(Notice))]
