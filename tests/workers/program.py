"""The portal's console with a few kinds of jobs for trials: `python program.py worker default`."""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlmodel import Session

from portal.clock import now
from portal.events import Event
from portal.jobs.kinds import KINDS, Kind
from workers.tasks import Claim, Effects, task

KINDS.update(
    {
        "write": Kind("default", 60),
        "slow": Kind("default", 60),
        "stubborn": Kind("default", 1),
        "greedy": Kind("default", 1),
        "suicidal": Kind("default", 60),
        "trees": Kind("scoring", 30, 1),
    }
)


@task("write")
def write(job: Claim, name: str, seconds: float = 0) -> Effects:
    """Write one line into the log when it ends: the effect that may happen once only."""
    time.sleep(seconds)

    def effects(session: Session) -> dict[str, Any]:
        line = Event(at=now(), kind="demo.loaded", subject=name, subject_id=job.id)
        session.add(line)
        session.flush()
        return {"line": line.id}

    return effects


@task("slow")
def slow(job: Claim, seconds: float) -> None:
    """Sleep, saying how far it is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job.progress(1, 2, "sleeping")
        time.sleep(0.05)


@task("stubborn")
def stubborn(job: Claim) -> None:
    """Never end, whatever is raised here."""
    while True:
        with suppress(Exception):
            time.sleep(60)


@task("greedy")
def greedy(job: Claim) -> None:
    """Keep the interpreter for itself: no other thread of this process runs again."""
    sys.setswitchinterval(1e9)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True:
        pass


@task("suicidal")
def suicidal(job: Claim, name: str) -> Effects:
    """End like a process that the system killed, the first time."""
    if job.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(job, name)


@task("trees")
def trees(job: Claim) -> Effects:
    """Train and predict with two threads in a forked process."""
    import numpy as np
    from lightgbm import Dataset, train

    x = np.random.default_rng(1).normal(size=(2000, 4))
    booster = train({"objective": "binary", "num_threads": 2, "verbose": -1}, Dataset(x, x[:, 0] > 0), 5)
    mean = float(booster.predict(x, num_threads=2).mean())
    return lambda _session: {"mean": mean}


if __name__ == "__main__":
    from cli import main

    main()
