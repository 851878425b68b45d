"""`portal export`: records back to their system, lists, and rows for analysts, from the console."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from sqlmodel import Session

import commands
from commands import opened
from portal import exports
from portal.clock import now
from portal.errors import Invalid
from portal.exports import LAYOUTS, Export, Kind, targets
from portal.fields import Level

Ask = Callable[[Session, datetime], Export]
LEVELS: Final = click.Choice([level.value for level in Level])
PREFIXES: Final = {"all": "", "lead": "00Q", "contact": "003"}
LISTS: Final = (Kind.PEOPLE, Kind.DEALS, Kind.COMPANIES)
OUT: Final = click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Write to this file; its ending says how."
)
WAIT: Final = click.option("--wait", is_flag=True, help="Wait until it is done; it always does.")
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def export() -> None:
    """Make a file of what the portal knows."""


@export.command()
@click.option(
    "--layout", type=click.Choice(list(LAYOUTS)), required=True, help="The import that will read the file."
)
@click.option("--source", required=True, help="The system whose own ids the records are keyed by.")
@click.option("--level", type=LEVELS, default=Level.PERSON.value, show_default=True, help="What is sent.")
@click.option(
    "--object",
    "kind",
    type=click.Choice(list(PREFIXES)),
    default="all",
    show_default=True,
    help="For Salesforce: people who are leads there, or contacts.",
)
@click.option(
    "--columns", default="", help='What is sent and its name there: "rank=Concord_Rank__c,group=Group__c".'
)
@click.option("--all", "is_full", is_flag=True, help="Everything, not only what is new or changed.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only count; nothing is written or remembered.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file.")
@WAIT
@JSON
def people(*, out: Path | None, columns: str, is_full: bool, is_dry: bool, **options: Any) -> None:
    """Records and scores for the system they came from: those that are new or changed since the last file."""
    if not (out or is_dry):
        raise click.UsageError("Say where to write with --out, or only count with --dry-run.")

    def ask(session: Session, at: datetime) -> Export:
        where = (options["level"], options["layout"], options["source"], PREFIXES[options["kind"]])
        target = targets.find_or_make(session, *where, by=None, at=at)
        if columns:
            targets.name_columns(session, target.id, _pairs(columns), by=None, at=at)
        return exports.request_crm(session, target.id, is_full=is_full, is_dry=is_dry, by=None, at=at)

    _make(ask, out, as_json=options["as_json"])


def _pairs(text: str) -> list[list[str]]:
    pairs = [[part.strip() for part in each.split("=")] for each in text.split(",") if each.strip()]
    if any(len(pair) != 2 for pair in pairs):  # noqa: PLR2004  a key and its name
        raise click.UsageError('Write columns as key=Name pairs, such as "rank=Concord_Rank__c".')
    return pairs


@export.command()
@click.option("--run", "run_id", type=int, required=True, help="The run whose scores are wanted.")
@OUT
@WAIT
@JSON
def scores(*, run_id: int, out: Path, wait: bool, as_json: bool) -> None:
    """All scores of a run, as CSV, XLSX or Parquet."""
    del wait
    format_ = _format(out)
    _make(
        lambda session, at: exports.request_scores(session, run_id, format_, by=None, at=at),
        out,
        as_json=as_json,
    )


@export.command()
@click.option("--level", type=LEVELS, required=True, help="Whose rows.")
@OUT
@WAIT
@JSON
def wide(*, level: str, out: Path, wait: bool, as_json: bool) -> None:
    """Model-ready rows: every field in a typed column, with names and ids, as Parquet, CSV or XLSX."""
    del wait
    format_ = _format(out)
    _make(
        lambda session, at: exports.request_wide(session, Level(level), format_, by=None, at=at),
        out,
        as_json=as_json,
    )


@export.command("list")
@click.argument("kind", type=click.Choice([kind.value for kind in LISTS]))
@OUT
@WAIT
@JSON
def list_(*, kind: str, out: Path, wait: bool, as_json: bool) -> None:
    """A list as people see it, as CSV or XLSX."""
    del wait
    format_ = _format(out)
    _make(
        lambda session, at: exports.request_list(session, Kind(kind), format_, by=None, at=at),
        out,
        as_json=as_json,
    )


def _format(out: Path) -> str:
    format_ = out.suffix.removeprefix(".").lower()
    if format_ not in exports.FORMATS:
        raise click.UsageError(f"Name the file with one of the endings {', '.join(exports.FORMATS)}.")
    return format_


def _make(ask: Ask, out: Path | None, *, as_json: bool) -> None:
    """Have the job make it, and bring the file to its place."""
    if out:
        _check_place(out)
    with opened() as (settings, database):
        with database.transaction() as session:
            asked = ask(session, now())
        assert asked.job_id is not None
        commands.finished(settings, database, asked.job_id)
        with database.reading() as session:
            made = exports.get(session, asked.id)
        if out:
            _bring(exports.path_of(made, settings.files_dir), out)
    commands.tell(_result(made, out), as_json=as_json, sentence=_sentence(made, out))


def _check_place(out: Path) -> None:
    """Refuse a place that cannot be written to before anything is made."""
    if out.is_dir():
        raise Invalid(f"{out} is a folder. Name a file in it.")
    if not out.parent.is_dir():
        raise Invalid(f"There is no folder {out.parent}. Make it first, or write the file elsewhere.")
    if not os.access(out.parent, os.W_OK):
        raise Invalid(f"The folder {out.parent} cannot be written. Write the file elsewhere.")


def _bring(made: Path, out: Path) -> None:
    """The whole file or none: it gets its name once it is complete."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        shutil.copyfile(made, draft)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _result(made: Export, out: Path | None) -> dict[str, Any]:
    return {
        "export": made.id,
        "rows": made.rows,
        "left_out": sum(made.left_out.values()),
        "left_out_because": made.left_out,
        "sha256": made.sha256 or None,
        "bytes": made.bytes,
        "as_of": made.as_of.isoformat() if made.as_of else None,
        "out": str(out) if out else None,
    }


def _sentence(made: Export, out: Path | None) -> str:
    rows = f"{made.rows:,} {'row' if made.rows == 1 else 'rows'}"
    told = f"{rows} would be written" if made.is_dry else f"{rows} written to {out}"
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in made.left_out.items() if count)
    return f"{told}; left out: {reasons}." if reasons else f"{told}."
