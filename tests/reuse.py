"""One PostgreSQL database for test after test: each gets it as the migrations made it, far cheaper than a new one."""

import uuid
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from portal import migrating
from portal.db import Database

TABLES: Final = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace)"
)
# who wrote each line of the catalogue that says what the tables, their columns, indexes and constraints are
SHAPE: Final = """
WITH ours AS (SELECT oid, relname FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace))
SELECT (SELECT SUM(hashtext(concat_ws(' ', oid, relname))) FROM ours),
    (SELECT SUM(hashtext(concat_ws(' ', attrelid, attnum, a.xmin))) FROM ours JOIN pg_attribute a ON attrelid = ours.oid),
    (SELECT SUM(hashtext(concat_ws(' ', conrelid, k.oid, k.xmin))) FROM ours JOIN pg_constraint k ON conrelid = ours.oid)
"""
END_OTHERS: Final = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
REWIND_SEQUENCES: Final = """
SELECT setval(s.seqrelid, s.seqstart, false) FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
WHERE c.relnamespace = CAST('public' AS regnamespace) AND pg_sequence_last_value(s.seqrelid) IS NOT NULL
"""
VERSION: Final = "alembic_version"  # the only table that the migrations fill


class Reused:
    """A migrated database on a server. `restored()` takes back whatever was done to it since."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._make()

    def restored(self) -> str:
        """The address of the database, with nothing in it but what the migrations made."""
        with self.keeper.engine.connect() as connection:
            connection.execute(text(END_OTHERS))
            added = set(connection.execute(text(TABLES)).scalars()) - self.tables
            for table in added:  # scores and columns of runs
                connection.execute(text(f'DROP TABLE "{table}" CASCADE'))
            is_as_it_was = _shape(connection) == self.shape
            if is_as_it_was:
                self._empty(connection)
        if not is_as_it_was:
            self.close()
            self._make()
        return self.url

    def close(self) -> None:
        self.keeper.dispose()

    def _make(self) -> None:
        self.url = created(self.server, f"test_{uuid.uuid4().hex[:8]}")
        database = Database(self.url)
        migrating.upgrade(database)
        database.dispose()
        self.keeper = Database(self.url)
        self.keeper.engine.update_execution_options(isolation_level="AUTOCOMMIT")
        with self.keeper.engine.connect() as connection:
            self.shape = _shape(connection)
            self.tables = set(connection.execute(text(TABLES)).scalars())
        asked = sorted(self.tables - {VERSION})
        self.filled = text(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in asked))

    def _empty(self, connection: Connection) -> None:
        """Deleting and vacuuming the few tables that hold something is faster than truncating: no new files."""
        connection.execute(
            text("SET session_replication_role = replica")
        )  # in any order, whatever refers to them
        if filled := connection.execute(self.filled).scalars().all():
            for table in filled:
                connection.execute(text(f"DELETE FROM {table}"))
            connection.execute(text(f"VACUUM {', '.join(filled)}"))
        connection.execute(text(REWIND_SEQUENCES))


def created(server: str, name: str) -> str:
    """The address of a new, empty database on a server."""
    admin = Database(server)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    admin.dispose()
    base, _, query = server.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def _shape(connection: Connection) -> Row[Any]:
    return connection.execute(text(SHAPE)).one()
