"""What is known of imports: one, the newest, the rejected rows, and how a source's files were mapped."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlmodel import Session, col, func, select

from portal.errors import Conflict, NotFound
from portal.fields import Level
from portal.imports.mapping import Mapping
from portal.imports.rejects import Reject
from portal.imports.tables import AT_WORK, Import, ImportReject, ImportState, SavedMapping
from portal.imports.targets import TARGETS
from portal.imports.understanding import Understood
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job

COUNTS: Final = ("rows", "created", "updated", "unchanged", "rejected")


def get(session: Session, import_id: int) -> Import:
    if (found := session.get(Import, import_id)) is None:
        raise NotFound(f"There is no import {import_id}.")
    return found


def is_open(session: Session, found: Import) -> bool:
    """Whether a person may map, check, import or discard it: no job has it, or the job that had it has ended."""
    if found.state in AT_WORK - {ImportState.UNDOING}:
        return not is_at_work(session, found)
    return found.state not in NO_MORE


NO_MORE: Final = frozenset({ImportState.DONE, ImportState.DISCARDED, ImportState.UNDOING, ImportState.UNDONE})


def is_at_work(session: Session, found: Import) -> bool:
    """Whether a job has it, or is to come to it."""
    if found.state not in AT_WORK:
        return False
    job = session.get(Job, found.job_id) if found.job_id else None
    return job is not None and job.state in OPEN


def mapping_of(found: Import) -> Mapping:
    """How its columns are mapped. Raises Conflict for a file that was not understood."""
    return Mapping.model_validate(_understood(found).mapping)


def understanding_of(found: Import) -> Understood:
    """What the file holds. Raises Conflict for a file that was not understood."""
    return Understood.model_validate(_understood(found).understood)


def _understood(found: Import) -> Import:
    if not found.understood:
        raise Conflict(f"Nobody has looked into {found.filename} yet, or it could not be read.")
    return found


def listed(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Import]:
    """Imports, the newest first."""
    query = select(Import).order_by(col(Import.id).desc()).limit(limit)
    return session.exec(query.where(Import.id < before) if before else query).all()


def rejects(
    session: Session, import_id: int, *, after: int = 0, limit: int = 1_000
) -> Sequence[ImportReject]:
    """Rows that did not go in, in the order of the file; `after` is the id of the last one read."""
    return session.exec(
        select(ImportReject)
        .where(ImportReject.import_id == import_id, ImportReject.id > after)
        .order_by(col(ImportReject.id))
        .limit(limit)
    ).all()


def every_reject(session: Session, import_id: int) -> Iterator[Reject]:
    """All rows that did not go in, read in parts."""
    after = 0
    while part := rejects(session, import_id, after=after):
        yield from (Reject(found.row, found.column, found.reason, found.cells) for found in part)
        after = part[-1].id


def saved_mapping(session: Session, kind: str, source: str) -> Mapping | None:
    """How the source's newest file of this kind was mapped."""
    saved = session.exec(
        select(SavedMapping)
        .where(SavedMapping.kind == kind, SavedMapping.source == source)
        .order_by(col(SavedMapping.saved_at).desc(), col(SavedMapping.id).desc())
    ).first()
    return Mapping.model_validate(saved.mapping) if saved else None


def sources(session: Session) -> Sequence[str]:
    """The sources files came from so far."""
    return session.exec(
        select(SavedMapping.source).group_by(SavedMapping.source).order_by(func.lower(SavedMapping.source))
    ).all()


def aliases(session: Session, level: Level) -> dict[str, str]:
    """The column of a record that each file's column fills, by the column's name in lower case."""
    found: dict[str, str] = {}
    for saved in session.exec(select(SavedMapping)):
        target = TARGETS[saved.kind]
        if target.level is not level:
            continue
        by_field = {place.field: place.column for place in target.places} | FLAGS
        for column in Mapping.model_validate(saved.mapping).columns:
            if column.field in by_field:
                found[column.column.casefold()] = by_field[column.field]
    return found


def repeated(session: Session, level: Level) -> set[str]:
    """Columns of a record that one attribute holds as well, under its file's name: whoever learns needs only one of both."""
    fillers: dict[str, set[str]] = {}
    kept: set[str] = set()
    for saved in session.exec(select(SavedMapping)):
        mapping = Mapping.model_validate(saved.mapping)
        fields = {place.field: place.column for place in TARGETS[saved.kind].places}
        if TARGETS[saved.kind].level is level:
            for column in mapping.columns:
                if column.field in fields:
                    fillers.setdefault(fields[column.field], set()).add(column.column)
                    kept |= {column.column} if column.attribute else set()
    return {filled for filled, names in fillers.items() if len(names) == 1 and names <= kept}


FLAGS: Final = {"opted_out": "opted_out_at", "customer": "customer_at"}
