"""A portal of real processes in the test's own folder: queue server, reconciler and workers, as many as a test asks for."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from portal import jobs
from portal.clock import now
from portal.db import Database
from portal.events import Event
from portal.jobs import Job, State
from portal.jobs.rules import ENDED
from portal.settings import Settings
from workers.child import Child
from workers.queue import open_database
from workers.server import QueueServer

PROGRAM = Path(__file__).parent / "program.py"
spec = importlib.util.spec_from_file_location("concord_trial_program", PROGRAM)
spec.loader.exec_module(importlib.util.module_from_spec(spec))  # the same kinds here


@dataclass
class Trial:
    """One portal. `start` gives a child by name: `server`, `reconcile`, or a queue."""

    settings: Settings
    database: Database
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        for name in names:
            if name in self.children:
                self.children[name].kill()
            child = self.children[name] = self._child(name)
            child.start()

    def _child(self, name: str) -> Child:
        if name == "server":
            server = QueueServer(self.settings)
            return Child(name, server.command, started=server.wait)
        arguments = ["reconcile"] if name == "reconcile" else ["worker", name.partition("#")[0]]
        environment = {"DATA_DIR": str(self.settings.data_dir)}
        return Child(name, lambda: [sys.executable, str(PROGRAM), *arguments], environment=environment)

    def pid(self, name: str) -> int:
        return self.children[name].process.pid

    def send(self, name: str, number: signal.Signals) -> None:
        os.kill(self.pid(name), number)

    def horse(self, name: str) -> int | None:
        """The process that does a worker's job right now."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.pid(name))], capture_output=True, check=False
        )
        return int(listed.stdout.split()[0]) if listed.stdout.split() else None

    def add(self, kind: str, **arguments: Any) -> int:
        with self.database.transaction() as session:
            return jobs.add(session, kind, title=kind, arguments=arguments, by=None, at=now()).id

    def job(self, job_id: int) -> Job:
        with self.database.reading() as session:
            return jobs.get(session, job_id)

    def ended(self, job_id: int, seconds: float = 30) -> Job:
        return self.until(lambda: (job := self.job(job_id)).state in ENDED and job, seconds)

    def running(self, job_id: int) -> Job:
        return self.until(lambda: (job := self.job(job_id)).state == State.RUNNING and job)

    def until(self, found: Callable[[], Any], seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if result := found():
                return result
            time.sleep(0.03)
        raise AssertionError(f"it did not come about within {seconds} s")

    def lines(self) -> list[str]:
        """What jobs wrote into the log: each line, as often as it is there."""
        with self.database.reading() as session:
            return sorted(session.exec(select(Event.subject).where(col(Event.kind) == "demo.loaded")))

    def stop(self) -> None:
        for child in reversed(self.children.values()):
            child.kill()
        self.database.dispose()


@pytest.fixture
def trial(sqlite: Database, settings: Settings) -> Iterator[Trial]:
    """A portal of which nothing runs yet."""
    trial = Trial(settings, open_database(settings))
    yield trial
    trial.stop()
