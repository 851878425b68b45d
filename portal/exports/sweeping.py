"""Files are kept for two weeks; what was sent stays remembered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from portal.exports.tables import Export, ExportState
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job

KEPT: Final = timedelta(days=14)


def over(session: Session, *, at: datetime) -> Sequence[int]:
    """The exports whose file has been kept long enough, and those that were given up: none is being made."""
    query = select(Export.id).outerjoin(Job, col(Job.id) == col(Export.job_id))
    query = query.where(col(Export.requested_at) < at - KEPT)
    query = query.where((Export.file != "") | (Export.state == ExportState.QUEUED))
    return session.exec(query.where((col(Job.id).is_(None)) | col(Job.state).not_in(OPEN))).all()


def remove(folder: Path, export_ids: Sequence[int]) -> int:
    """Take away their files, and drafts that a killed attempt left."""
    wanted = set(export_ids)
    found = [path for path in folder.glob("export-*-*.*") if int(path.name.split("-")[1]) in wanted]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def known(session: Session) -> set[int]:
    """The ids of all exports."""
    return set(session.exec(select(Export.id)))


def remove_unknown(folder: Path, known_ids: Collection[int]) -> int:
    """Take away the files of exports that are there no more."""
    found = [p for p in folder.glob("export-*-*.*") if int(p.name.split("-")[1]) not in known_ids]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def forget(session: Session, export_ids: Sequence[int]) -> None:
    """Say of exports that their file is gone."""
    for export_id in export_ids:
        if (export := session.get(Export, export_id)) and export.file:
            export.file = ""
            session.add(export)
