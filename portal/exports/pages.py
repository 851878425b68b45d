"""What pages show of exports: one, its file, the list of files with who asked for each, and when a target was last told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from portal.accounts import User
from portal.errors import NotFound
from portal.exports.tables import Export, ExportState
from portal.jobs import Job, State
from portal.jobs.rules import OPEN

PER_PAGE: Final = 50


def get(session: Session, export_id: int) -> Export:
    if (export := session.get(Export, export_id)) is None:
        raise NotFound(f"There is no export {export_id}.")
    return export


def path_of(export: Export, folder: Path) -> Path:
    """Where the file is. Raises NotFound when it is not made yet, was swept, or is on another machine."""
    if export.state != ExportState.DONE:
        raise NotFound("This file is not made yet.")
    if export.is_dry:
        raise NotFound("This was only counted; there is no file.")
    path = folder / export.file
    if not export.file or not path.is_file():
        raise NotFound("This file is no longer kept. Make it again; what was sent is still remembered.")
    return path


def filename(export: Export) -> str:
    """What the file is called for whoever downloads it."""
    words = "".join(sign if sign.isalnum() else "-" for sign in export.title.lower())
    day = (export.as_of or export.requested_at).date()
    return f"{'-'.join(filter(None, words.split('-')))}-{day.isoformat()}-{export.id}.{export.format}"


@dataclass(frozen=True)
class Shown:
    """An export with the job that makes it and who asked; "" is nobody who signs in."""

    export: Export
    job: Job | None
    who: str

    @property
    def state(self) -> str:
        """What a job can be; `swept` once the file is gone."""
        if self.export.state == ExportState.DONE:
            return State.DONE if self.export.file or self.export.is_dry else "swept"
        return self.job.state if self.job else State.FAILED

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def shown(session: Session, export_id: int) -> Shown:
    """One export as its page shows it. Raises NotFound."""
    row = session.exec(_shown().where(Export.id == export_id)).first()
    if row is None:
        raise NotFound(f"There is no export {export_id}.")
    return Shown(*row)


def listed(
    session: Session, *, before: int | None = None, target_id: int | None = None, limit: int = PER_PAGE
) -> Sequence[Shown]:
    """Files, the newest first, below an id; one more than a page has, so that the next page is known."""
    query = _shown().where(~col(Export.is_dry)).options(defer(Job.result))  # type: ignore[arg-type]
    if before:
        query = query.where(Export.id < before)
    if target_id:
        query = query.where(Export.target_id == target_id)
    return [Shown(*row) for row in session.exec(query.order_by(col(Export.id).desc()).limit(limit + 1))]


def _shown() -> Any:
    query = select(Export, Job, func.coalesce(User.name, ""))
    with_jobs = query.outerjoin(Job, col(Job.id) == col(Export.job_id))
    return with_jobs.outerjoin(User, col(User.id) == col(Export.requested_by))


def told_at(session: Session) -> dict[int, datetime]:
    """When each target was last told something, by its id."""
    query = select(Export.target_id, func.max(Export.as_of)).group_by(col(Export.target_id))
    rows = session.exec(query.where(Export.state == ExportState.DONE, ~col(Export.is_dry)))
    return {target: at for target, at in rows if target and at}


def told_before(session: Session, export: Export) -> datetime | None:
    """When the target of an export was told before it; None where this is the first time."""
    query = select(func.max(Export.as_of)).where(
        Export.target_id == export.target_id,
        col(Export.id) < export.id,
        Export.state == ExportState.DONE,
        ~col(Export.is_dry),
    )
    return session.exec(query).one()
