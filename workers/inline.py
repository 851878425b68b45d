"""Jobs done right here, without a queue server: for the console's `--wait` and for tests."""

import time
from collections.abc import Callable
from typing import Final

from portal import jobs
from portal.clock import now
from portal.db import Database
from portal.jobs import Job, repairs
from portal.jobs.rules import ENDED
from portal.settings import Settings
from workers.attempts import attempt
from workers.queue.heartbeats import listening

LOOK_SECONDS: Final = 0.2
OURS_AFTER_SECONDS: Final = 3.0
Watch = Callable[[Job], None]


def run_all(database: Database, settings: Settings) -> list[int]:
    """Do every job that is due, also those that jobs add, until none is left. Returns their ids, in order."""
    done: list[int] = []
    while ids := _due(database):
        done += [job for job in ids if attempt(database, settings, job, alone=False)]
    return done


def _due(database: Database) -> list[int]:
    at = now() + repairs.HEARD
    with database.reading() as session:
        return [job.id for job in repairs.due(session, at) if job.rung_at is None or job.rung_at <= at]


def wait(database: Database, settings: Settings, job_id: int, *, watch: Watch | None = None) -> Job:
    """The job once it has ended. A worker of its queue does it; where none is up, or none takes it soon, it is done here.

    `watch` is called with the job each time it is looked at, to show its progress.
    """
    has_worker = listening(settings)[_look(database, job_id).queue] > 0
    ours_from = time.monotonic() + (OURS_AFTER_SECONDS if has_worker else 0.0)
    while True:
        job = _look(database, job_id)
        if watch:
            watch(job)
        if job.state in ENDED:
            return job
        if time.monotonic() < ours_from or not _do(database, settings, job_id):
            time.sleep(LOOK_SECONDS)


def _do(database: Database, settings: Settings, job_id: int) -> bool:
    _repair(database)
    return attempt(database, settings, job_id, alone=False)


def _look(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return jobs.get(session, job_id)


def _repair(database: Database) -> None:
    at = now()
    with database.reading() as session:
        lapsed = repairs.expired(session, at)
    for job_id in lapsed:
        with database.transaction() as session:
            repairs.free(session, job_id, at=at)
