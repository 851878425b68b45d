from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from portal import jobs
from portal.db import Database
from portal.errors import Conflict, NotFound
from portal.events import Event
from portal.jobs import KINDS, State, claims
from tests.portal.jobs.conftest import AddJob


def test_a_job_gets_queue_limits_and_attempts_of_its_kind(add: AddJob, at: datetime, member: int) -> None:
    job = add(
        kind="import", title="Import leads", arguments={"import_id": 7}, by=member, page="/imports/7", total=9
    )

    assert (job.state, job.queue, job.time_limit, job.max_attempts) == (
        State.QUEUED,
        "imports",
        KINDS["import"].time_limit,
        KINDS["import"].max_attempts,
    )
    assert (job.arguments, job.created_by, job.page, job.total_units) == (
        {"import_id": 7},
        member,
        "/imports/7",
        9,
    )
    assert job.run_after == job.rung_at == at


def test_an_unknown_kind_is_a_mistake_of_the_code(database: Database, add: AddJob) -> None:
    with pytest.raises(KeyError):
        add(kind="nonsense")


def test_the_bell_is_rung_for_new_jobs_only(database: Database, add: AddJob) -> None:
    rung: list[int] = []
    database.ring = rung.extend

    first, again = add(key="daily"), add(key="daily")

    assert first.id == again.id
    assert rung == [first.id]


def test_the_same_key_at_the_same_time_is_one_job(database: Database, add: AddJob) -> None:
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda _: add(key="daily").id, range(12)))

    assert len(ids) == 1


def test_other_broken_rules_of_the_database_are_not_hidden(database: Database, add: AddJob) -> None:
    with pytest.raises(IntegrityError):
        add(by=4711, key="asked by nobody we know")


def test_cancelling_a_waiting_job_ends_it_at_once(
    database: Database, add: AddJob, at: datetime, member: int
) -> None:
    job = add()

    with database.transaction() as session:
        cancelled = jobs.cancel(session, job.id, by=member, at=at)

    assert (cancelled.state, cancelled.finished_at, cancelled.cancel_asked_at) == (State.CANCELLED, at, at)
    assert _events(database) == [("job.cancelled", job.id, member)]


def test_cancelling_a_running_job_asks_it_to_stop_and_says_so_once(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add()
    claim(job.id)

    for _ in range(2):
        with database.transaction() as session:
            asked = jobs.cancel(session, job.id, by=None, at=at)

    assert (asked.state, asked.cancel_asked_at) == (State.RUNNING, at)
    assert _events(database) == [("job.cancelled", job.id, None)]


def test_what_has_ended_cannot_be_cancelled(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    job = add()
    claim(job.id)
    with database.transaction() as session:
        claims.finish(session, job.id, token="t1", at=at)

    with pytest.raises(Conflict), database.transaction() as session:
        jobs.cancel(session, job.id, by=None, at=at)


def test_a_failed_job_starts_again_as_if_it_were_new(
    database: Database, add: AddJob, claim: AddJob, at: datetime, member: int
) -> None:
    rung: list[int] = []
    job = add(total=10)
    claim(job.id)
    with database.transaction() as session:
        claims.fail(session, job.id, token="t1", reason="It rained.", at=at)
    database.ring = rung.extend
    later = at + timedelta(hours=1)

    with database.transaction() as session:
        again = jobs.retry(session, job.id, by=member, at=later)

    assert (again.state, again.attempt, again.run_after, again.reason) == (State.QUEUED, 0, later, None)
    assert rung == [job.id]
    assert claim(job.id, "t2", later) is not None
    assert _events(database)[-1] == ("job.retried", job.id, member)


def test_what_runs_waits_or_is_done_cannot_start_again(
    database: Database, add: AddJob, claim: AddJob, at: datetime
) -> None:
    waiting, running = add(), add()
    claim(running.id)

    for job in (waiting, running):
        with pytest.raises(Conflict), database.transaction() as session:
            jobs.retry(session, job.id, by=None, at=at)


def test_a_job_that_is_not_there_is_not_found(database: Database, at: datetime) -> None:
    with pytest.raises(NotFound), database.transaction() as session:
        jobs.cancel(session, 4711, by=None, at=at)


def _events(database: Database) -> list[tuple[str, int, int | None]]:
    with database.reading() as session:
        return [(event.kind, event.subject_id, event.user_id) for event in session.exec(select(Event))]
