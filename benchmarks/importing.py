"""Importing a CSV, validated and its ids resolved, beside the quickest way to get its text into a table at all."""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

import psycopg

from benchmarks import leads, trial
from benchmarks.measuring import ROUNDS, Measure, compare, timed
from benchmarks.trial import Kind
from portal.db import sqlite_module
from portal.errors import Problem

NO_COMMAND: Final = "csv.reader and executemany of Python, as there is no sqlite3 command here"


def sqlite(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """From the file to people in SQLite, receiving and understanding it included, beside `.import` of the sqlite3 command."""
    again: list[float] = []
    with _file(rows) as path:
        found = compare(
            lambda: _ours(path, "sqlite", rows, again),
            lambda: _sqlite_reference(path),
            rows=rows,
            rounds=rounds,
        )
    by = "sqlite3 .import" if shutil.which("sqlite3") else NO_COMMAND
    return found | {"again_seconds": median(again), "reference": f"{by}, unvalidated"}


def postgresql(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """The same into PostgreSQL, beside a raw COPY of the file."""
    again: list[float] = []
    with trial.postgresql() as server, _file(rows) as path:
        found = compare(
            lambda: _ours(path, "postgresql", rows, again, server),
            lambda: _copy(path, server),
            rows=rows,
            rounds=rounds,
        )
    return found | {"again_seconds": median(again), "reference": "raw COPY, unvalidated"}


@contextmanager
def _file(rows: int) -> Iterator[Path]:
    with TemporaryDirectory(prefix="concord-bench-") as folder:
        path = Path(folder) / "leads.csv"
        leads.write(path, rows)
        yield path


def _ours(path: Path, kind: Kind, rows: int, again: list[float], server: str = "") -> float:
    """Seconds of the first import; those of the same file once more, as it comes each week, are added to `again`."""
    with trial.portal(kind, server) as empty:
        seconds = timed(lambda: _check(empty.take_in(path).created, "created", rows))
        again.append(timed(lambda: _check(empty.take_in(path).unchanged, "left unchanged", rows)))
    return seconds


def _check(found: int, what: str, rows: int) -> None:
    if found != rows:
        raise Problem(f"The benchmark's import {what} {found:,} people from {rows:,} rows.")


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
