"""`portal up`: everything a portal needs on one machine, started in order, kept up, and stopped in order."""

import fcntl
import http.client
import logging
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import click
from redis.exceptions import RedisError
from sqlmodel import col, select

import cli
from commands.web_server import bound
from portal import definitions, logs, migrating
from portal.clock import now
from portal.db import Database
from portal.errors import Conflict, Unavailable
from portal.events import Event
from portal.jobs import QUEUES
from portal.settings import MIB, Settings
from workers import schedule
from workers.child import Child
from workers.queue import connect
from workers.queue.heartbeats import alive
from workers.server import QueueServer, check, find_binary
from workers.supervisor import Supervisor

LEAST_FREE: Final = 100 * MIB
WARM_SECONDS: Final = 30.0
PROGRAM: Final = (sys.executable, cli.__file__)

log = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Start everything, say when it is ready, keep it up until a signal comes. Raises Problem when it cannot start."""
    _check_room(settings)
    with alone(settings), bound(settings) as listener:
        logs.configure(settings, "up")
        _check_queue(settings)
        database = Database(settings.engine_url)
        _prepare(settings, database)
        supervisor = Supervisor(_groups(settings, listener))
        address = f"http://{_shown(settings.host)}:{listener.getsockname()[1]}"
        supervisor.run(lambda: _is_ready(settings, listener), lambda: _announce(settings, database, address))


def _check_room(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.run_dir.mkdir(exist_ok=True, mode=0o700)
    probe = settings.run_dir / "probe"
    probe.write_bytes(b"written")
    probe.unlink()
    if shutil.disk_usage(settings.data_dir).free < LEAST_FREE:
        raise Unavailable(
            f"The disk that holds {settings.data_dir} is nearly full; Concord needs {LEAST_FREE // MIB} MiB free. "
            "Free some space, or choose another DATA_DIR."
        )


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold DATA_DIR for this process. Raises Conflict when another portal runs on it."""
    with (settings.run_dir / "portal.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"Concord already runs on {settings.data_dir}. Stop it first, or choose another DATA_DIR."
            ) from error
        yield


def _check_queue(settings: Settings) -> None:
    """Refuse to start without a queue server: ours must be there to start, a configured one must answer."""
    if not settings.redis_url:
        find_binary()
        return
    try:
        check(connect(settings))
    except RedisError as error:
        raise Unavailable(
            f"The queue server in REDIS_URL does not answer. Start it, or mend the address. It said: {error}"
        ) from error


def _prepare(settings: Settings, database: Database) -> None:
    migrating.upgrade(database)
    at = now()
    with database.transaction() as session:
        definitions.ship(session, at=at)
        schedule.ensure(session, settings, at=at)
    _load_demo(settings, database)
    database.dispose()


def _load_demo(settings: Settings, database: Database) -> None:
    """In demo mode, load the demo company once: not again where it was cleared, not beside people of its own."""
    if not settings.demo or _knows_demo(database):
        return
    from portal import demo

    click.echo(f"Loading the demo company, {demo.COMPANY}: a moment.")
    with suppress(Conflict):
        demo.load(database, at=now())
        with database.transaction() as session:
            demo.follow_up(session, at=now())


def _knows_demo(database: Database) -> bool:
    known = select(Event.id).where(col(Event.kind).in_(("demo.loaded", "demo.cleared")))
    with database.reading() as session:
        return session.exec(known.limit(1)).first() is not None


def _groups(settings: Settings, listener: socket.socket) -> list[list[Child]]:
    """In the order of their start: queue server, reconciler, workers, web server."""
    return [
        [] if settings.redis_url else [_queue_server(settings)],
        [_part("reconciler", "reconcile")],
        [
            _part(f"worker {queue}", "worker", queue, patience=WARM_SECONDS)
            for queue in QUEUES * settings.workers
        ],
        [_web(listener)],
    ]


def _queue_server(settings: Settings) -> Child:
    server = QueueServer(settings)
    return Child("queue server", server.command, started=server.wait)


def _web(listener: socket.socket) -> Child:
    number = listener.fileno()
    child = _part("web server", "web", patience=15.0)
    child.pass_fds = (number,)
    child.environment = {"CONCORD_LISTENER": str(number)}
    return child


def _part(name: str, *arguments: str, patience: float = 10.0) -> Child:
    return Child(name, lambda: [*PROGRAM, *arguments], patience=patience)


def _is_ready(settings: Settings, listener: socket.socket) -> bool:
    """Whether pages are served and every queue has a worker."""
    try:
        up = alive(connect(settings))
    except RedisError:
        return False
    listens = settings.workers == 0 or all(up[queue] for queue in QUEUES)
    return listens and up["reconciler"] > 0 and _serves(settings, listener)


def _serves(settings: Settings, listener: socket.socket) -> bool:
    host, port = listener.getsockname()[:2]
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  what "everywhere" means from here
    named = settings.trusted_hosts.split(",")[0].strip() or "127.0.0.1"
    connection = http.client.HTTPConnection(reached, port, timeout=1)
    try:
        connection.request("GET", "/livez", headers={"Host": named})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(settings: Settings, database: Database, address: str) -> None:
    _name_demo_people(settings, database)
    click.echo(f"Concord is ready at {address}")


def _name_demo_people(settings: Settings, database: Database) -> None:
    """In demo mode, print whom of the demo's people one can sign in as: nobody, once it was cleared."""
    if not settings.demo:
        return
    from portal import demo

    with database.reading() as session:
        admitted = demo.admitted(session)
    database.dispose()
    if admitted:
        click.echo(f"Sign in as one of these, with the password {demo.PASSWORD}:")
    for user in admitted:
        click.echo(f"  {user.email:32} {user.name}, {user.function}, {user.right}")


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
