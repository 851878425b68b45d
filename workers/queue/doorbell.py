"""The doorbell: tells a worker at once that a job waits. Nothing depends on it; the reconciler rings what nobody heard."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from portal.db import Database, microseconds
from portal.jobs import repairs
from portal.jobs.repairs import Waiting
from portal.settings import Settings
from workers.queue.address import queue_url
from workers.queue.allowed import RUN, AllowedJob

CONNECT_SECONDS: Final = 0.25
ANSWER_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 2.0
FAILURE_SECONDS: Final = 3600
UNHEARD_SECONDS: Final = 7 * 24 * 3600

log = logging.getLogger(__name__)


def open_database(settings: Settings) -> Database:
    """The portal's database, whose new jobs ring the doorbell once they are committed."""
    import_module("portal.tables")  # foreign keys find each other only when every table is known
    database = Database(settings.engine_url)
    database.ring = Doorbell(database, settings).ring
    return database


def connect(settings: Settings, *, answer_seconds: float = ANSWER_SECONDS) -> Redis:
    """A client of the queue server that fails fast: the library's own would block for 40 s on a frozen server."""
    return Redis.from_url(
        queue_url(settings),
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        retry=Retry(NoBackoff(), 0),
    )


class Doorbell:
    """Rings for jobs. Never raises and never blocks for long; after a failure it leaves ringing to the reconciler a while."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.client = connect(settings)
        self._silent_until = 0.0

    def ring(self, ids: Sequence[int]) -> None:
        """Ring for jobs that have just been committed."""
        if time.monotonic() < self._silent_until:
            return
        try:
            with self.database.reading() as session:
                found = repairs.waiting(session, list(ids))
            push(self.client, found)
        except RedisError as error:
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            log.warning("the queue server does not answer (%s); jobs wait for it", error)
        except Exception:
            log.exception("could not ring for jobs %s; the reconciler will", list(ids))


def push(client: Redis, jobs: Iterable[Waiting]) -> None:
    """Put jobs on their queues, one round trip a queue. Raises RedisError."""
    by_queue: defaultdict[str, list[Any]] = defaultdict(list)
    for job in jobs:
        by_queue[job.queue].append(
            Queue.prepare_data(
                RUN,
                (job.id,),
                job_id=ring_id(job),
                timeout=-1,  # the attempt keeps its own time limit
                result_ttl=0,
                ttl=UNHEARD_SECONDS,
                failure_ttl=FAILURE_SECONDS,
                description=f"job {job.id}",
            )
        )
    for name, prepared in by_queue.items():
        queue_of(client, name).enqueue_many(prepared)


def queue_of(client: Redis, name: str) -> Queue:
    """A queue that carries JSON and our one function only."""
    return Queue(name, connection=client, serializer=JSONSerializer, job_class=AllowedJob)


def ring_id(job: Waiting) -> str:
    """Names one ringing for a job: another ringing never meets what a worker keeps of this one."""
    rung = microseconds(job.rung_at) if job.rung_at else 0
    return f"{job.id}-{job.attempt}-{rung}"
