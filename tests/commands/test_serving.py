"""`portal up` as a person meets it: real processes, a real port, Ctrl-C."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from cli import portal

ROOT = Path(__file__).parents[2]
READY = "Concord is ready at http://127.0.0.1:"


@dataclass
class Up:
    """A portal that was started by its command."""

    process: subprocess.Popen[str]
    printed: list[str]

    @property
    def port(self) -> int:
        return int(self.printed[-1].removeprefix(READY))

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def start(data_dir: Path, **environment: str) -> Up:
    """Start it and read what it prints until it is ready."""
    process = command("up", data_dir=data_dir, **environment)
    printed: list[str] = []
    for line in process.stdout:
        printed.append(line.rstrip())
        if line.startswith(READY):
            return Up(process, printed)
    raise AssertionError(f"it ended: {failed(process)}")


def command(*arguments: str, data_dir: Path, **environment: str) -> subprocess.Popen[str]:
    given = (
        os.environ | {"DATA_DIR": str(data_dir), "PORT": "0", "DEMO": "0", "WEB_PROCESSES": "1"} | environment
    )
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        env=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def failed(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    up = start(tmp_path / "data")
    yield up
    if up.process.poll() is None:
        up.process.kill()
    up.process.communicate()


def test_it_is_ready_healthy_alone_and_leaves_nothing_behind(up: Up, tmp_path: Path) -> None:
    assert up.get("/livez") == (200, {"status": "ok"})
    status, health = up.get("/healthz")
    assert (status, health["status"], health["database"], health["queue"], health["migrations"]) == (
        200,
        "ok",
        "ok",
        "ok",
        "ok",
    )
    assert health["workers"] == {"default": 1, "imports": 1, "scoring": 1, "reports": 1, "reconciler": 1}

    code, out, err = failed(command("up", data_dir=tmp_path / "data"))
    assert (code, out) == (1, "")
    assert err == (
        f"Concord already runs on {tmp_path / 'data'}. Stop it first, or choose another DATA_DIR.\n"
    )
    code, out, err = failed(command("up", data_dir=tmp_path / "other", PORT=str(up.port)))
    assert (code, out) == (1, "")
    assert err.startswith(f"Port {up.port} on 127.0.0.1 cannot be used: Address already in use.")

    family = up.tree()
    assert len(family) >= 7
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(timeout=40) == 0
    assert up.process.stderr.read() == ""
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    code, out, err = failed(command("up", data_dir=tmp_path / "file" / "data"))

    assert (code, out) == (1, "")
    assert err.endswith("cannot be written. Give this user the right to, or choose another DATA_DIR.\n")
    assert err.count("\n") == 1


def test_a_missing_queue_server_is_one_sentence(tmp_path: Path) -> None:
    code, out, err = failed(command("up", data_dir=tmp_path, REDIS_URL="redis://127.0.0.1:1/0"))

    assert (code, out) == (1, "")
    assert err.startswith("The queue server in REDIS_URL does not answer")
    assert err.count("\n") == 1


def test_settings_that_are_wrong_are_named(tmp_path: Path) -> None:
    code, _, err = failed(command("migrate", data_dir=tmp_path, PORT="99999", HOST="0.0.0.0"))

    assert code == 1
    assert "PORT: Input should be less than or equal to 65535" in err


def test_migrate_says_where_the_database_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    runner = CliRunner()

    first = json.loads(runner.invoke(portal, ["migrate", "--json"]).stdout)
    second = runner.invoke(portal, ["migrate"]).stdout

    assert first["before"] is None
    assert first["after"]
    assert second == f"The database is at migration {first['after']}, as it was.\n"


def test_doctor_looks_at_everything_and_masks_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SMTP_URL", "smtp://ada:hunter2@mail.example.com:587")

    result = CliRunner().invoke(portal, ["doctor", "--json"])

    found = json.loads(result.stdout)
    assert [finding["what"] for finding in found["findings"]] == [
        "Python",
        "SQLite",
        "WeasyPrint",
        "Fonts",
        "Chromium",
        "Disk",
        "DATA_DIR",
        "Database",
        "Queue server",
    ]
    assert found["settings"]["smtp_url"] == "smtp://ada:•••@mail.example.com:587"
    assert "hunter2" not in result.output


def test_help_knows_every_command_and_a_wrong_one_is_used_wrongly(tmp_path: Path) -> None:
    listed = CliRunner().invoke(portal, ["--help"]).stdout
    for name in ("up", "web", "worker", "reconcile", "migrate", "doctor"):
        assert f"  {name} " in listed

    code, out, _ = failed(command("nonsense", data_dir=tmp_path))
    assert (code, out) == (2, "")


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = failed(command("up", data_dir=tmp_path / "new", PORT=str(taken.getsockname()[1])))

    assert code == 1
    assert err.count("\n") == 1
    assert not (tmp_path / "new" / "concord.db").exists()
