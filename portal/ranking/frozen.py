"""What a run read, frozen: parts as Parquet, kept under their digest, so that parts that did not change are kept once.

With them a run can be replayed, and taken out to other tools. Kept for as long as the settings say.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, func, text
from sqlmodel import Field, Session, SQLModel, col, delete, select

from portal import events, jobs
from portal.db import Instant, Json
from portal.errors import Conflict, NotFound
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job
from portal.models.tables import Run, RunState


class FrozenRun(SQLModel, table=True):
    """What a run needs beside its rows and its model, and what came of its last replay."""

    __tablename__ = "frozen_run"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    plan: dict[str, Any] = Field(
        sa_type=Json, description="Fields with their kinds, and how activities count."
    )
    frozen_at: datetime = Field(sa_type=Instant)
    replayed_at: datetime | None = Field(default=None, sa_type=Instant)
    replayed_digest: str = Field(default="", max_length=64, description="Of all scores, as of the run.")


class FrozenPart(SQLModel, table=True):
    """A range of records a run read."""

    __tablename__ = "frozen_part"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    first: int = Field(primary_key=True, description="Where its range of ids begins.")
    records: int
    rows: str = Field(max_length=64, index=True, description="SHA-256 of the rows as Parquet.")
    activities: str = Field(max_length=64, index=True, description="SHA-256 of their activities as Parquet.")
    told: str = Field(
        default="",
        max_length=64,
        index=True,
        sa_column_kwargs={"server_default": ""},
        description="Of what was read: the same again need not become Parquet again.",
    )


class FrozenBytes(SQLModel, table=True):
    """Parquet by its digest."""

    __tablename__ = "frozen_bytes"

    digest: str = Field(primary_key=True, max_length=64)
    body: bytes = Field(sa_type=LargeBinary)


def begin(session: Session, run_id: int, plan: Mapping[str, Any], *, at: datetime) -> None:
    """Begin to freeze what a run reads; what a killed attempt left is taken away."""
    session.exec(delete(FrozenPart).where(col(FrozenPart.run_id) == run_id))
    session.merge(FrozenRun(run_id=run_id, plan=dict(plan), frozen_at=at))


Digests = tuple[str, str]
"""Of a part's rows and of its activities, as Parquet."""


def known(session: Session, told: str) -> Digests | None:
    """Under what is kept already what was told like this, if it is."""
    query = select(FrozenPart.rows, FrozenPart.activities).where(FrozenPart.told == told)
    return session.exec(query).first()


def keep_bytes(session: Session, rows: bytes, activities: bytes) -> Digests:
    """Keep Parquet under its digests. Several workers may do so at once."""
    bodies = {hashlib.sha256(body).hexdigest(): body for body in (rows, activities)}
    session.connection().execute(
        text("INSERT INTO frozen_bytes (digest, body) VALUES (:digest, :body) ON CONFLICT DO NOTHING"),
        [{"digest": digest, "body": bodies[digest]} for digest in sorted(bodies)],
    )
    return hashlib.sha256(rows).hexdigest(), hashlib.sha256(activities).hexdigest()


def keep(session: Session, run_id: int, *, first: int, records: int, digests: Digests, told: str) -> None:
    """Note that a part of a run is kept under these digests."""
    rows, activities = digests
    part = FrozenPart(
        run_id=run_id, first=first, records=records, rows=rows, activities=activities, told=told
    )
    session.merge(part)


@dataclass(frozen=True)
class Kept:
    """What is kept of a run: since when, how many records, bytes as Parquet, and the newest replay."""

    run_id: int
    frozen_at: datetime
    records: int
    bytes: int
    replayed_at: datetime | None
    replayed_digest: str
    job: Job | None

    @property
    def is_replaying(self) -> bool:
        return self.job is not None and self.job.state in OPEN

    def until(self, days: int) -> datetime:
        return self.frozen_at + timedelta(days=days)


def of(session: Session, run_id: int) -> Kept | None:
    """What is kept of a run; None where nothing is, or no longer."""
    found = session.get(FrozenRun, run_id)
    if found is None:
        return None
    of_run = select(FrozenPart).where(FrozenPart.run_id == run_id)
    parts = session.exec(of_run).all()
    digests = {digest for part in parts for digest in (part.rows, part.activities)}
    size = select(func.coalesce(func.sum(func.length(FrozenBytes.body)), 0))
    held = session.exec(size.where(col(FrozenBytes.digest).in_(digests))).one()
    job = session.exec(
        select(Job).where(Job.kind == "replay", Job.page == f"/runs/{run_id}").order_by(col(Job.id).desc())
    ).first()
    records = sum(part.records for part in parts)
    return Kept(run_id, found.frozen_at, records, held, found.replayed_at, found.replayed_digest, job)


def plan_of(session: Session, run_id: int) -> dict[str, Any]:
    """Raises NotFound where nothing is kept of the run."""
    found = session.get(FrozenRun, run_id)
    if found is None:
        raise NotFound(f"What run {run_id} read is no longer kept, or never was.")
    return found.plan


def parts(session: Session, run_id: int) -> Sequence[FrozenPart]:
    """The parts of a run in the order of ids."""
    return session.exec(
        select(FrozenPart).where(FrozenPart.run_id == run_id).order_by(col(FrozenPart.first))
    ).all()


def body(session: Session, digest: str) -> bytes:
    """Parquet by its digest, which is checked. Raises Conflict where it was damaged."""
    found = session.exec(select(FrozenBytes.body).where(FrozenBytes.digest == digest)).first()
    if found is None or hashlib.sha256(found).hexdigest() != digest:
        raise Conflict(f"The frozen rows {digest[:12]} are damaged or gone, so the run cannot be replayed.")
    return found


def ask_replay(session: Session, run_id: int, *, by: int | None, at: datetime) -> Job:
    """Have a run worked out again from what it read. Raises NotFound, or Conflict while that goes on."""
    run, kept = session.get(Run, run_id), of(session, run_id)
    if run is None or run.state == RunState.RUNNING or not run.digest:
        raise NotFound(f"Run {run_id} is not there, or not done.")
    if kept is None:
        raise NotFound(f"What run {run_id} read is no longer kept, or never was.")
    if kept.is_replaying:
        raise Conflict(f"Run {run_id} is being replayed already.")
    return jobs.add(
        session,
        "replay",
        title=f"Replay run {run_id} from what it read",
        arguments={"run_id": run_id},
        by=by,
        at=at,
        page=f"/runs/{run_id}",
    )


def replayed(session: Session, run_id: int, *, digest: str, by: int | None, at: datetime) -> bool:
    """Note what a replay gave. Returns whether every score is the same to the bit."""
    found, run = session.get_one(FrozenRun, run_id), session.get_one(Run, run_id)
    found.replayed_at, found.replayed_digest = at, digest
    session.add(found)
    same = digest == run.digest
    what = "every score is the same to the bit" if same else "the scores differ"
    events.record(session, "run.replayed", "run", run_id, by=by, at=at, run=run_id, what=what)
    return same


def forget(session: Session, *, before: datetime) -> int:
    """Take away what runs read that were frozen before, and bytes that no run has any more. Returns how many runs."""
    old = list(session.exec(select(FrozenRun.run_id).where(FrozenRun.frozen_at < before)))
    return sum(1 for _ in _forgotten(session, old))


def _forgotten(session: Session, run_ids: Sequence[int]) -> Iterator[int]:
    for run_id in run_ids:
        session.exec(delete(FrozenPart).where(col(FrozenPart.run_id) == run_id))
        session.exec(delete(FrozenRun).where(col(FrozenRun.run_id) == run_id))
        yield run_id
    if run_ids:
        used = select(FrozenPart.rows).union(select(FrozenPart.activities))
        session.exec(delete(FrozenBytes).where(col(FrozenBytes.digest).not_in(used)))
