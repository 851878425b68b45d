"""What the page of the data's health says: the newest examination, how old each source is, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from portal import events, jobs
from portal.health.examining import STALE_DAYS, Result
from portal.health.tables import HealthCheck, Spelling
from portal.imports.tables import Import, ImportState
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job


@dataclass(frozen=True)
class Source:
    """A source's files of one kind: when the last went in, how many did, and how many rows that last one had."""

    name: str
    kind: str
    last_at: datetime
    imports: int
    rows: int


@dataclass(frozen=True)
class Health:
    """The newest examination and its result; both None before the first."""

    check: HealthCheck | None
    result: Result | None
    sources: Sequence[Source]
    spellings: Sequence[Spelling]
    job: Job | None


def health(session: Session) -> Health:
    check = session.exec(select(HealthCheck).order_by(col(HealthCheck.id).desc())).first()
    return Health(
        check,
        Result.model_validate(check.result) if check else None,
        sources(session),
        session.exec(select(Spelling).order_by(col(Spelling.id).desc()).limit(20)).all(),
        at_work(session),
    )


def at_work(session: Session) -> Job | None:
    """The job that examines the data, or makes spellings one, right now."""
    query = select(Job).where(col(Job.kind).in_(("health", "spelling")), col(Job.state).in_(OPEN))
    return session.exec(query.order_by(col(Job.id)).limit(1)).first()


def sources(session: Session) -> list[Source]:
    """Every source and kind of file that went in, the oldest first."""
    done = Import.state == ImportState.DONE
    newest = select(Import.source, Import.kind, func.max(Import.id).label("id"), func.count().label("n"))
    last = newest.where(done).group_by(col(Import.source), col(Import.kind)).subquery()
    query = select(Import, last.c.n).join(last, last.c.id == Import.id).order_by(col(Import.finished_at))
    return [
        Source(found.source, found.kind, found.finished_at or found.uploaded_at, count, found.rows)
        for found, count in session.exec(query)
    ]


def ask(session: Session, *, stale_days: int = STALE_DAYS, by: int | None, at: datetime) -> Job:
    """Have a job examine the data; where one is at it, that one."""
    if (running := at_work(session)) is not None:
        return running
    events.record(session, "check.asked_for", "check", 0, by=by, at=at)
    return jobs.add(
        session,
        "health",
        title="Examine the data",
        arguments={"stale_days": stale_days},
        by=by,
        at=at,
        page="/health",
    )
