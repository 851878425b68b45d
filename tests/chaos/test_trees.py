"""The whole tree is killed, again and again: each start is ready, nothing is lost, nobody is left over."""

import http.client
import logging
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from portal import jobs
from portal.clock import now
from portal.db import Database
from portal.jobs import State
from portal.settings import Settings
from tests.commands.test_serving import Up, start

LOG = logging.getLogger(__name__)
pytestmark = pytest.mark.chaos

TIMES = 20
JOBS = 25


def test_twenty_kills_of_everything_are_followed_by_twenty_starts(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    seconds: list[float] = []
    for number in range(TIMES):
        began = time.monotonic()
        up = start(settings.data_dir)
        seconds.append(time.monotonic() - began)
        _add(settings, number)
        family = _kill(up, everybody=bool(number % 2))
        assert psutil.wait_procs(family, timeout=10)[1] == []

    LOG.info("ready after %s s", [round(each, 1) for each in sorted(seconds)])
    up = start(settings.data_dir)
    try:
        assert _done(settings) == TIMES * JOBS
    finally:
        _stop(up)


def test_a_web_server_that_died_is_back_on_the_same_port(tmp_path: Path) -> None:
    up = start(tmp_path / "data")
    web = next(process for process in up.tree() if process.cmdline()[-1] == "web")

    web.kill()

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if up.get("/livez")[0] == 200 and not web.is_running():
                break
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    assert up.get("/livez") == (200, {"status": "ok"})
    _stop(up)


def _stop(up: Up) -> None:
    up.process.send_signal(signal.SIGTERM)
    up.process.communicate(timeout=60)


def _kill(up: Up, *, everybody: bool) -> list[psutil.Process]:
    """Kill the supervisor alone, or all of its tree at once."""
    family = up.tree()
    for process in [*family, up.process] if everybody else [up.process]:
        os.kill(process.pid, signal.SIGKILL)
    up.process.communicate()
    return family


def _add(settings: Settings, number: int) -> None:
    database = Database(settings.engine_url)
    for _ in range(JOBS):
        with database.transaction() as session:
            jobs.add(session, "sweep", title=f"Sweep {number}", arguments={}, by=None, at=now())
    database.dispose()


def _done(settings: Settings) -> int:
    """How many of the jobs are done once none is open; -1 when that takes too long."""
    database = Database(settings.engine_url)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with database.reading() as session:
            counts = jobs.counts(session)
        if counts[State.QUEUED] + counts[State.RUNNING] == 0:
            database.dispose()
            return counts[State.DONE] - 1  # the schedule's own
        time.sleep(0.2)
    return -1
