"""What `portal doctor` looks at: the machine, the data folder, the database, the settings in force. It changes nothing."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from portal import migrating
from portal.db import Database, sqlite_module
from portal.settings import MIB, Settings

SOUND_SQLITE: Final = (3, 51, 3)
LEAST_FREE: Final = 1024 * MIB
IMPORT_SECONDS: Final = 30
PANGO: Final = (
    "Reports need Pango. Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. "
    "Fedora: dnf install pango. macOS: brew install pango."
)
FONT_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
Level = Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `bad` keeps the portal from working, `warn` does not."""

    what: str
    level: Level
    sentence: str

    @property
    def mark(self) -> str:
        return {"good": "✓", "warn": "…", "bad": "≠"}[self.level]


def examine(settings: Settings) -> list[Finding]:
    """Look at everything but the queue server."""
    return [
        _python(),
        _sqlite(),
        _pango(),
        _fonts(),
        _chromium(),
        _disk(settings.data_dir),
        _rights(settings.data_dir),
        _database(settings),
    ]


def summary(settings: Settings, findings: Sequence[Finding]) -> dict[str, Any]:
    """Everything as one JSON object: `findings`, and `settings` with secrets masked."""
    return {"findings": [asdict(finding) for finding in findings], "settings": in_force(settings)}


def in_force(settings: Settings) -> dict[str, Any]:
    """The settings, passwords in addresses masked."""
    return {name: _masked(value) for name, value in settings.model_dump(mode="json").items()}


def _masked(value: Any) -> Any:
    if not isinstance(value, str) or "://" not in value or not (password := urlsplit(value).password):
        return value
    return value.replace(f":{password}@", ":•••@")


def _python() -> Finding:
    return Finding("Python", "good", f"{platform.python_version()} at {sys.executable}")


def _sqlite() -> Finding:
    module = sqlite_module()
    version = tuple(map(int, module.sqlite_version.split(".")))
    if version >= SOUND_SQLITE:
        return Finding("SQLite", "good", f"{module.sqlite_version} of {module.__name__}")
    return Finding(
        "SQLite",
        "warn",
        f"{module.sqlite_version}: versions before 3.51.3 can damage a database that two processes write at once. "
        "Use Python on Linux x86-64 or macOS arm64, where a newer one is installed with it, or PostgreSQL.",
    )


def _pango() -> Finding:
    """Imported in another process: a library that is half there can end the one that loads it."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", "import weasyprint; print(weasyprint.__version__)"],
            capture_output=True,
            text=True,
            timeout=IMPORT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding(
            "WeasyPrint", "bad", "It does not load within 30 seconds. Look at the load of this machine."
        )
    if done.returncode:
        return Finding("WeasyPrint", "bad", PANGO)
    return Finding("WeasyPrint", "good", f"{done.stdout.strip()}, Pango found")


def _fonts() -> Finding:
    folders = [Path(folder) for folder in FONT_FOLDERS] + [Path.home() / ".local/share/fonts"]
    for folder in folders:
        if any(path.suffix in {".ttf", ".otf", ".ttc"} for path in folder.rglob("*")):
            return Finding("Fonts", "good", f"found in {folder}")
    return Finding(
        "Fonts", "bad", "There is none for reports. Debian, Ubuntu: apt install fonts-dejavu-core."
    )


def _chromium() -> Finding:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Finding("Chromium", "good", f"{found} (for tests only)")
    return Finding(
        "Chromium", "warn", "Not found; tests in a browser are skipped. Debian: apt install chromium."
    )


def _disk(folder: Path) -> Finding:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    level: Level = "good" if free >= LEAST_FREE else "warn"
    return Finding("Disk", level, f"{free // MIB:,} MiB free for {folder}")


def _rights(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("DATA_DIR", "good", f"{folder} does not exist yet; the first start makes it")
    if folder.stat().st_mode & 0o007:
        return Finding(
            "DATA_DIR", "warn", f"{folder} is open to everybody on this machine: chmod 700 {folder}"
        )
    return Finding("DATA_DIR", "good", f"{folder} is closed to others")


def _database(settings: Settings) -> Finding:
    if not settings.database_url and not settings.sqlite_path.exists():
        return Finding("Database", "good", "does not exist yet; the first start makes it")
    database = Database(settings.engine_url)
    try:
        at = migrating.current(database)
    except SQLAlchemyError as error:
        return Finding("Database", "bad", f"It does not answer: {str(error).splitlines()[0]}")
    finally:
        database.dispose()
    if at == (head := migrating.head()):
        return Finding("Database", "good", f"at migration {at}, the newest")
    return Finding(
        "Database", "bad", f"at migration {at or 'none'}; this version needs {head}: portal migrate"
    )
