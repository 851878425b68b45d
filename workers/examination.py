"""What `portal doctor` looks at in the queue server."""

from redis.exceptions import RedisError

from portal.doctor import Finding
from portal.errors import Problem
from portal.settings import Settings
from workers.queue import connect
from workers.server import binary_version, check, find_binary, identity, is_safe


def queue_server(settings: Settings) -> Finding:
    """Look at the server that runs, else at the one that would be started."""
    client = connect(settings)
    try:
        name, version = identity(client)
        check(client)
    except RedisError as error:
        return _not_running(settings, error)
    except Problem as problem:
        return Finding("Queue server", "bad", problem.sentence)
    finally:
        client.close()
    return _judged(name, version, "runs")


def _not_running(settings: Settings, error: RedisError) -> Finding:
    if settings.redis_url:
        return Finding("Queue server", "bad", f"The one in REDIS_URL does not answer: {error}")
    try:
        binary = find_binary()
    except Problem as problem:
        return Finding("Queue server", "bad", problem.sentence)
    name = "redis" if binary.name == "redis-server" else "valkey"
    return _judged(name, binary_version(binary), f"at {binary}, not running now")


def _judged(name: str, version: tuple[int, ...], state: str) -> Finding:
    shown = f"{name} {'.'.join(map(str, version))} {state}"
    if is_safe(name, version):
        return Finding("Queue server", "good", shown)
    return Finding(
        "Queue server",
        "warn",
        f"{shown}: has known holes unless your distribution has closed them. Update it.",
    )
