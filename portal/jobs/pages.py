"""What pages show of jobs: one, a list by state with keyset paging, and how many there are of each state."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from portal.errors import NotFound
from portal.jobs.tables import Job, State


@dataclass(frozen=True)
class Page:
    """Jobs, newest first. `older` and `newer` are the ids to page from, None where the list ends."""

    jobs: list[Job]
    older: int | None
    newer: int | None


def get(session: Session, job_id: int, *, for_update: bool = False) -> Job:
    """One job. Raises NotFound."""
    query = select(Job).where(col(Job.id) == job_id)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    job = session.exec(query).first()
    if job is None:
        raise NotFound(
            "There is no such job. It may have been forgotten; finished jobs are kept for 90 days."
        )
    return job


def listed(
    session: Session,
    *,
    states: Collection[str] = (),
    kind: str = "",
    by: int | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page:
    """Jobs of the given states (none named: all), of a kind, asked for by a user; before or after an id, exclusive."""
    query = select(Job)
    if states:
        query = query.where(col(Job.state).in_(states))
    if kind:
        query = query.where(col(Job.kind) == kind)
    if by is not None:
        query = query.where(col(Job.created_by) == by)
    if after is not None:
        ascending = query.where(col(Job.id) > after).order_by(col(Job.id)).limit(limit + 1)
        return _newer_page(list(session.exec(ascending)), limit)
    if before is not None:
        query = query.where(col(Job.id) < before)
    found = list(session.exec(query.order_by(col(Job.id).desc()).limit(limit + 1)))
    jobs = found[:limit]
    return Page(
        jobs,
        older=jobs[-1].id if len(found) > limit else None,
        newer=jobs[0].id if jobs and before is not None else None,
    )


def _newer_page(ascending: list[Job], limit: int) -> Page:
    jobs = ascending[:limit][::-1]
    return Page(
        jobs,
        older=jobs[-1].id if jobs else None,
        newer=jobs[0].id if len(ascending) > limit else None,
    )


def counts(session: Session) -> dict[State, int]:
    """How many jobs there are in each state, every state named."""
    found = session.exec(select(Job.state, func.count()).group_by(col(Job.state)))
    return dict.fromkeys(State, 0) | {State(state): number for state, number in found}
