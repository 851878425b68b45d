"""Who is up: workers and reconcilers say so every few seconds, and are forgotten when they fall silent."""

import os
import socket
import time
from collections import Counter
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError

from portal.settings import Settings
from workers.queue.doorbell import connect

KEY: Final = "concord:heartbeats"
SILENT_SECONDS: Final = 15.0
FORGOTTEN_SECONDS: Final = 600.0


def beat(client: Redis, role: str) -> None:
    """Say that this process is up in its role: the name of a worker's queue, or `reconciler`."""
    at = time.time()
    pipeline = client.pipeline(transaction=False)
    pipeline.zadd(KEY, {f"{role}@{socket.gethostname()}:{os.getpid()}": at})
    pipeline.zremrangebyscore(KEY, 0, at - FORGOTTEN_SECONDS)
    pipeline.execute()


def leave(client: Redis, role: str) -> None:
    """Say that this process ends."""
    client.zrem(KEY, f"{role}@{socket.gethostname()}:{os.getpid()}")


def alive(client: Redis) -> Counter[str]:
    """How many are up in each role."""
    members: Any = client.zrangebyscore(KEY, time.time() - SILENT_SECONDS, "+inf")
    return Counter(member.decode().partition("@")[0] for member in members)


def listening(settings: Settings) -> Counter[str]:
    """How many are up in each role; nobody where no queue server answers."""
    client = connect(settings)
    try:
        return alive(client)
    except RedisError:
        return Counter()
    finally:
        client.close()
