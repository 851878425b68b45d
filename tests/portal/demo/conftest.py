"""The demo company, invented once, and a database that holds it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.db import Database
from portal.demo import world
from portal.demo.world import World
from tests.conftest import LOADED_AT

__all__ = ["LOADED_AT"]


@pytest.fixture(scope="session")
def company() -> World:
    return world.make()


@pytest.fixture
def loaded(loaded_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database that holds the demo company, loaded at LOADED_AT."""
    shutil.copy(loaded_file, tmp_path / "demo.db")
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    yield database
    database.dispose()
