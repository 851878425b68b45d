"""One fault at a time, with real processes: each must be over within the time the design gives it."""

import signal
import time

import psutil
import pytest

from portal.jobs import State
from tests.workers.conftest import Trial, trial

pytestmark = pytest.mark.chaos
__all__ = ["trial"]


def test_a_job_that_keeps_the_interpreter_is_ended_and_its_worker_goes_on(trial: Trial) -> None:
    trial.start("server", "reconcile", "default")
    greedy = trial.add("greedy")
    trial.running(greedy)
    began = time.monotonic()

    horse = psutil.Process(trial.until(lambda: trial.horse("default")))
    horse.wait(timeout=1 + 15)
    assert time.monotonic() - began < 1 + 15
    assert trial.ended(greedy).reason.startswith("It took longer than its limit")
    assert trial.ended(trial.add("write", name="Alder")).state == State.DONE


def test_killed_worker_and_killed_server_lose_nothing(trial: Trial) -> None:
    trial.start("server", "reconcile", "default")
    held = trial.add("slow", seconds=5)
    trial.running(held)
    horse = psutil.Process(trial.horse("default"))

    trial.send("server", signal.SIGKILL)
    unheard = trial.add("write", name="Alder")
    trial.send("default", signal.SIGKILL)
    killed = time.monotonic()
    horse.wait(timeout=2)  # it ends with its worker
    trial.start("server", "default")

    trial.until(lambda: trial.job(held).attempt == 2, 15)
    assert time.monotonic() - killed < 15
    assert trial.ended(held).state == trial.ended(unheard).state == State.DONE
    assert trial.lines() == ["Alder"]


def test_a_server_that_dies_during_a_job_does_not_end_it(trial: Trial) -> None:
    trial.start("server", "reconcile", "default")
    job = trial.add("slow", seconds=4)
    trial.running(job)

    trial.send("server", signal.SIGKILL)

    ended = trial.ended(job)
    assert (ended.state, ended.attempt) == (State.DONE, 1)
