"""What `portal up` does with the demo company: once, and never again after it was cleared."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from commands import whole
from portal import demo
from portal.db import Database
from portal.settings import Settings


@pytest.fixture
def in_demo_mode(loaded_file: Path, settings: Settings) -> Settings:
    shutil.copy(loaded_file, settings.sqlite_path)
    return settings.model_copy(update={"demo": True})


def test_once_cleared_it_is_not_loaded_again_and_its_people_are_not_named(
    sqlite: Database, in_demo_mode: Settings, at: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    whole._announce(in_demo_mode, sqlite, "http://127.0.0.1:8000")
    assert "administrator@ostermoor.example" in capsys.readouterr().out

    demo.clear(sqlite, at=at)
    whole._load_demo(in_demo_mode, sqlite)
    whole._announce(in_demo_mode, sqlite, "http://127.0.0.1:8000")

    assert capsys.readouterr().out == "Concord is ready at http://127.0.0.1:8000\n"
    with sqlite.reading() as session:
        assert not demo.is_loaded(session)
