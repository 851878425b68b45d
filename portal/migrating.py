"""Migrations: which one the database is at, and bringing it to the newest, one process at a time."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from portal.db import Database

FOLDER: Final = Path(__file__).parents[1] / "migrations"
LOCK: Final = 7_203_114  # any number, the same in every process


def head() -> str:
    """The newest migration that this code knows."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def current(database: Database) -> str | None:
    """The migration the database is at; None for an empty one."""
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to a migration. Others wait: SQLite's write lock, PostgreSQL's advisory lock."""
    with database.engine.begin() as connection:
        _lock(connection)
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to a migration."""
    with database.engine.begin() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
