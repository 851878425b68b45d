"""`portal import undo`: imports and whole exports taken back, from the console."""

from collections.abc import Sequence
from typing import Any

import click

import commands
from commands import opened
from portal.clock import now
from portal.db import Database
from portal.errors import Conflict
from portal.imports import pages
from portal.imports.undoing import commands as undoing
from portal.settings import Settings


def run(numbers: Sequence[str], *, whole: bool, as_json: bool, dry_run: bool) -> None:
    """Undo imports, or whole exports, by their numbers. Raises Conflict with what was built on one."""
    ids = [_number(each) for each in numbers]
    with opened() as (settings, database):
        found = [_look(database, each, whole=whole) for each in ids] if dry_run else []
        found = found or [_undo(settings, database, each, whole=whole) for each in ids]
    word = "would go" if dry_run else "removed"
    told = "\n".join(
        f"{each['removed']:,} {word}, {each['put_back']:,} put back as before." for each in found
    )
    commands.tell(found[0] if len(found) == 1 else {"undone": found}, as_json=as_json, sentence=told)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise click.UsageError(f"{text} is no import. Its number stands in the address of its page.")
    return int(text)


def _look(database: Database, number: int, *, whole: bool) -> dict[str, Any]:
    """What it would take. Raises Conflict with what stands in its way."""
    with database.reading() as session:
        files = undoing.files_in(session, number) if whole else [pages.get(session, number)]
        survey = undoing.survey(session, files)
    if survey.built:
        raise Conflict(" ".join(survey.built))
    return {"id": number, "removed": survey.total, "by_table": survey.removed, "put_back": survey.put_back}


def _undo(settings: Settings, database: Database, number: int, *, whole: bool) -> dict[str, Any]:
    found = _look(database, number, whole=whole)
    begin = undoing.undo_export if whole else undoing.undo
    with database.transaction() as session:
        job_id = begin(session, number, by=None, at=now()).job_id
    assert job_id is not None
    commands.finished(settings, database, job_id)
    return found
