"""The reconciler against a real queue server; time is passed in."""

import threading
from datetime import datetime, timedelta

import pytest
from redis.exceptions import RedisError

from portal import jobs
from portal.clock import now
from portal.jobs import State, claims, schedules
from portal.jobs.claims import LEASE
from tests.workers.conftest import Trial
from workers.queue.doorbell import connect, queue_of, ring_id
from workers.queue.heartbeats import alive
from workers.reconciler import Reconciler

SOON = timedelta(seconds=1.5)


@pytest.fixture
def reconciler(trial: Trial) -> Reconciler:
    trial.start("server")
    trial.database.ring = None  # nobody rings but the reconciler
    return Reconciler(trial.database, trial.settings)


def test_a_job_nobody_rang_for_is_rung_and_only_once(trial: Trial, reconciler: Reconciler) -> None:
    job_id = trial.add("write", name="Alder")
    at = now() + SOON

    reconciler.sweep(at)  # it may be on its way
    assert _listed(trial) == []
    reconciler.sweep(at)
    assert _listed(trial) == [ring_id(trial.job(job_id))]
    for later in range(1, 8):
        reconciler.sweep(at + later * SOON)
    assert len(_listed(trial)) == 1


def test_what_the_server_forgot_is_rung_again(trial: Trial, reconciler: Reconciler) -> None:
    trial.add("write", name="Alder")
    at = _rung(reconciler)
    connect(trial.settings).flushall()

    reconciler.sweep(at + SOON)
    reconciler.sweep(at + SOON)

    assert len(_listed(trial)) == 1


def test_a_hash_without_a_place_on_the_list_is_rung_again(trial: Trial, reconciler: Reconciler) -> None:
    trial.add("write", name="Alder")
    at = _rung(reconciler)
    client = connect(trial.settings)
    client.delete(queue_of(client, "default").key)

    reconciler.sweep(at + SOON)
    reconciler.sweep(at + SOON)

    assert len(_listed(trial)) == 1


def test_a_job_that_a_worker_took_and_never_began_is_rung_again(
    trial: Trial, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.add("write", name="Alder")
    at = _rung(reconciler)
    client = connect(trial.settings)
    queue = queue_of(client, "default")
    client.lmove(queue.key, queue.intermediate_queue_key)

    reconciler.sweep(at + SOON)
    reconciler.sweep(at + SOON)
    assert _listed(trial) == []  # perhaps it is just beginning

    monkeypatch.setattr("workers.reconciler.STUCK_SECONDS", -1.0)
    reconciler.sweep(at + SOON)
    reconciler.sweep(at + SOON)
    assert len(_listed(trial)) == 1
    assert client.llen(queue.intermediate_queue_key) == 0


def test_five_reconcilers_ring_once_and_insert_a_due_job_once(trial: Trial, reconciler: Reconciler) -> None:
    trial.add("write", name="Alder")
    at = now()
    with trial.database.transaction() as session:
        schedules.ensure(session, "tidy", kind="sweep", title="Tidy", every=timedelta(days=1), at=at)
    five = [Reconciler(trial.database, trial.settings) for _ in range(5)]

    for moment in (at + SOON, at + 2 * SOON, at + 3 * SOON):
        threads = [threading.Thread(target=one.sweep, args=(moment,)) for one in five]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with trial.database.reading() as session:
        assert len(jobs.listed(session).jobs) == 2
    assert len(_listed(trial)) == 2


def test_a_lapsed_lease_is_freed_and_rung_in_the_same_round(trial: Trial, reconciler: Reconciler) -> None:
    job_id = trial.add("write", name="Alder")
    with trial.database.transaction() as session:
        claims.claim(session, job_id, token="lost", at=now())

    reconciler.sweep(now() + LEASE + SOON)

    assert trial.job(job_id).state == State.QUEUED
    assert _listed(trial) == [ring_id(trial.job(job_id))]


def test_leases_are_left_alone_while_the_database_is_slow(
    trial: Trial, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.reconciler.SLOW_SECONDS", -1.0)
    job_id = trial.add("write", name="Alder")
    with trial.database.transaction() as session:
        claims.claim(session, job_id, token="held", at=now())

    reconciler.sweep(now() + LEASE + SOON)

    assert trial.job(job_id).state == State.RUNNING


def test_leases_are_freed_while_the_queue_server_is_down(trial: Trial, reconciler: Reconciler) -> None:
    job_id = trial.add("write", name="Alder")
    with trial.database.transaction() as session:
        claims.claim(session, job_id, token="lost", at=now())
    trial.children["server"].kill()

    with pytest.raises(RedisError):
        reconciler.sweep(now() + LEASE + SOON)

    assert trial.job(job_id).state == State.QUEUED


def test_it_goes_on_whatever_fails_and_says_that_it_is_up(
    trial: Trial, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, rounds = threading.Event(), []

    def sweep(self: Reconciler, at: datetime) -> None:
        rounds.append(at)
        if len(rounds) == 1:
            raise RedisError
        if len(rounds) == 2:
            raise ZeroDivisionError
        self._beat()
        assert alive(self.client)["reconciler"] == 1
        stop.set()

    monkeypatch.setattr(Reconciler, "sweep", sweep)
    monkeypatch.setattr("workers.reconciler.ROUND_SECONDS", 0.01)
    reconciler.run(stop)

    assert len(rounds) == 3
    assert alive(reconciler.client)["reconciler"] == 0


def _rung(reconciler: Reconciler) -> datetime:
    at = now() + SOON
    reconciler.sweep(at)
    reconciler.sweep(at)
    return at


def _listed(trial: Trial) -> list[str]:
    client = connect(trial.settings)
    return [item.decode() for item in client.lrange(queue_of(client, "default").key, 0, -1)]
