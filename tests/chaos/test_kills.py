"""Random kill -9 of everything while jobs are added: none may be lost, none may be done twice, no request may fail."""

import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import pytest

from portal import jobs
from portal.jobs import State
from tests.workers.conftest import Trial

LOG = logging.getLogger(__name__)
pytestmark = pytest.mark.chaos

SECONDS = 90
JOBS = 640  # a round; four rounds make 2,560
KILLS = 60
LEAST_KILLS = 40  # a horse is often gone before it can be killed
DRAIN_SECONDS = 120
VICTIMS = ("server", "reconcile", "default", "default#2", "horse", "horse")


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_nothing_is_lost_and_nothing_is_done_twice(trial: Trial, seed: int) -> None:
    chance = random.Random(seed)
    trial.start("server", "reconcile", "default", "default#2")
    over = threading.Event()
    keeper = threading.Thread(target=_keep_up, args=(trial, over))
    keeper.start()
    waits: list[float] = []
    adding = threading.Thread(target=_add, args=(trial, seed, waits))
    adding.start()

    try:
        killed = Counter(_kill(trial, chance) for _ in range(KILLS))
        adding.join()
        trial.until(lambda: _open(trial) == 0, DRAIN_SECONDS)
    finally:
        over.set()
        keeper.join()

    with trial.database.reading() as session:
        counts = jobs.counts(session)
    lines = trial.lines()
    LOG.info("seed %s: killed %s; slowest ringing %.3f s", seed, dict(killed), max(waits))
    assert counts == dict.fromkeys(State, 0) | {State.DONE: JOBS}
    assert lines == sorted(f"{seed}-{number}" for number in range(JOBS))
    assert sum(killed.values()) - killed["nobody"] >= LEAST_KILLS
    assert sorted(waits)[int(JOBS * 0.99)] < 0.3


def _add(trial: Trial, seed: int, waits: list[float]) -> None:
    """What the web does: add a job and ring, which may not fail and may not take long, whatever is down."""
    chance = random.Random(seed)
    ring = trial.database.ring

    def timed(ids: Sequence[int]) -> None:
        began = time.monotonic()
        ring(ids)
        waits.append(time.monotonic() - began)

    trial.database.ring = timed
    began = time.monotonic()
    for number in range(JOBS):
        trial.add("write", name=f"{seed}-{number}", seconds=chance.choice([0, 0, 0, 0, 0.1, 0.4]))
        time.sleep(max(0.0, began + (number + 1) * SECONDS / JOBS - time.monotonic()))


def _kill(trial: Trial, chance: random.Random) -> str:
    """Kill one process with no warning."""
    time.sleep(chance.uniform(0.5, 1.5) * SECONDS / KILLS)
    victim = chance.choice(VICTIMS)
    try:
        pid = trial.horse(chance.choice(["default", "default#2"])) if victim == "horse" else trial.pid(victim)
    except AttributeError:
        return "nobody"  # it is just being started again
    if pid is None:
        return "nobody"  # nothing to do right now
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return victim


def _keep_up(trial: Trial, over: threading.Event) -> None:
    """What the supervisor does."""
    while not over.wait(0.1):
        for child in trial.children.values():
            child.keep_up()


def _open(trial: Trial) -> int:
    with trial.database.reading() as session:
        counts = jobs.counts(session)
    return counts[State.QUEUED] + counts[State.RUNNING]
