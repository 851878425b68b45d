"""`portal import`: files into records, from the console."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

import commands
from commands import opened
from portal import files
from portal.clock import now
from portal.db import Database
from portal.errors import Invalid, Problem
from portal.imports import commands as imports
from portal.imports.kinds import KINDS
from portal.imports.mapping import Mapping
from portal.imports.tables import Import, ImportState
from portal.settings import Settings
from portal.spreadsheets import csv_lines


@dataclass(frozen=True)
class Options:
    """What a person said about the files besides the files."""

    kind: str
    source: str | None
    id_columns: tuple[str, ...]
    mapping: Path | None
    dry_run: bool
    direction: str | None


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--source", help="The system the files come from, such as Salesforce; ids are unique in it.")
@click.option(
    "--id-column",
    "id_columns",
    multiple=True,
    help="The column with the source's own id. Several make a natural key.",
)
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A mapping as JSON."
)
@click.option(
    "--direction", type=click.Choice(["inbound", "outbound", "unknown"]), help="Who made the first move."
)
@click.option("--dry-run", is_flag=True, help="Only count what it would do.")
@click.option("--wait", is_flag=True, help="Wait until it is done; it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(files: tuple[Path, ...], wait: bool, as_json: bool, **options: Any) -> None:
    """Import FILES into KIND: any CSV or XLSX file, whatever its separator and encoding."""
    del wait
    chosen = Options(**options)
    with opened() as (settings, database):
        results = [_import(settings, database, path, chosen) for path in files]
    commands.tell(_together(results), as_json=as_json, sentence="\n".join(map(_sentence, results)))


def _import(settings: Settings, database: Database, path: Path, chosen: Options) -> dict[str, Any]:
    found = _uploaded(settings, database, path, chosen.kind)
    mapping = _mapping(found, chosen)
    with database.transaction() as session:
        imports.remap(session, found.id, mapping)
        begin = imports.start_check if chosen.dry_run else imports.start
        job_id = begin(session, found.id, by=None, at=now()).job_id
    assert job_id is not None
    commands.finished(settings, database, job_id)
    return _result(settings, database, found.id, path)


def _uploaded(settings: Settings, database: Database, path: Path, kind: str) -> Import:
    """The file, received and understood. Raises Problem where it cannot be."""
    with path.open("rb") as content:
        received = files.receive(content, settings.files_dir)
    upload = imports.Upload(
        kind=kind,
        filename=path.name,
        file=received.file,
        bytes=received.bytes,
        digest=received.digest,
        is_large=True,
    )
    with database.transaction() as session:
        added = imports.upload(session, upload, by=None, at=now())
    assert added.job_id is not None
    commands.finished(settings, database, added.job_id)
    with database.reading() as session:
        return imports.get(session, added.id)


def _mapping(found: Import, chosen: Options) -> Mapping:
    mapping = _read(chosen.mapping) if chosen.mapping else imports.mapping_of(found)
    changes: dict[str, Any] = {"kind": chosen.kind}
    if chosen.source:
        changes["source"] = chosen.source
    if chosen.direction:
        changes["direction"] = chosen.direction
    if chosen.id_columns:
        changes |= {"id_columns": chosen.id_columns, "natural_key": len(chosen.id_columns) > 1}
    return mapping.model_copy(update=changes)


def _read(path: Path) -> Mapping:
    try:
        return Mapping.model_validate_json(path.read_text())
    except (ValidationError, UnicodeDecodeError) as error:
        raise Invalid(
            f"{path.name} is no mapping: {str(error).splitlines()[-1].strip()}. Export one from an import's page."
        ) from error


def _result(settings: Settings, database: Database, import_id: int, path: Path) -> dict[str, Any]:
    with database.reading() as session:
        found = imports.get(session, import_id)
        if found.state == ImportState.FAILED:
            raise Problem(found.reason or "The import failed.")
        rejects = _write_rejects(settings, database, found) if found.rejected else None
    counts = {name: getattr(found, name) for name in imports.COUNTS}
    return {"file": path.name, "import": found.id, "source": found.source, **counts, "rejects": rejects}


def _write_rejects(settings: Settings, database: Database, found: Import) -> str:
    """The rejected rows with their reasons, as a CSV in the files folder."""
    path = settings.files_dir / f"rejects-{found.id}.csv"
    with database.reading() as session:
        lines = csv_lines(*imports.rejects_table(session, found))
        path.write_text("".join(lines), encoding="utf-8")
    return str(path.absolute())


def _together(results: list[dict[str, Any]]) -> dict[str, Any]:
    if len(results) == 1:
        return results[0]
    return {name: sum(result[name] for result in results) for name in imports.COUNTS} | {
        "rejects": [result["rejects"] for result in results if result["rejects"]],
        "files": results,
    }


def _sentence(result: dict[str, Any]) -> str:
    told = (
        f"{result['file']}: {result['rows']:,} rows, {result['created']:,} created, {result['updated']:,} updated, "
        f"{result['unchanged']:,} unchanged, {result['rejected']:,} rejected."
    )
    return f"{told} The rejected ones: {result['rejects']}" if result["rejects"] else told
