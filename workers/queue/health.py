"""Whether the portal is well: database, queue server, workers, migrations. Answers in time even when they do not."""

import functools
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

from sqlalchemy import text

from portal import migrating
from portal.db import Database
from portal.jobs import QUEUES
from portal.settings import Settings
from workers.queue.doorbell import connect
from workers.queue.heartbeats import alive

PATIENCE_SECONDS: Final = 1.2
ANSWER_SECONDS: Final = 0.5

log = logging.getLogger(__name__)


def health(settings: Settings, database: Database) -> dict[str, Any]:
    """What is up: `status` (ok or down), `database`, `queue`, `workers` (how many of each) and `migrations`.

    Takes 1.5 s at most; what has not answered by then counts as down.
    """
    answers = _asked(database=lambda: _database(database), queue=lambda: _queue(settings))
    migration, workers = answers["database"], answers["queue"]
    up = {role: (workers or {}).get(role, 0) for role in (*QUEUES, "reconciler")}
    migrations = "unknown" if migration is None else _migrations(migration)
    well = migrations == "ok" and all(up.values())
    return {
        "status": "ok" if well else "down",
        "database": "down" if migration is None else "ok",
        "queue": "down" if workers is None else "ok",
        "workers": up,
        "migrations": migrations,
    }


def _database(database: Database) -> str:
    with database.reading() as session:
        session.execute(text("SELECT 1 FROM job LIMIT 1"))
    return migrating.current(database) or ""


def _queue(settings: Settings) -> dict[str, int]:
    client = connect(settings, answer_seconds=ANSWER_SECONDS)
    try:
        return alive(client)
    finally:
        client.close()


def _migrations(current: str) -> str:
    return "ok" if current == _head() else f"at {current or 'none'}, this version needs {_head()}"


@functools.cache
def _head() -> str:
    return migrating.head()


def _asked(**questions: Callable[[], Any]) -> dict[str, Any]:
    futures = {name: _threads().submit(question) for name, question in questions.items()}
    wait(futures.values(), timeout=PATIENCE_SECONDS)
    return {name: _answer(name, future) for name, future in futures.items()}


def _answer(name: str, future: "Future[Any]") -> Any:
    if not future.done():
        future.cancel()
        log.warning("the %s does not answer", name)
        return None
    if error := future.exception():
        log.warning("the %s is down: %s", name, error)
        return None
    return future.result()


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")
