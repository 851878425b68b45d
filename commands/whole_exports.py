"""`portal import export`: all the files of a source, or a zip of them, in one go; and how an import's outcome is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlmodel import Session

import commands
from portal import files, products
from portal.clock import now
from portal.db import Database
from portal.errors import Invalid, Problem
from portal.imports import commands as imports
from portal.imports import deliveries, pages
from portal.imports import rejects as rejected
from portal.imports.archives import is_archive
from portal.imports.mapping import Mapping
from portal.imports.tables import DeliveryState, Import
from portal.settings import Settings

if TYPE_CHECKING:
    from commands.imports import Options


def bring(settings: Settings, database: Database, paths: Sequence[Path], chosen: Options) -> dict[str, Any]:
    """Take the files in, map them as found out or as given, and try or import them. Raises Problem with what stops them."""
    delivery_id = _taken(settings, database, paths, chosen)
    try:
        _finished(settings, database, delivery_id)
        _map(database, delivery_id, chosen)
        _start(database, delivery_id, chosen)
    except Problem:
        _discard(settings, database, delivery_id)
        raise
    _finished(settings, database, delivery_id)
    with database.reading() as session:
        return _outcome(session, settings, delivery_id)


def _taken(settings: Settings, database: Database, paths: Sequence[Path], chosen: Options) -> int:
    with ExitStack() as kept:
        uploads = [_received(kept, settings, path) for path in paths]
        source = chosen.source or ("" if is_archive(paths[0]) else paths[0].absolute().parent.name)
        take = deliveries.take_archive if len(paths) == 1 and is_archive(paths[0]) else None
        with database.transaction() as session:
            if take:
                added = take(session, uploads[0], source=source, by=None, at=now())
            else:
                added = deliveries.take(session, uploads, source=source, by=None, at=now())
    return added.id


def _received(kept: ExitStack, settings: Settings, path: Path) -> imports.Upload:
    with path.open("rb") as content:
        got = kept.enter_context(files.receiving(content, settings.files_dir))
    return imports.Upload("", path.name, got.file, got.bytes, got.digest, is_large=True)


def _finished(settings: Settings, database: Database, delivery_id: int) -> None:
    """Wait for file after file. Raises Problem with the name of the one whose job did not succeed."""
    while True:
        with database.reading() as session:
            found = deliveries.get(session, delivery_id)
            if found.state == DeliveryState.FAILED:
                raise Invalid(found.reason or "None of the files could be read.")
            if found.state not in deliveries.AT_WORK or found.job_id is None:
                return
        commands.finished(settings, database, found.job_id)


def _map(database: Database, delivery_id: int, chosen: Options) -> None:
    given = _given(chosen.mapping) if chosen.mapping else {}
    with database.transaction() as session:
        found = deliveries.get(session, delivery_id)
        members = {each.filename: each for each in deliveries.files_of(session, delivery_id)}
        if strange := [name for name in given if name not in members]:
            raise Invalid(
                f"The mapping names {strange[0]}, which is none of the files: {', '.join(members)}."
            )
        source = chosen.source or found.source
        choices = {members[name].id: deliveries.Choice(one.kind) for name, one in given.items()}
        deliveries.correct(session, delivery_id, source, choices)
        for name, mapping in given.items():
            deliveries.remap(
                session, members[name], mapping.model_copy(update={"source": source or mapping.source})
            )
        for each in members.values() if chosen.direction else ():
            if deliveries.is_taken(each):
                mapping = pages.mapping_of(each).model_copy(update={"direction": chosen.direction})
                deliveries.remap(session, each, mapping)
        if source:
            deliveries.leave_out_impossible(session, delivery_id)


def _given(path: Path) -> dict[str, Mapping]:
    """Mappings by the names of files."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: Mapping.model_validate(mapping) for name, mapping in found.items()}
    except (ValueError, ValidationError, AttributeError) as error:
        raise Invalid(
            f"{path.name} holds no mappings by the names of files. Download them from the page of an export."
        ) from error


def _start(database: Database, delivery_id: int, chosen: Options) -> None:
    with database.transaction() as session:
        if chosen.dry_run:
            deliveries.start_check(session, delivery_id, at=now())
        else:
            deliveries.start(session, delivery_id, vanished=chosen.vanished or "", by=None, at=now())


def _discard(settings: Settings, database: Database, delivery_id: int) -> None:
    with database.transaction() as session:
        kept = deliveries.discard(session, delivery_id, by=None, at=now())
    for file in kept:
        files.remove(settings.files_dir, file)


def _outcome(session: Session, settings: Settings, delivery_id: int) -> dict[str, Any]:
    found = deliveries.get(session, delivery_id)
    members = deliveries.files_of(session, delivery_id)
    taken = [result(session, settings, each) for each in members if deliveries.is_taken(each)]
    return {
        "export": found.id,
        "source": found.source,
        **{name: sum(one[name] for one in taken) for name in pages.COUNTS},
        "rejects": [one["rejects"] for one in taken if one["rejects"]],
        "files": taken,
        "left_out": [
            {"file": each.filename, "why": each.reason} for each in members if not deliveries.is_taken(each)
        ],
        "unknown_products": [
            {"name": one.name, "deals": one.deals, "nearest": one.nearest}
            for one in products.strangers(session)
        ],
    }


def sentence(found: dict[str, Any], *, dry_run: bool) -> str:
    """What came of an export, a line a file."""
    lines = [told(one, dry_run=dry_run) for one in found["files"]]
    lines += [f"{one['file']} does not go in. {one['why']}" for one in found["left_out"]]
    lines += [
        f"{one['name']}, in {one['deals']:,} deals, is none of the products."
        + (f" The nearest is {one['nearest']}." if one["nearest"] else "")
        for one in found["unknown_products"]
    ]
    return "\n".join([*lines, told(found | {"file": "Together", "rejects": None}, dry_run=dry_run)])


def result(session: Session, settings: Settings, found: Import) -> dict[str, Any]:
    """What came of one file, for scripts."""
    written = _write_rejects(session, settings, found) if found.rejected else None
    counts = {name: getattr(found, name) for name in pages.COUNTS}
    whole = {"kind": found.kind} if found.delivery_id else {}
    return {
        "file": found.filename,
        "import": found.id,
        "source": found.source,
        **whole,
        **counts,
        "rejects": written,
    }


def _write_rejects(session: Session, settings: Settings, found: Import) -> str:
    """The rejected rows with their reasons, as a CSV in the files folder."""
    path = settings.files_dir / f"rejects-{found.id}.csv"
    rejected.write(path, pages.understanding_of(found).names, pages.every_reject(session, found.id))
    return str(path.absolute())


def told(result: dict[str, Any], *, dry_run: bool) -> str:
    """What came of one file, for a person."""
    done = ("to create", "to update") if dry_run else ("created", "updated")
    said = (
        f"{result['file']}: {result['rows']:,} rows, {result['created']:,} {done[0]}, {result['updated']:,} {done[1]}, "
        f"{result['unchanged']:,} unchanged, {result['rejected']:,} rejected."
    )
    return f"{said} The rejected ones: {result['rejects']}" if result["rejects"] else said
