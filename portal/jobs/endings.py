"""How a job ends badly, and who is told."""

from datetime import datetime

from sqlmodel import Session, col, select

from portal import events
from portal.accounts import Right, User
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


def told(session: Session, job: Job, *, at: datetime) -> None:
    """Tell who asked for the job that it failed."""
    _tell(session, job, _asker(job), at)


def _administrators(session: Session) -> list[int]:
    who = select(User.id).where(col(User.right) == Right.ADMINISTRATOR, col(User.disabled_at).is_(None))
    return list(session.exec(who))


def _asker(job: Job) -> set[int]:
    return set() if job.created_by is None else {job.created_by}


def _tell(session: Session, job: Job, users: set[int], at: datetime) -> None:
    sentence = f"The job “{job.title[:150]}” did not succeed: {job.reason}"[:500]
    for user in sorted(users):
        session.add(Notice(user_id=user, at=at, sentence=sentence, path=f"/jobs/{job.id}"))
