import subprocess
from pathlib import Path
from typing import Any

import pytest

from portal import doctor, migrating
from portal.db import Database
from portal.doctor import Finding
from portal.settings import Settings


def test_a_sound_portal_has_nothing_bad(sqlite: Database, settings: Settings) -> None:
    settings.data_dir.chmod(0o700)

    found = {finding.what: finding for finding in doctor.examine(settings)}

    assert found["Database"] == Finding("Database", "good", f"at migration {migrating.head()}, the newest")
    assert found["DATA_DIR"].level == "good"
    assert found["Python"].mark == "✓"


def test_what_is_not_there_yet_is_not_missing(tmp_path: Path) -> None:
    found = {finding.what: finding.level for finding in doctor.examine(Settings(data_dir=tmp_path / "new"))}

    assert (found["Database"], found["DATA_DIR"]) == ("good", "good")
    assert not (tmp_path / "new").exists()


def test_a_database_behind_this_version_says_what_to_do(sqlite: Database, settings: Settings) -> None:
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    assert _look(settings, "Database") == Finding(
        "Database", "bad", f"at migration 0000; this version needs {migrating.head()}: portal migrate"
    )


def test_a_database_that_does_not_answer_is_bad(tmp_path: Path) -> None:
    (tmp_path / "concord.db").mkdir()

    assert _look(Settings(data_dir=tmp_path), "Database").level == "bad"


def test_a_folder_open_to_everybody_is_warned_of(settings: Settings) -> None:
    settings.data_dir.chmod(0o755)

    assert _look(settings, "DATA_DIR").level == "warn"


def test_an_old_sqlite_is_warned_of(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        sqlite_version = "3.40.1"

    monkeypatch.setattr(doctor, "sqlite_module", Old)

    assert _look(settings, "SQLite").level == "warn"


def test_a_full_disk_is_warned_of(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 1 << 60)

    assert _look(settings, "Disk").level == "warn"


def test_missing_pango_and_fonts_say_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "OSError: cannot load library")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: failed)
    monkeypatch.setattr(doctor, "FONT_FOLDERS", ())
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)

    assert _look(settings, "WeasyPrint") == Finding("WeasyPrint", "bad", doctor.PANGO)
    assert "apt install fonts-dejavu-core" in _look(settings, "Fonts").sentence
    assert _look(settings, "Chromium").level == "warn"


def test_a_machine_too_busy_to_load_it_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired("python", doctor.IMPORT_SECONDS)

    monkeypatch.setattr(doctor.subprocess, "run", slow)

    assert "does not load within 30 seconds" in _look(settings, "WeasyPrint").sentence


def test_passwords_are_masked_and_nothing_else_is() -> None:
    settings = Settings(database_url="postgresql://ada:s3cret@db/concord", smtp_url="smtp://relay:25")

    shown = doctor.in_force(settings)

    assert shown["database_url"] == "postgresql://ada:•••@db/concord"
    assert shown["smtp_url"] == "smtp://relay:25"


def _look(settings: Settings, what: str) -> Finding:
    return next(finding for finding in doctor.examine(settings) if finding.what == what)
