"""One attempt at a job, and jobs done without a queue server."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from portal import jobs
from portal.clock import now
from portal.db import Database
from portal.errors import Invalid, Unavailable
from portal.events import Event
from portal.jobs import KINDS, Job, State, claims, repairs
from portal.jobs.claims import LEASE
from portal.jobs.kinds import Kind
from portal.settings import Settings
from workers import attempts, inline, tasks
from workers.claim import Claim, Heartbeat
from workers.tasks import Cancelled, LeaseLost

Work = Callable[..., tasks.Effects | None]


@pytest.fixture
def do(sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], Job]:
    """Do a job with a given function, and give the job as it is then."""

    def do(work: Work, *, limit: int = 60, **arguments: Any) -> Job:
        monkeypatch.setitem(KINDS, "trial", Kind("default", limit, 2))
        monkeypatch.setitem(tasks._TASKS, "trial", work)
        with sqlite.transaction() as session:
            job = jobs.add(session, "trial", title="Trial", arguments=arguments, by=None, at=now())
        inline.run_all(sqlite, settings)
        return _job(sqlite, job.id)

    return do


def test_what_a_function_returns_is_done_with_the_end_of_the_job(do: Any, sqlite: Database) -> None:
    def work(job: Claim, name: str) -> tasks.Effects:
        return lambda session: {"line": _write(session, name)}

    job = do(work, name="Alder")

    assert (job.state, job.result) == (State.DONE, {"line": 1})
    assert _lines(sqlite) == ["Alder"]


def test_a_function_may_return_nothing(do: Any) -> None:
    assert do(lambda job: None).result == {}


def test_effects_that_fail_leave_nothing(do: Any, sqlite: Database) -> None:
    def effects(session: Session) -> dict[str, Any]:
        _write(session, "Alder")
        raise Invalid("The file has no rows.")

    job = do(lambda job: effects)

    assert (job.state, job.reason) == (State.FAILED, "The file has no rows.")
    assert _lines(sqlite) == []


def test_a_surprise_is_tried_again_and_said_without_its_details(do: Any) -> None:
    job = do(lambda job: 1 / 0)

    assert (job.state, job.attempt, job.run_after > now()) == (State.QUEUED, 1, True)
    assert (
        job.reason
        == f"An unexpected error stopped it (ZeroDivisionError). The log says more under job {job.id}."
    )


def test_a_function_that_takes_too_long_is_stopped(do: Any) -> None:
    job = do(lambda job: time.sleep(10), limit=1)

    assert job.state == State.FAILED
    assert job.reason == "It took longer than its limit of 1 seconds and was ended. Try it with less data."
    assert (job.finished_at - job.started_at).total_seconds() < 3


def test_progress_is_noted_at_each_step_and_then_about_once_a_second(do: Any, sqlite: Database) -> None:
    seen: list[tuple[int, int | None, str]] = []

    def work(job: Claim) -> None:
        job.progress(1, 5, "reading")
        for done in range(2, 6):
            job.progress(done, step="reading")
            found = _job(sqlite, job.id)
            seen.append((found.done_units, found.total_units, found.step))
        job.progress(5, step="writing")
        seen.append((5, 5, _job(sqlite, job.id).step))

    do(work)

    assert seen == [(1, 5, "reading")] * 4 + [(5, 5, "writing")]


def test_work_in_parts_commits_only_while_the_claim_holds(do: Any, sqlite: Database) -> None:
    def work(job: Claim) -> None:
        with job.transaction() as session:
            _write(session, f"Alder {job.attempt}")
        _lose(sqlite, job.id)
        with job.transaction() as session:
            _write(session, f"Birch {job.attempt}")

    job = do(work)

    assert _lines(sqlite) == ["Alder 1", "Alder 2"]
    assert (job.state, job.attempt, job.reason) == (State.DEAD, 2, repairs.LOST)


def test_a_part_is_not_begun_once_the_job_is_cancelled(do: Any, sqlite: Database) -> None:
    def work(job: Claim) -> None:
        _cancel(sqlite, job.id)
        with job.transaction() as session:
            _write(session, "Alder")

    assert do(work).state == State.CANCELLED
    assert _lines(sqlite) == []


def test_progress_raises_what_happened_to_the_claim(do: Any, sqlite: Database) -> None:
    raised: list[type[Exception]] = []

    def work(job: Claim) -> None:
        (_cancel if not raised else _lose)(sqlite, job.id)
        try:
            job.progress(1)
        except (Cancelled, LeaseLost) as told:
            raised.append(type(told))
            raise

    assert do(work).state == State.CANCELLED
    do(work)
    assert raised[:2] == [Cancelled, LeaseLost]


def test_who_lost_the_claim_records_nothing(do: Any, sqlite: Database) -> None:
    def work(job: Claim) -> None:
        _lose(sqlite, job.id, at_most=1)
        raise Invalid("Too late to say.")

    assert do(work).reason == "Too late to say."  # of the second attempt; the first was not heard


def test_a_kind_nobody_does_fails_with_a_sentence(
    do: Any, sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.tasks._TASKS", {})
    with pytest.raises(Unavailable, match="has no work of the kind “nonsense”"):
        tasks.find("nonsense")


def test_the_heartbeat_extends_the_lease_and_survives_a_database_that_fails(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = _claimed(sqlite, settings)
    before = _job(sqlite, claim.id).lease_until
    monkeypatch.setattr("workers.claim.HEARTBEAT", timedelta(seconds=0.05))
    failures = [ZeroDivisionError]
    extend = claim.extend

    def flaky() -> None:
        if failures:
            raise failures.pop()
        extend()

    monkeypatch.setattr(claim, "extend", flaky)
    with Heartbeat(claim, alone=False):
        time.sleep(0.4)

    assert _job(sqlite, claim.id).lease_until > before
    assert not claim.ended


def test_a_process_that_does_not_stop_is_ended(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    monkeypatch.setattr("workers.claim.os._exit", lambda code: ended.set())
    monkeypatch.setattr("workers.claim.HEARTBEAT", timedelta(seconds=0.05))
    monkeypatch.setattr("workers.claim.GRACE_SECONDS", 0.1)
    cancelled, overrun = _claimed(sqlite, settings), _claimed(sqlite, settings)
    overrun.time_limit = -10
    _cancel(sqlite, cancelled.id)

    for claim in (cancelled, overrun):
        ended.clear()
        with Heartbeat(claim, alone=True):
            assert ended.wait(5)

    assert _job(sqlite, cancelled.id).state == State.CANCELLED
    assert _job(sqlite, overrun.id).state == State.FAILED


def test_a_job_whose_process_died_is_put_back_unless_it_had_ended(
    sqlite: Database, settings: Settings
) -> None:
    died, ended = _claimed(sqlite, settings), _claimed(sqlite, settings)
    with sqlite.transaction() as session:
        claims.finish(session, ended.id, token=ended.token, at=now())

    for claim in (died, ended):
        attempts.put_back_lost(sqlite, claim.id, claim.token, "signal 9")

    assert _job(sqlite, ended.id).state == State.DONE
    assert (_job(sqlite, died.id).state, _job(sqlite, died.id).reason) == (
        State.QUEUED,
        "Its process ended unexpectedly (signal 9); perhaps memory was short. The log says when.",
    )


def test_a_job_is_attempted_once(sqlite: Database, settings: Settings) -> None:
    claim = _claimed(sqlite, settings)

    assert attempts.attempt(sqlite, settings, claim.id, alone=False) is False


def test_who_waits_for_a_job_does_it_when_no_worker_takes_it(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.inline.OURS_AFTER_SECONDS", 0.1)
    monkeypatch.setattr("workers.inline.LOOK_SECONDS", 0.02)
    lost = _claimed(sqlite, settings)
    with sqlite.transaction() as session:
        jobs.get(session, lost.id).lease_until = now() - LEASE
    seen: list[str] = []

    job = inline.wait(sqlite, settings, lost.id, watch=lambda job: seen.append(job.state))

    assert job.state == State.DONE
    assert seen[0] == State.RUNNING
    assert seen[-1] == State.DONE


def test_run_does_the_job_whose_number_the_queue_carried(
    sqlite: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    with sqlite.transaction() as session:
        job = jobs.add(session, "sweep", title="Sweep", arguments={}, by=None, at=now())

    tasks.run(job.id)

    assert (_job(sqlite, job.id).state, _job(sqlite, job.id).result) == (State.DONE, {"forgotten": 0})


def test_every_kind_has_its_function() -> None:
    assert {kind for kind in KINDS if not tasks.find(kind)} == set()


def _claimed(database: Database, settings: Settings) -> Claim:
    with database.transaction() as session:
        job = jobs.add(session, "sweep", title="Sweep", arguments={}, by=None, at=now())
    with database.transaction() as session:
        return Claim.of(claims.claim(session, job.id, token=f"t{job.id}", at=now()), database, settings)


def _lose(database: Database, job_id: int, at_most: int = 9) -> None:
    late = now() + LEASE * 2
    with database.transaction() as session:
        job = jobs.get(session, job_id)
        if job.attempt <= at_most:
            job.time_limit = 3600
            session.flush()
            repairs.free(session, job_id, at=late)
            jobs.get(session, job_id).run_after = now()


def _cancel(database: Database, job_id: int) -> None:
    with database.transaction() as session:
        jobs.cancel(session, job_id, by=None, at=now())


def _write(session: Session, name: str) -> int:
    line = Event(at=now(), kind="demo.loaded", subject=name, subject_id=1)
    session.add(line)
    session.flush()
    return line.id


def _lines(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(Event.subject).where(col(Event.kind) == "demo.loaded")))


def _job(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return jobs.get(session, job_id)
