"""The database: one set of models on SQLite and PostgreSQL, units of work, and the column types both share."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Engine, Text, create_engine, event, make_url
from sqlalchemy.orm import Session as SqlSession
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
MONEY_SCALE: Final = 10_000
Ring = Callable[[Sequence[int]], None]


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, stored as microseconds since 1970: the same on both databases, and a number for bulk work."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Money(TypeDecorator[Decimal]):
    """An exact amount, stored as ten-thousandths: sums in SQL stay exact on SQLite too."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else int((value * MONEY_SCALE).to_integral_value())

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> Decimal | None:
        del dialect
        return None if value is None else Decimal(value) / MONEY_SCALE


class Json(TypeDecorator[Any]):
    """A JSON value as canonical text (sorted keys, no spaces): equal values are equal texts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        del dialect
        return None if value is None else json.loads(value)


def canonical(value: Any) -> str:
    """JSON text that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def microseconds(at: datetime) -> int:
    """An aware time as microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


class Database:
    """One database. `transaction()` writes, `reading()` reads; both commit or roll back as a whole, once, at the edge."""

    def __init__(self, url: str, *, ring: Ring | None = None) -> None:
        self.engine = _engine(url)
        self.ring = ring

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write unit: `BEGIN IMMEDIATE` on SQLite. Jobs added in it are rung after the commit."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()
        if self.ring and (jobs := session.info.get("jobs")):
            self.ring(jobs)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only unit: sees one moment, waits for nobody, and refuses to write."""
        with (
            self.engine.connect().execution_options(readonly=True) as connection,
            Session(connection, expire_on_commit=False, autoflush=False) as session,
        ):
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    return _postgresql(url)


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url, module=sqlite_module(), connect_args={"check_same_thread": False}, pool_size=8, max_overflow=56
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin for us
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("readonly"):
            driver = connection.connection.driver_connection  # waits for nobody, so it cannot fail for others
            driver.execute("PRAGMA query_only=ON")
            driver.execute("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def _checkin(connection: Any, _record: object) -> None:
        if connection is not None:
            connection.execute("PRAGMA query_only=OFF")

    return engine


SQLITE_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=30000",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cache_size=-32000",
    "temp_store=MEMORY",
    "mmap_size=268435456",
)


def sqlite_module() -> Any:
    """The newest SQLite at hand: `pysqlite3` carries its own, as versions before 3.51.3 can corrupt a WAL."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2
    return dbapi2


def _postgresql(url: str) -> Engine:
    engine = create_engine(url, pool_size=10, max_overflow=40, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("readonly"):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    return engine


def jobs_of(session: SqlSession) -> list[int]:
    """The ids of jobs that this unit of work added, to be rung once it is committed."""
    jobs: list[int] = session.info.setdefault("jobs", [])
    return jobs
