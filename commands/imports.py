"""`portal import`: files into records, from the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from pydantic import ValidationError

import commands
from commands import opened, undoing, whole_exports
from portal import files
from portal.clock import now
from portal.db import Database
from portal.errors import Invalid, Problem
from portal.imports import commands as imports
from portal.imports import pages
from portal.imports.kinds import KINDS
from portal.imports.mapping import Mapping
from portal.imports.tables import Import
from portal.settings import Settings

WHOLE: Final = "export"
UNDO: Final = "undo"


@dataclass(frozen=True)
class Options:
    """What a person said about the files besides the files."""

    kind: str
    source: str | None
    id_columns: tuple[str, ...]
    mapping: Path | None
    dry_run: bool
    direction: str | None
    vanished: str | None


def _given(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[Path, ...]:
    """Files that are there; of an undoing the numbers of imports, as they were typed."""
    if context.params.get("kind") == UNDO:
        return tuple(Path(each) for each in value)
    there = click.Path(exists=True, dir_okay=False, path_type=Path)
    return tuple(there.convert(each, parameter, context) for each in value)


@click.command("import")
@click.argument("kind", type=click.Choice([*sorted(KINDS), WHOLE, UNDO]))
@click.argument("files", nargs=-1, required=True, callback=_given)
@click.option("--source", help="The system the files come from, such as Salesforce; ids are unique in it.")
@click.option(
    "--id-column",
    "id_columns",
    multiple=True,
    help="The column with the source's own id. Several make a natural key.",
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A mapping as JSON; of a whole export one for each name of a file.",
)
@click.option(
    "--direction", type=click.Choice(["inbound", "outbound", "unknown"]), help="Who made the first move."
)
@click.option(
    "--vanished",
    type=click.Choice(["part", "gone"]),
    help="What it means that records of earlier files are no longer there: the file is a part, or they are gone. Kept for the next ones.",
)
@click.option("--whole", is_flag=True, help="With undo: the numbers are those of whole exports.")
@click.option("--dry-run", is_flag=True, help="Only count what it would do.")
@click.option("--wait", is_flag=True, help="Wait until it is done; it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(files: tuple[Path, ...], wait: bool, as_json: bool, whole: bool, **options: Any) -> None:
    """Import FILES into KIND: any CSV or XLSX file, whatever its separator and encoding.

    The kind `export` takes the files of a whole export, or a zip of them, and finds out what each holds. `undo` takes the
    numbers of imports instead of files, and undoes them one after another.
    """
    del wait
    chosen = Options(**options)
    if chosen.kind == UNDO:
        undoing.run([str(each) for each in files], whole=whole, as_json=as_json, dry_run=chosen.dry_run)
        return
    if chosen.kind == WHOLE and chosen.id_columns:
        raise click.UsageError(
            "--id-column is of one file. Say it in a --mapping for each file of an export."
        )
    with opened() as (settings, database):
        if chosen.kind == WHOLE:
            found = whole_exports.bring(settings, database, files, chosen)
            commands.tell(
                found, as_json=as_json, sentence=whole_exports.sentence(found, dry_run=chosen.dry_run)
            )
            return
        results = _all(settings, database, files, chosen)
    told = "\n".join(whole_exports.told(result, dry_run=chosen.dry_run) for result in results)
    commands.tell(_together(results), as_json=as_json, sentence=told)


def _all(
    settings: Settings, database: Database, paths: Sequence[Path], chosen: Options
) -> list[dict[str, Any]]:
    """File after file. Raises Problem with the name of the one that fails; those before it are done by then."""
    results: list[dict[str, Any]] = []
    for path in paths:
        try:
            results.append(_import(settings, database, path, chosen))
        except Problem as problem:
            before = f" Done before it: {', '.join(one['file'] for one in results)}." if results else ""
            raise Problem(f"{path.name}: {problem.sentence}{before}") from problem
    return results


def _import(settings: Settings, database: Database, path: Path, chosen: Options) -> dict[str, Any]:
    found = _uploaded(settings, database, path, chosen.kind)
    commands.finished(settings, database, _started(settings, database, found, chosen))
    return _result(settings, database, found.id, path)


def _uploaded(settings: Settings, database: Database, path: Path, kind: str) -> Import:
    """The file, received and understood. Raises Problem where it cannot be."""
    with path.open("rb") as content, files.receiving(content, settings.files_dir) as received:
        upload = imports.Upload(
            kind, path.name, received.file, received.bytes, received.digest, is_large=True
        )
        with database.transaction() as session:
            added = imports.upload(session, upload, by=None, at=now())
    assert added.job_id is not None
    commands.finished(settings, database, added.job_id)
    with database.reading() as session:
        return pages.get(session, added.id)


def _started(settings: Settings, database: Database, found: Import, chosen: Options) -> int:
    """The job that tries or imports it as mapped. An upload that cannot be mapped so is given up, and its file removed."""
    begin = imports.start_check if chosen.dry_run else partial(imports.start, vanished=chosen.vanished or "")
    try:
        with database.transaction() as session:
            imports.remap(session, found.id, _mapping(found, chosen))
            job_id = begin(session, found.id, by=None, at=now()).job_id
    except Problem:
        with database.transaction() as session:
            imports.discard(session, found.id, by=None, at=now())
        files.remove(settings.files_dir, found.file)
        raise
    assert job_id is not None
    return job_id


def _mapping(found: Import, chosen: Options) -> Mapping:
    mapping = _read(chosen.mapping) if chosen.mapping else pages.mapping_of(found)
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
        return Mapping.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise Invalid(
            f"{path.name} is no mapping: {str(error).splitlines()[-1].strip()}. Export one from an import's page."
        ) from error


def _result(settings: Settings, database: Database, import_id: int, path: Path) -> dict[str, Any]:
    with database.reading() as session:
        found = pages.get(session, import_id)
        return whole_exports.result(session, settings, found) | {"file": path.name}


def _together(results: list[dict[str, Any]]) -> dict[str, Any]:
    if len(results) == 1:
        return results[0]
    return {name: sum(result[name] for result in results) for name in pages.COUNTS} | {
        "rejects": [result["rejects"] for result in results if result["rejects"]],
        "files": results,
    }
