"""What the reconciler puts right: leases nobody extends, and waiting jobs nobody heard of. Any number may do so at once."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from portal.jobs import endings
from portal.jobs.rules import ENDED
from portal.jobs.tables import Job, State

HEARD: Final = timedelta(seconds=1)
BATCH: Final = 500
LOST: Final = "Its worker ended unexpectedly. The log says when."


class Waiting(NamedTuple):
    """A job to be rung: what the doorbell needs to know of it."""

    id: int
    queue: str
    attempt: int
    rung_at: datetime | None


def expired(session: Session, at: datetime) -> list[int]:
    """The running jobs whose worker has not extended its lease in time."""
    lapsed = select(Job.id).where(col(Job.state) == State.RUNNING, col(Job.lease_until) < at)
    return list(session.exec(lapsed.limit(BATCH)))


def free(session: Session, job_id: int, *, at: datetime) -> Job | None:
    """Let another worker have a job whose lease expired; unless that is not wanted or hopeless.

    None when it was extended, freed or finished meanwhile.
    """
    query = select(Job).where(
        col(Job.id) == job_id, col(Job.state) == State.RUNNING, col(Job.lease_until) < at
    )
    job = session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
    if job is None:
        return None
    job.token = job.lease_until = job.rung_at = None
    endings.again(session, job, LOST, wait=timedelta(0), at=at)
    session.add(job)
    session.flush()
    return job


def waiting(session: Session, ids: list[int]) -> list[Waiting]:
    """Of these jobs, those that wait to be done."""
    query = select(Job.id, Job.queue, Job.attempt, Job.rung_at)
    query = query.where(col(Job.id).in_(ids), col(Job.state) == State.QUEUED).order_by(col(Job.id))
    return [Waiting(*row) for row in session.exec(query)]


def due(session: Session, at: datetime) -> list[Waiting]:
    """The oldest waiting jobs whose time has come and that were rung a moment ago or never: perhaps nobody heard."""
    query = select(Job.id, Job.queue, Job.attempt, Job.rung_at).where(
        col(Job.state) == State.QUEUED,
        col(Job.run_after) <= at,
        col(Job.rung_at).is_(None) | (col(Job.rung_at) < at - HEARD),
    )
    return [Waiting(*row) for row in session.exec(query.order_by(col(Job.run_after)).limit(BATCH))]


def rung(session: Session, job: Waiting, *, at: datetime) -> Waiting | None:
    """Note that the job is about to be rung again; None when another reconciler was first or it is not waiting any more."""
    before = col(Job.rung_at).is_(None) if job.rung_at is None else col(Job.rung_at) == job.rung_at
    noted = session.exec(
        update(Job)
        .where(col(Job.id) == job.id, col(Job.state) == State.QUEUED, before)
        .values(rung_at=at)
        .execution_options(synchronize_session=False)
    )
    return job._replace(rung_at=at) if noted.rowcount else None


def forget(session: Session, *, before: datetime, kind: str = "") -> int:
    """Delete the jobs that ended before a time, all or those of a kind. Returns how many."""
    old = delete(Job).where(col(Job.state).in_(ENDED), col(Job.finished_at) < before)
    if kind:
        old = old.where(col(Job.kind) == kind)
    return session.exec(old.execution_options(synchronize_session=False)).rowcount
