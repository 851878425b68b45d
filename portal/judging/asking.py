"""Asking for judging: everything by one term or all, what an import brought, or one record that was edited."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from portal import jobs
from portal.db import microseconds
from portal.fields import Level
from portal.jobs import Job
from portal.judging.affected import ACTIVITY


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


def after_edit(session: Session, name: str, record_id: int, *, by: int | None, at: datetime) -> Job | None:
    """Judge a record that was edited or added by hand; `name` is its level, or activity. Other kinds are not judged."""
    if name not in {*Level, ACTIVITY}:
        return None
    records: dict[str, Any] = {name: [record_id]}
    title = f"Judge the {name} that was changed"
    return jobs.add(session, "judge", title=title, arguments={"records": records}, by=by, at=at)
