"""The console's commands: one module an area. Here is what they share: settings, errors as sentences, and waiting for a job."""

import errno
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from portal import definitions, migrating
from portal.clock import now
from portal.db import Database
from portal.errors import Problem, Unavailable
from portal.jobs import Job, State
from portal.settings import Settings
from workers.queue import open_database
from workers.queue.heartbeats import listening

FULL: Final = "The disk is full. Free some space where DATA_DIR is, then start again."


def settings() -> Settings:
    """The settings in force: those of the environment."""
    return Settings.model_validate({})


@contextmanager
def opened() -> Iterator[tuple[Settings, Database]]:
    """The settings in force, and their database at the newest migration."""
    found = settings()
    found.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(found)
    if not listening(found):
        database.ring = None  # nobody is up to hear it: who waits for a job does it
    try:
        migrating.upgrade(database)
        with database.transaction() as session:
            definitions.ship(session, at=now())
        yield found, database
    finally:
        database.dispose()


def tell(result: dict[str, Any], *, as_json: bool, sentence: str) -> None:
    """Print a command's outcome: one JSON object, or a sentence for a person."""
    click.echo(json.dumps(result, ensure_ascii=False, default=str) if as_json else sentence)


def finished(settings: Settings, database: Database, job_id: int) -> Job:
    """Wait for a job, with its progress on a terminal. Raises Problem with its reason when it did not succeed."""
    from workers import inline

    job = inline.wait(database, settings, job_id, watch=_show if sys.stderr.isatty() else None)
    if job.state != State.DONE:
        raise Unavailable(job.reason or f"The job “{job.title}” was {job.state}.")
    return job


def _show(job: Job) -> None:
    share = f"{job.done_units / job.total_units:4.0%}" if job.total_units else "  …"
    click.echo(f"\r\x1b[K{share} {job.title} {job.step}", nl=job.state == State.DONE, err=True)


def sentence(error: Exception) -> str | None:
    """What to tell a person of an error; None for one that is ours to mend."""
    if isinstance(error, Problem):
        return error.sentence
    if isinstance(error, ValidationError):
        return "\n".join(_setting(found["loc"], found["msg"]) for found in error.errors())
    if isinstance(error, CommandError):
        return f"The database was made by another version of Concord ({error}). Use the newest version."
    if isinstance(error, DBAPIError):
        return _database(error)
    return _system(error) if isinstance(error, OSError) else None


def _setting(place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(map(str, place)).upper()
    return f"{name}: {message}" if name else message.removeprefix("Value error, ")


def _database(error: DBAPIError) -> str | None:
    text = str(error.orig)
    if "disk is full" in text or "No space left" in text:
        return FULL
    if "unable to open" in text or "readonly" in text:
        return f"The database in DATA_DIR cannot be written ({text}). Give this user the right to, or choose another DATA_DIR."
    if error.connection_invalidated or "connect" in text:
        return f"The database does not answer. Start it, or mend DATABASE_URL. It said: {text.strip()}"
    return None


def _system(error: OSError) -> str | None:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FULL
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}:
        return f"{error.filename} cannot be written. Give this user the right to, or choose another DATA_DIR."
    return None
