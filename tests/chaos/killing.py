"""Killing one process of a portal in the middle of a job, starting it again as the supervisor does, and comparing what is left."""

import hashlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text

from portal.db import Database
from portal.jobs import Job, State
from portal.jobs.rules import ENDED
from portal.settings import Settings
from tests.workers.conftest import Trial
from workers.queue import open_database

TIMES: Final = int(os.environ.get("CHAOS_TIMES", "20"))
"""How often each process is killed."""
VICTIMS: Final = ("worker", "horse", "server")
PATIENCE_SECONDS: Final = 120.0


@contextmanager
def portal_of(prepared: Path, folder: Path, queue: str) -> Iterator[Trial]:
    """A portal of real processes on a copy of a prepared data folder."""
    shutil.copytree(prepared, folder)
    settings = Settings(data_dir=folder)
    trial = Trial(settings, open_database(settings))
    try:
        trial.start("server", "reconcile", queue)
        yield trial
    finally:
        trial.stop()
        shutil.rmtree(folder)


def kill(trial: Trial, victim: str, queue: str) -> None:
    """End one process with no warning; only ones that this trial started."""
    if victim == "horse":
        pid = trial.until(lambda: trial.horse(queue))
        os.kill(pid, signal.SIGKILL)
    else:
        trial.send("server" if victim == "server" else queue, signal.SIGKILL)


def seen_through(trial: Trial, job_id: int) -> Job:
    """The job once it has ended, while what ends is started again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for child in trial.children.values():
            child.keep_up()
        if (job := trial.job(job_id)).state in ENDED:
            return job
        time.sleep(0.1)
    raise AssertionError(f"job {job_id} did not end: {trial.job(job_id)}")


def killed_in_the_middle(
    trial: Trial, job_id: int, victim: str, queue: str, is_middle: Callable[[Job], bool]
) -> Job:
    """Kill the victim once the job is in its middle, and give the job when it is done all the same."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_middle(job := trial.job(job_id)):
        assert job.state not in ENDED, "it was over before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    kill(trial, victim, queue)
    assert trial.job(job_id).state not in ENDED, "it was over before it was killed"
    done = seen_through(trial, job_id)
    assert done.state == State.DONE, done.reason
    return done


def digest(database: Database, tables: Iterable[str]) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and the SHA-256 of all of them."""
    with database.reading() as session:
        return {
            table: _digest(session.connection().execute(text(f"SELECT * FROM {table} ORDER BY 1")))
            for table in tables
        }


def _digest(rows: Iterable[Iterable[object]]) -> tuple[int, str]:
    count, sha = 0, hashlib.sha256()
    for row in rows:
        count += 1
        sha.update(repr(tuple(row)).encode())
    return count, sha.hexdigest()


def chance_of(victim: str, number: int) -> random.Random:
    return random.Random(f"{victim}-{number}")
