"""Importing a CSV, validated and its ids resolved, beside the quickest way to get its text into a table at all."""

import csv
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import psycopg

from benchmarks import leads, trial
from benchmarks.measuring import ROUNDS, Measure, compare, timed
from benchmarks.trial import Kind
from portal.db import sqlite_module
from portal.errors import Problem


def sqlite(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """From the file to people in SQLite, receiving and understanding it included, beside `.import` of the sqlite3 command."""
    with _file(rows) as path:
        found = compare(
            lambda: _ours(path, "sqlite", rows), lambda: _sqlite_reference(path), rows=rows, rounds=rounds
        )
    by = "sqlite3 .import" if shutil.which("sqlite3") else "csv.reader and executemany of Python"
    return found | {"reference": f"{by}, unvalidated"}


def postgresql(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """The same into PostgreSQL, beside a raw COPY of the file."""
    with trial.postgresql() as server, _file(rows) as path:
        found = compare(
            lambda: _ours(path, "postgresql", rows, server),
            lambda: _copy(path, server),
            rows=rows,
            rounds=rounds,
        )
    return found | {"reference": "raw COPY, unvalidated"}


@contextmanager
def _file(rows: int) -> Iterator[Path]:
    with TemporaryDirectory(prefix="concord-bench-") as folder:
        path = Path(folder) / "leads.csv"
        leads.write(path, rows)
        yield path


def _ours(path: Path, kind: Kind, rows: int, server: str = "") -> float:
    with trial.portal(kind, server) as empty:
        start = time.perf_counter()
        created = empty.take_in(path).created
        seconds = time.perf_counter() - start
    if created != rows:
        raise Problem(f"The benchmark's import created {created:,} people from {rows:,} rows.")
    return seconds


def _sqlite_reference(path: Path) -> float:
    with TemporaryDirectory(prefix="concord-bench-") as folder:
        target = Path(folder) / "bare.db"
        if command := shutil.which("sqlite3"):
            statements = [".mode csv", f".import '{path}' leads"]
            return timed(lambda: subprocess.run([command, str(target), *statements], check=True))  # noqa: S603  our own words
        return timed(lambda: _by_python(path, target))


def _by_python(path: Path, target: Path) -> None:
    connection = sqlite_module().connect(target)
    with path.open(newline="", encoding="utf-8") as file, connection:
        rows = csv.reader(file)
        names = next(rows)
        connection.execute(f"CREATE TABLE leads ({_texts(names)})")
        connection.executemany(f"INSERT INTO leads VALUES ({', '.join('?' * len(names))})", rows)  # noqa: S608  placeholders only
    connection.close()


def _copy(path: Path, server: str) -> float:
    with psycopg.connect(server, autocommit=True) as connection, path.open("rb") as file:
        names = file.readline().decode().rstrip("\n").split(",")
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare ({_texts(names)})")
        seconds = timed(lambda: _send(connection, file))
        connection.execute("DROP TABLE bare")
    return seconds


def _send(connection: psycopg.Connection[Any], file: IO[bytes]) -> None:
    with connection.cursor().copy("COPY bare FROM STDIN (FORMAT csv)") as copy:
        while chunk := file.read(1 << 20):
            copy.write(chunk)


def _texts(names: list[str]) -> str:
    return ", ".join(f'"{name}" TEXT' for name in names)
