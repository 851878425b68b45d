"""Puts right what was interrupted, twice a second. Any number may run: each repair is made by one of them."""

import logging
import threading
import time
from datetime import datetime
from typing import Final

from redis.exceptions import RedisError
from rq import Queue

from portal.clock import now
from portal.db import Database
from portal.jobs import QUEUES, repairs, schedules
from portal.jobs.repairs import Waiting
from portal.settings import Settings
from workers.queue.doorbell import connect, push, queue_of, ring_id
from workers.queue.heartbeats import beat, leave

ROUND_SECONDS: Final = 0.5
BEAT_SECONDS: Final = 5.0
STUCK_SECONDS: Final = 5.0
SLOW_SECONDS: Final = 1.0
ROLE: Final = "reconciler"

log = logging.getLogger(__name__)


class Reconciler:
    """One reconciler. `sweep` is one round; `run` makes rounds until it is told to stop."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.client = connect(settings)
        self._transit: dict[str, float] = {}
        self._absent: set[str] = set()
        self._beaten = 0.0

    def run(self, stop: threading.Event) -> None:
        """Sweep until `stop` is set. Whatever fails is logged and tried again in the next round."""
        while not stop.is_set():
            try:
                self.sweep(now())
            except RedisError as error:
                log.warning("the queue server does not answer: %s", error)
            except Exception:
                log.exception("a round failed")
            stop.wait(ROUND_SECONDS)
        self._say_goodbye()

    def sweep(self, at: datetime) -> None:
        """Free lapsed leases, insert due schedules, ring for jobs nobody heard of, in this order."""
        self._free(at)
        self._insert_due(at)
        self._ring_unheard(at)
        self._beat()

    def _free(self, at: datetime) -> None:
        with self.database.reading() as session:
            lapsed = repairs.expired(session, at)
        if not lapsed:
            return
        began = time.monotonic()
        with self.database.transaction() as session:
            if time.monotonic() - began > SLOW_SECONDS:
                return  # heartbeats had to wait for the database as well: look again next time
            freed = [job for job_id in lapsed if (job := repairs.free(session, job_id, at=at))]
        for job in freed:
            log.warning("job %s lost its worker in attempt %s and is %s now", job.id, job.attempt, job.state)

    def _insert_due(self, at: datetime) -> None:
        with self.database.reading() as session:
            due = schedules.due(session, at)
        for schedule in due:
            with self.database.transaction() as session:
                schedules.insert(session, schedule, at=at)

    def _ring_unheard(self, at: datetime) -> None:
        with self.database.reading() as session:
            due = repairs.due(session, at)
        if not due:
            self._absent.clear()
            return
        on_their_way = self._on_their_way()
        unheard = [job for job in due if job.rung_at is None or self._is_absent(job, on_their_way)]
        self._absent = {ring_id(job) for job in due} - on_their_way
        if unheard:
            with self.database.transaction() as session:
                noted = [job for old in unheard if (job := repairs.rung(session, old, at=at))]
            push(self.client, noted)

    def _is_absent(self, job: Waiting, on_their_way: set[str]) -> bool:
        """Seen twice: a job that is just being taken by a worker is on no list for a moment."""
        return ring_id(job) not in on_their_way and ring_id(job) in self._absent

    def _on_their_way(self) -> set[str]:
        """What is on the queues' lists, or was taken from them a moment ago. Raises RedisError."""
        pipeline = self.client.pipeline(transaction=False)
        for queue in self._queues():
            pipeline.lrange(queue.key, 0, -1)
            pipeline.lrange(queue.intermediate_queue_key, 0, -1)
        found = [{item.decode() for item in items} for items in pipeline.execute()]
        return set().union(*found[::2]) | self._in_transit(set().union(*found[1::2]))

    def _in_transit(self, taken: set[str]) -> set[str]:
        """What a worker took a moment ago; what is stuck there, because the worker ended, is removed."""
        at = time.monotonic()
        self._transit = {item: self._transit.get(item, at) for item in taken}
        stuck = {item for item, since in self._transit.items() if at - since > STUCK_SECONDS}
        for item in stuck:
            for queue in self._queues():
                self.client.lrem(queue.intermediate_queue_key, 0, item)
        return taken - stuck

    def _queues(self) -> list[Queue]:
        return [queue_of(self.client, name) for name in QUEUES]

    def _beat(self) -> None:
        if time.monotonic() - self._beaten > BEAT_SECONDS:
            beat(self.client, ROLE)
            self._beaten = time.monotonic()

    def _say_goodbye(self) -> None:
        try:
            leave(self.client, ROLE)
        except RedisError:
            log.debug("the queue server was gone first")
