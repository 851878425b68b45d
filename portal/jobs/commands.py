"""What people and other parts ask of jobs: add, cancel, retry."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from portal import events
from portal.db import jobs_of
from portal.errors import Conflict
from portal.jobs.kinds import KINDS
from portal.jobs.pages import get
from portal.jobs.rules import OPEN, RETRIABLE
from portal.jobs.tables import Job, State


def add(
    session: Session,
    kind: str,
    *,
    title: str,
    arguments: dict[str, Any],
    by: int | None,
    at: datetime,
    key: str | None = None,
    page: str = "",
    total: int | None = None,
) -> Job:
    """Add work in the caller's transaction; it starts after the commit. The same `key` twice is one job.

    `arguments` are passed to the function by name and must be JSON. `page` is where its outcome is shown.
    """
    if key and (existing := _by_key(session, key)):
        return existing
    rules = KINDS[kind]
    job = Job(
        kind=kind,
        queue=rules.queue,
        title=title,
        arguments=arguments,
        key=key,
        created_at=at,
        created_by=by,
        run_after=at,
        rung_at=at,
        max_attempts=rules.max_attempts,
        time_limit=rules.time_limit,
        total_units=total,
        page=page,
    )
    return _insert(session, job)


def _insert(session: Session, job: Job) -> Job:
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        if job.key and (existing := _by_key(session, job.key)):
            return existing  # another transaction was first
        raise
    jobs_of(session).append(job.id)
    return job


def _by_key(session: Session, key: str) -> Job | None:
    return session.exec(select(Job).where(col(Job.key) == key)).first()


def cancel(session: Session, job_id: int, *, by: int | None, at: datetime) -> Job:
    """Cancel a job: at once when it waits, else it is asked to stop and has a few seconds to do so.

    Raises NotFound, or Conflict when it has ended already.
    """
    job = _locked(session, job_id)
    if job.state not in OPEN:
        raise Conflict(f"This job is {job.state} already; there is nothing left to cancel.")
    if job.state == State.QUEUED:
        job.state = State.CANCELLED
        job.finished_at = at
    if job.cancel_asked_at is None:
        job.cancel_asked_at = at
        events.record(session, "job.cancelled", "job", job.id, by=by, at=at, title=job.title)
    session.add(job)
    return job


def retry(session: Session, job_id: int, *, by: int | None, at: datetime) -> Job:
    """Start a job again that failed, was cancelled or given up. Raises NotFound, or Conflict in any other state."""
    job = _locked(session, job_id)
    if job.state not in RETRIABLE:
        raise Conflict(
            f"This job is {job.state}; only one that failed, was cancelled or given up can start again."
        )
    job.state = State.QUEUED
    job.attempt = job.done_units = 0
    job.run_after = job.rung_at = at
    job.started_at = job.finished_at = job.cancel_asked_at = job.token = job.lease_until = job.reason = None
    job.step = ""
    events.record(session, "job.retried", "job", job.id, by=by, at=at, title=job.title)
    session.add(job)
    jobs_of(session).append(job.id)
    return job


def _locked(session: Session, job_id: int) -> Job:
    """The job, held against workers until the commit: SQLite's write units exclude each other, PostgreSQL locks the row."""
    return get(session, job_id, for_update=True)
