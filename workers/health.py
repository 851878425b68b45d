"""The jobs that look after data: examine it, and make spellings one."""

import time
from typing import Any

from sqlmodel import Session

from portal import columns
from portal.clock import now
from portal.fields import Level
from portal.health import examining, uniting
from workers.tasks import Claim, Effects, task


@task("health")
def examine_data(job: Claim, stale_days: int = examining.STALE_DAYS) -> Effects:
    """Count everything anew, as of one moment."""
    began, at = time.monotonic(), now()
    for level in Level:
        _lay_out(job, level)
    with job.database.reading() as session:
        found = examining.examine(session, stale_days=stale_days, at=at, progress=job.progress)

    def effects(session: Session) -> dict[str, Any]:
        seconds = time.monotonic() - began
        examining.keep(session, found, stale_days=stale_days, seconds=seconds, at=at)
        return {"seconds": round(seconds, 1), "counts": found.result.counts}

    return effects


def _lay_out(job: Claim, level: Level) -> None:
    columns.refresh(
        job.database,
        level,
        progress=lambda done, total: job.progress(done, total, f"laying out the columns of each {level}"),
    )


@task("spelling")
def make_spellings_one(job: Claim, spelling_id: int) -> Effects:
    """Write what a person decided into the records, or give them back what they had; in short writes."""
    with job.database.reading() as session:
        found = uniting.get(session, spelling_id)
    done = _give_back(job, spelling_id) if found.undone_at else _apply(job, spelling_id)

    return lambda _: {"records": done}


def _apply(job: Claim, spelling_id: int) -> int:
    """A record whose columns lag behind is left to the next round, until a round finds none."""
    done = 0
    while written := _round(job, spelling_id):
        done += written
    return done


def _round(job: Claim, spelling_id: int) -> int:
    done = 0
    with job.database.reading() as session:
        level = Level(uniting.get(session, spelling_id).level)
    _lay_out(job, level)
    while True:
        with job.transaction() as session:
            written = uniting.apply(session, uniting.get(session, spelling_id), at=now())
        if not written:
            return done
        done += written
        job.progress(done, None, "writing")


def _give_back(job: Claim, spelling_id: int) -> int:
    last, steps = 0, 0
    while True:
        with job.transaction() as session:
            seen = uniting.give_back(session, uniting.get(session, spelling_id), after=last, at=now())
        if seen is None:
            return steps
        last, steps = seen, steps + 1
        job.progress(steps, None, "giving back")
