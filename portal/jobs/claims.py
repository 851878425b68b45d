"""A worker's hold on a job: one at a time, for as long as it extends its lease, fenced off by a token once it is lost."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session, col

from portal.jobs import endings
from portal.jobs.pages import get
from portal.jobs.rules import back_off
from portal.jobs.tables import Job, State

LEASE: Final = timedelta(seconds=8)
HEARTBEAT: Final = timedelta(seconds=2)


class LeaseLost(Exception):  # noqa: N818  it is a fact, told to the one who lost it
    """Another worker may have the job by now: nothing of this one may be written any more."""


class Cancelled(Exception):  # noqa: N818
    """A person asked for the job to stop."""


def claim(session: Session, job_id: int, *, token: str, at: datetime) -> Job | None:
    """Take a waiting job under `token`, or None when it is not to be had. Of many at once, one gets it."""
    taken = session.exec(
        update(Job)
        .where(col(Job.id) == job_id, col(Job.state) == State.QUEUED, col(Job.run_after) <= at)
        .values(
            state=State.RUNNING,
            token=token,
            lease_until=at + LEASE,
            attempt=col(Job.attempt) + 1,
            started_at=at,
            done_units=0,
            step="",
        )
        .execution_options(synchronize_session=False)
    )
    return get(session, job_id, for_update=True) if taken.rowcount else None


def extend(session: Session, job_id: int, *, token: str, at: datetime, **progress: Any) -> bool:
    """Hold the job for another lease and note its progress (`done_units`, `total_units`, `step`).

    True when a person asked it to stop. Raises LeaseLost when `token` does not hold it any more.
    """
    held = session.exec(
        update(Job)
        .where(col(Job.id) == job_id, col(Job.token) == token)
        .values(lease_until=at + LEASE, **progress)
        .returning(col(Job.cancel_asked_at))
        .execution_options(synchronize_session=False)
    ).first()
    if held is None:
        raise LeaseLost
    return held[0] is not None


def finish(session: Session, job_id: int, *, token: str, at: datetime) -> Job:
    """Mark the job done; its effects belong into the same transaction. Raises LeaseLost, then nothing may be committed."""
    job = _held(session, job_id, token)
    job.state = State.DONE
    if job.total_units is not None:
        job.done_units = job.total_units
    return _ended(session, job, at)


def fail(session: Session, job_id: int, *, token: str, reason: str, at: datetime) -> Job:
    """End the job for a reason that trying again does not cure. Raises LeaseLost."""
    job = _held(session, job_id, token)
    endings.fail(session, job, reason, at=at)
    return _ended(session, job, at)


def stop(session: Session, job_id: int, *, token: str, at: datetime) -> Job:
    """End the job because a person asked for it. Raises LeaseLost."""
    job = _held(session, job_id, token)
    job.state = State.CANCELLED
    return _ended(session, job, at)


def put_back(session: Session, job_id: int, *, token: str, reason: str, at: datetime) -> Job:
    """Try the job again after a while, or give it up when it was tried often enough. Raises LeaseLost."""
    job = _held(session, job_id, token)
    endings.again(session, job, reason, wait=back_off(job.attempt), at=at)
    return _released(session, job)


def _held(session: Session, job_id: int, token: str) -> Job:
    job = get(session, job_id, for_update=True)
    if job.token != token:
        raise LeaseLost
    return job


def _ended(session: Session, job: Job, at: datetime) -> Job:
    job.finished_at = at
    job.step = ""
    return _released(session, job)


def _released(session: Session, job: Job) -> Job:
    job.token = job.lease_until = job.rung_at = None
    session.add(job)
    session.flush()
    return job
