"""Work that comes again: each due job is inserted once, however many reconcilers look."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from portal.jobs.commands import add
from portal.jobs.kinds import KINDS
from portal.jobs.rules import next_due
from portal.jobs.tables import Job, Schedule


def ensure(
    session: Session,
    name: str,
    *,
    kind: str,
    title: str,
    every: timedelta,
    at: datetime,
    arguments: dict[str, Any] | None = None,
) -> Schedule:
    """Have a schedule of this name. One that exists keeps its next time and whether it is paused."""
    schedule = session.exec(select(Schedule).where(col(Schedule.name) == name)).first()
    schedule = schedule or Schedule(name=name, next_at=at, kind=kind, queue="", title="", every_seconds=1)
    schedule.kind = kind
    schedule.queue = KINDS[kind].queue
    schedule.title = title
    schedule.arguments = arguments or {}
    schedule.every_seconds = int(every.total_seconds())
    session.add(schedule)
    return schedule


def due(session: Session, at: datetime) -> list[Schedule]:
    """The schedules whose time has come."""
    query = select(Schedule).where(col(Schedule.next_at) <= at, col(Schedule.paused_at).is_(None))
    return list(session.exec(query))


def insert(session: Session, schedule: Schedule, *, at: datetime) -> Job | None:
    """Add the due job of a schedule and set its next time; None when another reconciler was first."""
    following = next_due(schedule.next_at, timedelta(seconds=schedule.every_seconds), at)
    moved = session.exec(
        update(Schedule)
        .where(col(Schedule.id) == schedule.id, col(Schedule.next_at) == schedule.next_at)
        .values(next_at=following)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        return None
    key = f"{schedule.name}@{schedule.next_at:%Y-%m-%dT%H:%M:%S}"
    return add(
        session, schedule.kind, title=schedule.title, arguments=schedule.arguments, by=None, at=at, key=key
    )
