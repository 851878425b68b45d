"""Backups: one file that holds the database as it was at one moment, the files people gave us, and the key that signs forms.

SQLite is copied by its own backup API while others write; copying its files would miss what stands in the WAL.
"""

import shutil
import tarfile
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from portal.db import sqlite_module
from portal.errors import Conflict, Invalid
from portal.settings import Settings

DATABASE: Final = "concord.db"
FILES: Final = "files"
KEY: Final = "secret.key"
PAGES_A_STEP: Final = 2_000
ELSEWHERE: Final = (
    "The database is PostgreSQL: back it up with pg_dump, and restore it with pg_restore; "
    "copy DATA_DIR/files and DATA_DIR/secret.key beside it."
)


def backup(settings: Settings, to: Path) -> int:
    """Write a backup to a file that does not exist yet, whole or not at all. Returns its size in bytes."""
    _only_sqlite(settings)
    if to.exists():
        raise Conflict(f"{to} exists already. Name another file.")
    if not to.parent.is_dir():
        raise Invalid(f"There is no folder {to.parent}. Make it first, or name another one.")
    draft = to.with_name(f".{to.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
            snapshot = Path(folder) / DATABASE
            _copy(settings.sqlite_path, snapshot)
            _pack(settings, snapshot, draft)
        draft.rename(to)
    finally:
        draft.unlink(missing_ok=True)
    return to.stat().st_size


def _only_sqlite(settings: Settings) -> None:
    if settings.database_url:
        raise Invalid(ELSEWHERE)
    if not settings.sqlite_path.exists():
        raise Invalid(f"There is no database in {settings.data_dir} to back up.")


def _copy(source: Path, target: Path) -> None:
    """A copy as of one moment. In steps, so that writers are not kept waiting."""
    driver = sqlite_module()
    with closing(driver.connect(source)) as there, closing(driver.connect(target)) as here:
        there.execute("PRAGMA busy_timeout=30000")
        there.execute("BEGIN")  # holds the moment, whatever others commit meanwhile
        there.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        there.backup(here, pages=PAGES_A_STEP)
        here.execute("PRAGMA journal_mode=DELETE")


def _pack(settings: Settings, snapshot: Path, to: Path) -> None:
    with tarfile.open(to, "w:gz", compresslevel=1) as packed:
        packed.add(snapshot, DATABASE)
        for name in (KEY, FILES):
            if (path := settings.data_dir / name).exists():
                packed.add(path, name, filter=_finished)


def _finished(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out what is still being received, or written along the way."""
    return None if member.name.endswith(".part") or member.name.startswith(f"{FILES}/spool") else member


def restore(settings: Settings, backup: Path, *, at: datetime) -> Path | None:
    """Put a backup in place of what DATA_DIR holds. What was there is kept beside it; returns where.

    Raises Invalid for a file that is no backup, or a damaged one; nothing is changed then.
    """
    if settings.database_url:
        raise Invalid(ELSEWHERE)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
        unpacked = Path(folder)
        _unpack(backup, unpacked)
        _check(unpacked / DATABASE)
        before = _set_aside(settings, at)
        for name in (DATABASE, KEY, FILES):
            if (unpacked / name).exists():
                (unpacked / name).rename(settings.data_dir / name)
    return before


def _unpack(backup: Path, folder: Path) -> None:
    try:
        with tarfile.open(backup, "r:gz") as packed:
            packed.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Invalid(
            f"{backup.name} is no backup of Concord, or it is damaged: {error}. Use another one."
        ) from error
    if not (folder / DATABASE).is_file():
        raise Invalid(f"{backup.name} holds no database of Concord. Use another backup.")


def _check(database: Path) -> None:
    driver = sqlite_module()
    try:
        with closing(driver.connect(database)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except driver.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise Invalid(f"The database in the backup is damaged: {found}. Use another backup.")


def _set_aside(settings: Settings, at: datetime) -> Path | None:
    there = [
        name
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", KEY, FILES)
        if (settings.data_dir / name).exists()
    ]
    if not there:
        return None
    aside = settings.data_dir / f"before-restore-{at:%Y%m%d-%H%M%S}"
    aside.mkdir()
    for name in there:
        shutil.move(settings.data_dir / name, aside / name)
    return aside
