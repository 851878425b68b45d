"""The console as a person types it, in this process: exit code, what it printed, and what it told on standard error."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import cli
from portal.db import Database
from portal.settings import Settings


@dataclass(frozen=True)
class Said:
    """How a command ended. `out` and `err` are all that it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        assert isinstance(found, dict)
        assert self.out.count("\n") == 1
        return found


Portal = Callable[..., Said]


@pytest.fixture
def data_dir(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a migrated database, named by the environment."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "concord.db").write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.setenv("DATA_DIR", str(folder))
    return folder


@pytest.fixture
def portal(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Portal:
    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["portal", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)

    return run


def database_of(folder: Path) -> Database:
    return Database(Settings(data_dir=folder).engine_url)
