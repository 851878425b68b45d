"""Why a run scored a record as it did: worked out by a job for the records people look at, and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from portal import jobs
from portal.fields import Level
from portal.jobs.rules import OPEN, RETRIABLE
from portal.jobs.tables import Job
from portal.models import words
from portal.models.tables import Reason, Run
from portal.ranking import places
from portal.ranking.places import Filters

FIRST = 200
"""So many open places from the top get their reasons with each run."""


@dataclass(frozen=True)
class Effect:
    """What one field of a record does to its score, in log-odds, as a sentence: "Country is France"."""

    sentence: str
    effect: float


@dataclass(frozen=True)
class Why:
    """What is known of the reasons for one record's score.

    `is_known`: they are worked out; `knows_nothing`: the record fills no field the model reads, so it got the
    average; `is_changed`: what is known of it changed since the run. `job` works them out where they are not known.
    """

    record_id: int
    is_known: bool
    knows_nothing: bool
    is_changed: bool
    raises: Sequence[Effect]
    lowers: Sequence[Effect]
    job: Job | None

    @property
    def is_coming(self) -> bool:
        return not self.is_known and self.job is not None and self.job.state in OPEN

    @property
    def has_failed(self) -> bool:
        return not self.is_known and self.job is not None and self.job.state not in OPEN


def of(session: Session, run_id: int, record_id: int) -> Why:
    """The reasons for a record's score in a run, or how far working them out is."""
    kept = session.get(Reason, (run_id, record_id))
    if kept is None:
        return Why(record_id, False, False, False, (), (), _job(session, run_id, record_id))
    why = kept.why
    raises, lowers = ([_effect(found) for found in why[way]] for way in ("raises", "lowers"))
    return Why(record_id, True, why["knows_nothing"], why["is_changed"], raises, lowers, None)


def _effect(found: Mapping[str, Any]) -> Effect:
    return Effect(f"{words.title(found['feature'])} is {found['value']}", found["effect"])


def ask(session: Session, run_id: int, record_id: int, *, by: int | None, at: datetime) -> Why:
    """Have the reasons worked out, unless they are known or on their way. A job that failed starts again."""
    why = of(session, run_id, record_id)
    if why.is_known or why.is_coming:
        return why
    if why.job is not None and why.job.state in RETRIABLE:
        jobs.retry(session, why.job.id, by=by, at=at)
    elif why.job is None:
        _add(session, run_id, [record_id], key=_key(run_id, record_id), by=by, at=at)
    return of(session, run_id, record_id)


def ask_for_the_first(session: Session, run: Run, *, at: datetime) -> None:
    """Have the reasons of the first open places of a finished run worked out."""
    if ids := first_places(session, run):
        _add(session, run.id, ids, key=f"explain {run.id}", by=None, at=at)


def first_places(session: Session, run: Run, *, count: int = FIRST) -> list[int]:
    """The records from the top of a run whom one could still call."""
    if run.level == Level.PERSON:
        return [place.id for place in places.page(session, run, Filters(), limit=count).places]
    return places.top(session, run, limit=count)


def _add(session: Session, run_id: int, ids: Sequence[int], *, key: str, by: int | None, at: datetime) -> Job:
    what = "the first of" if len(ids) != 1 else "one of"
    return jobs.add(
        session,
        "explain",
        title=f"Say why {what} run {run_id} rank as they do",
        arguments={"run_id": run_id, "record_ids": list(ids)},
        by=by,
        at=at,
        key=key,
        page=f"/runs/{run_id}",
    )


def _key(run_id: int, record_id: int) -> str:
    return f"explain {run_id} {record_id}"


def _job(session: Session, run_id: int, record_id: int) -> Job | None:
    return session.exec(select(Job).where(Job.key == _key(run_id, record_id))).first()


def missing(session: Session, run_id: int, ids: Sequence[int]) -> list[int]:
    """Of these records, those whose reasons are not known yet."""
    known = set(session.exec(select(Reason.record_id).where(Reason.run_id == run_id)))
    return [record_id for record_id in ids if record_id not in known]


def keep(session: Session, run_id: int, found: Mapping[int, Mapping[str, Any]]) -> None:
    """Keep the reasons of records, by id."""
    for record_id, why in found.items():
        session.merge(Reason(run_id=run_id, record_id=record_id, why=dict(why)))
