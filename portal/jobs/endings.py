"""How a job ends badly, and who is told."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal import events
from portal.accounts import Right, User
from portal.jobs.rules import overran
from portal.jobs.tables import Job, State
from portal.notices import Notice


def give_up(session: Session, job: Job, reason: str, *, at: datetime) -> None:
    """Mark the job dead: it was tried often enough. Who asked for it and the administrators are told."""
    job.state = State.DEAD
    job.reason = reason
    job.finished_at = at
    session.add(job)
    events.record(session, "job.dead", "job", job.id, by=None, at=at, title=job.title, reason=reason)
    _tell(session, job, {*_administrators(session), *_asker(job)}, at)


def fail(session: Session, job: Job, reason: str, *, at: datetime) -> None:
    """Mark the job failed for a reason that trying again does not cure. Who asked for it is told."""
    job.state = State.FAILED
    job.reason = reason
    job.finished_at = at
    session.add(job)
    _tell(session, job, _asker(job), at)


def again(session: Session, job: Job, reason: str, *, wait: timedelta, at: datetime) -> None:
    """What follows an attempt that came to nothing: another one after `wait`, unless that is not wanted or hopeless."""
    if job.cancel_asked_at is not None:
        job.state = State.CANCELLED
        job.finished_at = at
    elif overran(started_at=job.started_at, time_limit=job.time_limit, at=at):
        fail(session, job, overrun(job.time_limit), at=at)
    elif job.attempt >= job.max_attempts:
        give_up(session, job, reason, at=at)
    else:
        job.state = State.QUEUED
        job.run_after = at + wait
        job.reason = reason


def overrun(time_limit: int) -> str:
    """Why a job that passed its limit, in seconds, is not tried again: it would take as long."""
    minutes, seconds = divmod(time_limit, 60)
    limit = f"{minutes} minutes" if not seconds else f"{time_limit} seconds"
    return f"It took longer than its limit of {limit} and was ended. Try it with less data."


def _administrators(session: Session) -> list[int]:
    who = select(User.id).where(col(User.right) == Right.ADMINISTRATOR, col(User.disabled_at).is_(None))
    return list(session.exec(who))


def _asker(job: Job) -> set[int]:
    return set() if job.created_by is None else {job.created_by}


def _tell(session: Session, job: Job, users: set[int], at: datetime) -> None:
    sentence = f"The job “{job.title[:150]}” did not succeed: {job.reason}"[:500]
    for user in sorted(users):
        session.add(Notice(user_id=user, at=at, sentence=sentence, path=f"/jobs/{job.id}"))
