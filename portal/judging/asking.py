"""Asking for judging: everything by one term or all, or only what an import, a merge, a run or an edit by hand changed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session

from portal import jobs
from portal.criteria import references
from portal.db import microseconds
from portal.fields import Level
from portal.jobs import Job
from portal.judging.affected import ACTIVITY
from portal.judging.standing import standing


def ask(session: Session, *, term: str = "", by: int | None, at: datetime) -> Job:
    """Judge all records by a term and those that ask for it, or by all terms. Gives the job."""
    title = f"Judge every record by {term.replace('_', ' ')}" if term else "Judge every record"
    return jobs.add(
        session,
        "judge",
        title=title,
        arguments={"term": term} if term else {},
        by=by,
        at=at,
        page="/definitions",
    )


def after_import(session: Session, *, since: datetime, by: int | None, at: datetime) -> Job:
    """Judge what came or changed since an import began."""
    arguments = {"since": microseconds(since)}
    return jobs.add(
        session, "judge", title="Judge what the import brought", arguments=arguments, by=by, at=at
    )


def after_merges(session: Session, people: Collection[int], *, by: int | None, at: datetime) -> Job | None:
    """Judge people who were merged, or split again: both what stayed and what came of it."""
    if not people:
        return None
    records = {Level.PERSON.value: sorted(people)}
    title = "Judge the people who were merged or split"
    return jobs.add(session, "judge", title=title, arguments={"records": records}, by=by, at=at)


def after_run(session: Session, level: Level, *, at: datetime) -> list[Job]:
    """Scores of a level are new: judge by the terms that ask for them, and by those that rest on these."""
    asking = [term for term, each in standing(session).items() if level in references(each.criteria).scores]
    return [ask(session, term=term, by=None, at=at) for term in asking]


def after_edit(session: Session, name: str, record_id: int, *, by: int | None, at: datetime) -> Job | None:
    """Judge a record that was edited or added by hand; `name` is its level, or activity. Other kinds are not judged."""
    if name not in {*Level, ACTIVITY}:
        return None
    records: dict[str, Any] = {name: [record_id]}
    title = f"Judge the {name} that was changed"
    return jobs.add(session, "judge", title=title, arguments={"records": records}, by=by, at=at)
