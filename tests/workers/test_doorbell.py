"""The doorbell may fail, and must never be felt: not while the server is dead, not while it is frozen."""

import signal
import time

from portal.jobs import State
from tests.workers.conftest import Trial
from workers.queue.doorbell import Doorbell, connect, push, queue_of, ring_id


def test_a_job_is_on_its_queue_once_it_is_committed(trial: Trial) -> None:
    trial.start("server")

    job = trial.job(trial.add("write", name="Alder"))

    assert _listed(trial) == [ring_id(job)]


def test_a_dead_server_costs_nothing(trial: Trial) -> None:
    seconds = [_timed(lambda: trial.add("write", name="Alder")) for _ in range(20)]

    assert max(seconds) < 0.3
    assert trial.job(1).state == State.QUEUED


def test_a_frozen_server_costs_one_second_and_then_nothing_for_a_while(trial: Trial) -> None:
    trial.start("server")
    trial.send("server", signal.SIGSTOP)

    first = _timed(lambda: trial.add("write", name="Alder"))
    second = _timed(lambda: trial.add("write", name="Birch"))
    trial.send("server", signal.SIGCONT)

    assert first < 1.2
    assert second < 0.3


def test_a_database_that_does_not_answer_is_not_felt_either(trial: Trial) -> None:
    bell = Doorbell(trial.database, trial.settings)
    trial.database.dispose()
    trial.settings.sqlite_path.unlink()

    bell.ring([1])


def test_several_jobs_are_rung_together_each_on_its_queue(trial: Trial) -> None:
    trial.start("server")
    jobs = [trial.job(trial.add(kind)) for kind in ("trees", "greedy", "stubborn")]
    connect(trial.settings).flushall()

    push(connect(trial.settings), jobs)

    assert _listed(trial, "default") == [ring_id(job) for job in jobs[1:]]
    assert _listed(trial, "scoring") == [ring_id(jobs[0])]


def _listed(trial: Trial, queue: str = "default") -> list[str]:
    client = connect(trial.settings)
    return [item.decode() for item in client.lrange(queue_of(client, queue).key, 0, -1)]


def _timed(act: object) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began
