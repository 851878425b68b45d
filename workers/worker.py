"""A worker of one queue. Its process only waits and forks; each job runs in a process of its own, the horse.

One queue a worker: RQ moves a job it takes through an intermediate list only then, so that none is lost in between.
"""

import gc
import logging
import os
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.registry import FailedJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer

from portal.clock import now
from portal.db import Database
from portal.settings import Settings
from workers.attempts import new_token, put_back_lost
from workers.processes import die_with
from workers.queue.address import queue_url
from workers.queue.allowed import AllowedJob
from workers.queue.heartbeats import beat, leave
from workers.tasks import CLAIMED_AS

TTL_SECONDS: Final = 20  # RQ waits for a job 15 s less than this before it says that it is alive
MONITOR_SECONDS: Final = 2
LEASE_SECONDS: Final = 3 * MONITOR_SECONDS
MAINTENANCE_SECONDS: Final = 60

PRELOADED: Final[dict[str, tuple[str, ...]]] = {
    "default": (),
    "imports": (),
    "scoring": ("numpy", "lightgbm"),
    "reports": ("weasyprint",),
}
"""Imported before the fork so that a job starts at once. Imported only: a model opened here would hang in the horse."""

log = logging.getLogger(__name__)


def work(settings: Settings, queue: str) -> None:
    """Do the jobs of one queue until a signal says stop; a running job is finished first."""
    preload(queue)
    try:
        worker = _worker(settings, queue)
        worker.settings = settings
        worker.work()
    except RedisError as error:
        log.warning("the queue server does not answer: %s", error)


def _worker(settings: Settings, queue: str) -> "ResilientWorker":
    return ResilientWorker(
        [queue],
        connection=_client(settings),
        job_class=AllowedJob,
        serializer=JSONSerializer,
        worker_ttl=TTL_SECONDS,
        job_monitoring_interval=MONITOR_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        default_result_ttl=0,
        log_job_description=False,
    )


def _client(settings: Settings) -> Redis:
    return Redis.from_url(
        queue_url(settings), socket_connect_timeout=1, socket_timeout=15, retry=Retry(NoBackoff(), 0)
    )


def preload(queue: str) -> None:
    """Import what the jobs of a queue need, before the fork."""
    for name in ("portal.tables", *PRELOADED[queue]):
        try:
            import_module(name)
        except (ImportError, OSError) as error:
            log.warning("%s cannot be imported: %s", name, error)
    gc.freeze()


class ResilientWorker(Worker):
    """RQ's worker, made to survive: horses end with it, a queue server that dies ends nothing, abandoned jobs return soon."""

    max_connection_wait_time = 1.0
    settings: Settings

    def bootstrap(self, *_: Any) -> None:
        """Start as RQ does, without its own log handlers and without its channel for orders."""
        self.register_birth()  # type: ignore[no-untyped-call]
        self.set_state("started")
        log.info("worker of the queue %s is up", self.queues[0].name)

    def execute_job(self, job: Any, queue: Queue) -> None:
        """Do a job. If the queue server dies meanwhile, the job goes on: its truth is in the database."""
        try:
            super().execute_job(job, queue)
        except RedisError as error:
            log.warning("the queue server went away during %s: %s", job.id, error)
            self.wait_for_horse()

    def fork_work_horse(self, job: Any, queue: Queue) -> None:
        os.environ[CLAIMED_AS] = new_token()
        super().fork_work_horse(job, queue)

    def handle_work_horse_killed(self, job: Any, retpid: int, ret_val: int, rusage: Any) -> None:
        """Put the job back at once. The database is opened for this alone: nothing of it is there at the next fork."""
        del retpid, rusage
        database = Database(self.settings.engine_url)
        try:
            put_back_lost(database, job.args[0], os.environ[CLAIMED_AS], _ending(ret_val))
        except Exception:
            log.exception("could not put back what %s was doing; its lease will lapse", job.id)
        finally:
            database.dispose()

    def main_work_horse(self, job: Any, queue: Queue) -> None:
        die_with(self.pid or 0)
        super().main_work_horse(job, queue)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        with suppress(RedisError):
            super().heartbeat(timeout, pipeline)
            if pipeline is None and not self.is_horse:
                beat(self.connection, self.queues[0].name)

    def maintain_heartbeats(self, job: Any, execution: Any) -> None:
        with suppress(RedisError):
            beat(self.connection, self.queues[0].name)
            super().maintain_heartbeats(job, execution)

    def get_heartbeat_ttl(self, job: Any, working_time: float = 0.0) -> int:
        """Seconds after which RQ forgets an abandoned job; its own would be 60 longer."""
        del job, working_time
        return LEASE_SECONDS

    def run_maintenance_tasks(self) -> None:
        """Drop what dead workers left. Not RQ's own round: that one also reads groups, with a serialiser that executes."""
        with suppress(RedisError):
            for registry in (StartedJobRegistry, FailedJobRegistry):
                registry(queue=self.queues[0]).cleanup()
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def check_for_suspension(self, burst: bool) -> None:
        """Nobody suspends workers through the queue server."""

    def set_state(self, state: str, pipeline: Any = None) -> None:
        with suppress(RedisError):
            super().set_state(state, pipeline)

    def set_shutdown_requested_date(self) -> None:
        """Called in a signal handler: nothing there may fail."""

    def teardown(self) -> None:
        if not self.is_horse:
            leave(self.connection, self.queues[0].name)
        super().teardown()  # type: ignore[no-untyped-call]

    def kill_horse(self, *signals: Any) -> None:
        if self.horse_pid:
            super().kill_horse(*signals)


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"exit {os.waitstatus_to_exitcode(status)}"
