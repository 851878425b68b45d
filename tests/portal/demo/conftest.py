"""The demo company, invented once, and a SQLite database it was loaded into, copied by each test."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from portal import demo
from portal.db import Database
from portal.demo import world
from portal.demo.world import World

LOADED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def company() -> World:
    return world.make()


@pytest.fixture(scope="session")
def loaded_file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("loaded") / "concord.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    demo.load(database, at=LOADED_AT)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ROLLBACK"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.dispose()
    return path


@pytest.fixture
def loaded(loaded_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database that holds the demo company, loaded at LOADED_AT."""
    shutil.copy(loaded_file, tmp_path / "demo.db")
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    yield database
    database.dispose()
