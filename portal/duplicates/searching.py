"""Looking for duplicates: asking for it, what to read of everybody, and what the last search said."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from portal import events, jobs
from portal.columns import Input
from portal.duplicates import automatic
from portal.fields import Field, FieldKind, Level
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job, State

KIND: Final = "duplicates"
BURST: Final = timedelta(minutes=1)
MOST_PEOPLE: Final = 500_000
PERSON: Final = {
    "first name": "first_name",
    "last name": "last_name",
    "e-mail": "email",
    "phone": "phone",
    "company": "company_name",
    "title": "title",
    "city": "city",
}


def ask(session: Session, *, by: int | None, at: datetime) -> Job:
    """Have duplicates looked for; a search that waits or runs is the same."""
    if (job := latest(session)) and job.state in OPEN:
        return job
    events.record(session, "duplicate.asked_for", "duplicate", 0, by=by, at=at)
    return jobs.add(
        session, KIND, title="Look for duplicates", arguments={}, by=by, at=at, page="/duplicates"
    )


def ask_after_import(session: Session, *, at: datetime) -> Job | None:
    """Have duplicates looked for among people who just came, unless that is switched off or a search waits already.

    It starts a little later, so that the files of one burst are searched once.
    """
    waits = select(Job.id).where(Job.kind == KIND, Job.state == State.QUEUED).limit(1)
    if not automatic.searches_after_import(session) or session.exec(waits).first() is not None:
        return None
    job = jobs.add(
        session, KIND, title="Look for duplicates", arguments={}, by=None, at=at, page="/duplicates"
    )
    job.run_after = job.rung_at = at + BURST
    return job


def latest(session: Session) -> Job | None:
    """The newest search, whatever became of it."""
    return session.exec(select(Job).where(Job.kind == KIND).order_by(col(Job.id).desc()).limit(1)).first()


@dataclass(frozen=True)
class Outcome:
    """What the last search that ended well said, and when it did."""

    at: datetime
    result: dict[str, Any]


def outcome(session: Session) -> Outcome | None:
    done = select(Job).where(Job.kind == KIND, Job.state == State.DONE).order_by(col(Job.id).desc()).limit(1)
    job = session.exec(done).first()
    return Outcome(job.finished_at, job.result or {}) if job and job.finished_at else None


def inputs(session: Session) -> list[Input]:
    """What is read of everybody: the mapped fields by their words, then all attributes by their names."""
    mapped = [Input(word, FieldKind.TEXT, f"NULLIF(r.{name}, '')") for word, name in PERSON.items()]
    found = session.exec(select(Field).where(Field.level == Level.PERSON).order_by(col(Field.id)))
    return [*mapped, *(Input(field.name, FieldKind(field.kind), f"c.f{field.id}") for field in found)]
