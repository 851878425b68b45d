"""Files of imports that have ended are kept for some days, then removed; what they brought stays, and so do rejected rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from portal import files
from portal.imports.tables import Import, ImportState

ENDED: Final = (ImportState.DONE, ImportState.DISCARDED, ImportState.FAILED, ImportState.LEFT_OUT)


def over(session: Session, *, days: int, at: datetime) -> Sequence[tuple[int, str]]:
    """Imports that ended so many days ago, with their files. One that is partly in keeps its file: it can go on."""
    before = at - timedelta(days=days)
    query = select(Import).where(Import.file != "", col(Import.state).in_(ENDED))
    ended = [each for each in session.exec(query) if (each.finished_at or each.uploaded_at) < before]
    return [(each.id, each.file) for each in ended if each.state == ImportState.DONE or not each.is_partly_in]


def remove(folder: Path, found: Sequence[tuple[int, str]]) -> None:
    """Take their files away, and the folder of a whole export with the last of them."""
    for _, file in found:
        files.remove(folder, file)
        room = (folder / file).parent
        if room != folder and room.is_dir() and not any(room.iterdir()):
            room.rmdir()


def forget(session: Session, found: Sequence[tuple[int, str]]) -> None:
    """Say of imports that their file is gone."""
    for import_id, _ in found:
        if row := session.get(Import, import_id):
            row.file = ""
