"""Real workers on a real queue server, killed in every way."""

import os
import signal
import time
from pathlib import Path

import psutil

from portal import jobs
from portal.clock import now
from portal.jobs import State
from tests.workers.conftest import Trial


def test_a_job_is_done_at_once_and_its_worker_says_that_it_is_up(trial: Trial) -> None:
    trial.start("server", "default")
    job = trial.ended(trial.add("write", name="Alder"))

    assert (job.state, job.attempt, job.result) == (State.DONE, 1, {"line": 1})
    assert trial.lines() == ["Alder"]

    began = time.monotonic()
    trial.ended(trial.add("write", name="Birch"))
    assert time.monotonic() - began < 2


def test_a_killed_horse_a_hung_job_and_a_cancelled_one_leave_the_worker_at_work(trial: Trial) -> None:
    trial.start("server", "reconcile", "default", "default#2")

    killed = trial.add("suicidal", name="Alder")
    stubborn = trial.add("stubborn")
    cancelled = trial.add("slow", seconds=60)
    trial.running(cancelled)
    with trial.database.transaction() as session:
        jobs.cancel(session, cancelled, by=None, at=now())

    ended = trial.ended(stubborn)
    assert (ended.state, ended.attempt) == (State.FAILED, 1)
    assert ended.reason.startswith("It took longer than its limit")
    assert (ended.finished_at - ended.started_at).total_seconds() < 1 + 15
    assert trial.ended(cancelled).state == State.CANCELLED
    again = trial.ended(killed)
    assert (again.state, again.attempt) == (State.DONE, 2)
    assert trial.lines() == ["Alder"]


def test_a_worker_asked_to_stop_finishes_its_job(trial: Trial) -> None:
    trial.start("server", "default")
    job = trial.add("slow", seconds=2)
    trial.running(job)

    trial.send("default", signal.SIGTERM)

    assert trial.children["default"].process.wait(timeout=15) == 0
    assert trial.job(job).state == State.DONE


def test_two_threads_of_lightgbm_work_in_a_forked_job(trial: Trial) -> None:
    trial.start("server", "scoring")

    job = trial.ended(trial.add("trees"))

    assert (job.state, job.reason) == (State.DONE, None)
    assert 0.4 < job.result["mean"] < 0.6


def test_children_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    read, write = os.pipe()
    if (parent := os.fork()) == 0:
        from workers.child import Child

        child = Child("sleeper", lambda: ["sleep", "60"])
        child.start()
        os.write(write, str(child.process.pid).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)

    psutil.Process(int(os.read(read, 20))).wait(timeout=5)
