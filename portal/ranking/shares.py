"""A run's shares: ranges of ids that any worker takes, scores and hands in; whoever dies leaves its share to the others."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import LargeBinary, delete, func, text
from sqlmodel import Field, Session, SQLModel, col, select

from portal.db import Instant, microseconds
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job
from portal.models.tables import Run, RunState


class Share(SQLModel, table=True):
    """One part of the records, taken by a job under its token, and what came of it until the run is ranked."""

    __tablename__ = "run_share"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    part: int = Field(primary_key=True)
    job_id: int | None = None
    token: str | None = Field(
        default=None, max_length=40, description="Of the job's claim it was taken under."
    )
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    unknown: int = Field(default=0, description="Records of which the model knew nothing.")
    digest: str = Field(default="", max_length=64, description="Of what was read.")
    scores: bytes | None = Field(default=None, sa_type=LargeBinary)


def share_out(session: Session, run_id: int, parts: range) -> bool:
    """Make a share of each part; False where an attempt before this one did."""
    if session.exec(select(Share.part).where(Share.run_id == run_id).limit(1)).first() is not None:
        return False
    session.add_all(Share(run_id=run_id, part=part) for part in parts)
    session.flush()
    return True


def count(session: Session, run_id: int) -> int:
    """How many there are."""
    return session.exec(select(func.count()).select_from(Share).where(Share.run_id == run_id)).one()


FREE: Final = (
    "SELECT s.part FROM run_share s WHERE s.run_id = :run AND s.done_at IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM job j WHERE j.id = s.job_id AND j.token = s.token AND j.lease_until > :at) "
    "ORDER BY s.part LIMIT 1"
)
"""A share is held as long as the claim stands under which it was taken."""


def take(session: Session, run_id: int, *, job_id: int, token: str, at: datetime) -> int | None:
    """A part nobody is at, for this job; None when there is none."""
    connection = session.connection()
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE OF s SKIP LOCKED"
    part = connection.execute(text(FREE + lock), {"run": run_id, "at": microseconds(at)}).scalar()
    if part is None:
        return None
    share = session.get_one(Share, (run_id, part))
    share.job_id, share.token = job_id, token
    session.flush()
    return share.part


class Handed(NamedTuple):
    """What comes of a share: the scores, of how many records nothing was known, and the digest of what was read."""

    scores: bytes
    unknown: int
    digest: str


def hand_in(session: Session, run_id: int, part: int, found: Handed, *, token: str, at: datetime) -> bool:
    """Keep what came of a share. False, and nothing is kept, where another worker has it by now."""
    query = select(Share).where(Share.run_id == run_id, Share.part == part)
    share = session.exec(query.with_for_update()).first()
    if share is None or share.token != token or share.done_at is not None:
        return False
    share.done_at, share.scores, share.unknown, share.digest = at, *found
    session.flush()
    return True


def left(session: Session, run_id: int) -> int:
    """How many are not handed in."""
    query = select(func.count()).select_from(Share)
    return session.exec(query.where(Share.run_id == run_id, col(Share.done_at).is_(None))).one()


def bytes_of_all(session: Session, run_id: int) -> int:
    """How long all scores are together."""
    query = select(func.coalesce(func.sum(func.length(Share.scores)), 0))
    return int(session.exec(query.where(Share.run_id == run_id)).one())


def handed_in(session: Session, run_id: int) -> Iterator[Handed]:
    """What came of each share, in the order of ids, read one by one."""
    parts = session.exec(select(Share.part).where(Share.run_id == run_id).order_by(col(Share.part))).all()
    query = select(Share.scores, Share.unknown, Share.digest).where(Share.run_id == run_id)
    for part in parts:
        scores, unknown, digest = session.exec(query.where(Share.part == part)).one()
        yield Handed(scores or b"", unknown, digest)


def is_open(session: Session, run_id: int) -> bool:
    """Whether the run is still worth working for: nobody cancelled it and it has not ended."""
    state = session.exec(
        select(Job.state)
        .join(Run, col(Run.job_id) == col(Job.id))
        .where(Run.id == run_id, Run.state == RunState.RUNNING, col(Job.cancel_asked_at).is_(None))
    ).first()
    return state in OPEN


def forget(session: Session, run_id: int) -> None:
    session.exec(delete(Share).where(col(Share.run_id) == run_id))
