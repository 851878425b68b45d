"""What the kinds of jobs do. A module of jobs registers each function here; the queue carries a job's id and nothing else.

    @task("import")
    def import_file(job: Claim, import_id: int) -> Effects | None: ...

A function computes with no transaction open. What it returns is run in the transaction that marks the job done, and
gives the job's result. A `Problem` ends the job with its sentence; any other error is tried again.
"""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from sqlmodel import Session

from portal.errors import Unavailable
from workers.claim import Cancelled, Claim, LeaseLost

__all__ = ["AREAS", "Cancelled", "Claim", "Effects", "LeaseLost", "Task", "find", "run", "task"]

Effects = Callable[[Session], dict[str, Any]]
Task = Callable[..., Effects | None]

AREAS: Final[dict[str, str]] = {
    "unpack": "workers.imports",
    "understand": "workers.imports",
    "check": "workers.imports",
    "import": "workers.imports",
    "undo": "workers.undoing",
    "judge": "workers.judging",
    "impact": "workers.impact",
    "train": "workers.training",
    "score": "workers.scoring",
    "share": "workers.scoring",
    "explain": "workers.explaining",
    "compare": "workers.comparing",
    "replay": "workers.replaying",
    "rescore": "workers.replaying",
    "watch": "workers.watching",
    "report": "workers.reports",
    "export": "workers.exports",
    "definitions": "workers.definitions",
    "paper": "workers.definitions",
    "mail": "workers.mail",
    "duplicates": "workers.duplicates",
    "health": "workers.health",
    "spelling": "workers.health",
    "sweep": "workers.sweep",
    "clear_demo": "workers.demo",
}
"""Which module registers a kind; it is imported when the first job of the kind comes."""

CLAIMED_AS: Final = "CONCORD_CLAIM"
"""The environment's word for the token under which a worker lets its horse claim a job."""

_TASKS: Final[dict[str, Task]] = {}


def task(kind: str) -> Callable[[Task], Task]:
    """Register the function that does the jobs of a kind."""

    def register(function: Task) -> Task:
        _TASKS[kind] = function
        return function

    return register


def find(kind: str) -> Task:
    """The function that does a kind of job. Raises Unavailable when this version has none."""
    if kind not in _TASKS and kind in AREAS:
        import_module(AREAS[kind])
    if kind not in _TASKS:
        raise Unavailable(f"This version of the portal has no work of the kind “{kind}”. Update its workers.")
    return _TASKS[kind]


def run(job_id: int) -> None:
    """Do one job: the only function the queue may name. Called in a process of its own, which may be ended."""
    from portal.settings import Settings
    from workers.attempts import attempt
    from workers.queue import open_database

    settings = Settings.model_validate({})
    database = open_database(settings)
    attempt(database, settings, job_id, alone=True, token=os.environ.pop(CLAIMED_AS, None))
    database.dispose()
