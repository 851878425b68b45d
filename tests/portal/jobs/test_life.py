"""The rules of a job as a state machine: whatever workers, people and reconcilers do in whatever order, these hold."""

import shutil
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event
from sqlmodel import col, select

from portal import jobs
from portal.db import Database
from portal.errors import Conflict
from portal.events import Event
from portal.jobs import Job, State, claims, repairs
from portal.jobs.claims import LeaseLost
from portal.jobs.rules import ENDED, RETRIABLE


class Life(RuleBasedStateMachine):
    """Each job, when it is done, writes one line into the log: the effect that must never happen twice."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 3, 2, tzinfo=UTC)
        self.run = uuid.uuid4().hex
        self.done: set[int] = set()
        self.tokens = 0
        self.known: list[int] = []

    added = Bundle("added")
    held = Bundle("held")

    @rule(target=added, kind=st.sampled_from(["sweep", "report"]))
    def add(self, kind: str) -> int:
        with self.database.transaction() as session:
            job = jobs.add(session, kind, title=self.run, arguments={}, by=None, at=self.at)
        self.known.append(job.id)
        return job.id

    @rule(target=held, job_id=added)
    def claim(self, job_id: int) -> tuple[int, str]:
        self.tokens += 1
        token = f"{self.run}-{self.tokens}"
        before = self._job(job_id)
        with self.database.transaction() as session:
            job = claims.claim(session, job_id, token=token, at=self.at)
        may = before.state == State.QUEUED and before.run_after <= self.at
        assert (job is not None) == may
        assert not may or job.attempt == before.attempt + 1 <= job.max_attempts
        return job_id, token

    @rule(claim=held)
    def heartbeat(self, claim: tuple[int, str]) -> None:
        self._under(claim, lambda s: claims.extend(s, claim[0], token=claim[1], at=self.at, done_units=1))

    @rule(claim=consumes(held))
    def finish(self, claim: tuple[int, str]) -> None:
        def work(session: object) -> None:
            claims.finish(session, claim[0], token=claim[1], at=self.at)
            session.add(Event(at=self.at, kind="demo.loaded", subject=self.run, subject_id=claim[0]))

        if self._under(claim, work):
            assert claim[0] not in self.done
            self.done.add(claim[0])

    @rule(claim=consumes(held))
    def fail(self, claim: tuple[int, str]) -> None:
        self._under(claim, lambda s: claims.fail(s, claim[0], token=claim[1], reason="No.", at=self.at))

    @rule(claim=consumes(held))
    def err(self, claim: tuple[int, str]) -> None:
        self._under(claim, lambda s: claims.put_back(s, claim[0], token=claim[1], reason="Oh.", at=self.at))

    @rule(claim=consumes(held))
    def die(self, claim: tuple[int, str]) -> None:
        """A worker is killed: nothing is written."""

    @rule(job_id=added)
    def cancel(self, job_id: int) -> None:
        before = self._job(job_id).state
        try:
            with self.database.transaction() as session:
                jobs.cancel(session, job_id, by=None, at=self.at)
        except Conflict:
            assert before in ENDED

    @rule(job_id=added)
    def retry(self, job_id: int) -> None:
        before = self._job(job_id).state
        try:
            with self.database.transaction() as session:
                jobs.retry(session, job_id, by=None, at=self.at)
        except Conflict:
            assert before not in RETRIABLE

    @rule(seconds=st.sampled_from([1, 3, 9, 400]))
    def wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule()
    def reconcile(self) -> None:
        with self.database.transaction() as session:
            for job_id in repairs.expired(session, self.at):
                repairs.free(session, job_id, at=self.at)
        with self.database.transaction() as session:
            assert not set(repairs.expired(session, self.at)) & set(self.known)

    @invariant()
    def a_running_job_has_a_holder_and_no_other_has(self) -> None:
        for job in self._jobs():
            assert (job.state == State.RUNNING) == (job.token is not None) == (job.lease_until is not None)

    @invariant()
    def what_ended_says_when_and_what_failed_says_why(self) -> None:
        for job in self._jobs():
            assert (job.finished_at is not None) == (job.state in ENDED)
            assert job.state not in {State.FAILED, State.DEAD} or job.reason

    @invariant()
    def nothing_is_tried_more_often_than_allowed(self) -> None:
        assert all(job.attempt <= job.max_attempts for job in self._jobs())

    @invariant()
    def done_jobs_had_their_effect_once_and_no_other_had(self) -> None:
        with self.database.reading() as session:
            lines = session.exec(select(Event.subject_id).where(col(Event.subject) == self.run)).all()
        assert sorted(lines) == sorted(job.id for job in self._jobs() if job.state == State.DONE)

    def _under(self, claim: tuple[int, str], work: object) -> bool:
        """Do what a worker does under its token; whether it still held the job."""
        holds = self._job(claim[0]).token == claim[1]
        try:
            with self.database.transaction() as session:
                work(session)
        except LeaseLost:
            assert not holds
            return False
        assert holds
        return True

    def _job(self, job_id: int) -> Job:
        with self.database.reading() as session:
            return jobs.get(session, job_id)

    def _jobs(self) -> list[Job]:
        with self.database.reading() as session:
            return list(session.exec(select(Job).where(col(Job.title) == self.run)))

    def teardown(self) -> None:
        """However it went, time and reconcilers bring every job to an end or back into the queue."""
        self.wait(400)
        self.reconcile()
        assert all(job.state != State.RUNNING for job in self._jobs())


@pytest.fixture
def fast_sqlite(migrated_sqlite: Path, tmp_path: Path) -> Database:
    """Without waiting for the disk after each of thousands of commits."""
    shutil.copy(migrated_sqlite, tmp_path / "life.db")
    database = Database(f"sqlite:///{tmp_path / 'life.db'}")
    event.listen(
        database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
    )
    return database


@pytest.mark.parametrize("kind", ["fast_sqlite", "postgresql"])
def test_the_life_of_jobs(kind: str, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue(kind)
    machine = type("LifeOnADatabase", (Life,), {"database": database})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    database.dispose()
