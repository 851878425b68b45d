"""Packs: the columns of 32,768 ids each as blobs, so that a run reads a part of the records without touching a row.

Derived, as the typed columns are; a pack carries a stamp of what it was made from, and one that fell behind is made anew.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import LargeBinary, bindparam, delete, text
from sqlmodel import Field, Session, SQLModel, col

from portal import activities, columns
from portal.columns import Input
from portal.db import Database, canonical
from portal.fields import FieldKind, Level

BITS: Final = 15
SIZE: Final = 1 << BITS
ACTIVITY: Final = "activity"
Array = npt.NDArray[Any]


class Pack(SQLModel, table=True):
    """One column of one part. `digest` is that of the body."""

    __tablename__ = "pack"

    what: str = Field(primary_key=True, max_length=10, description="A level, or activity.")
    part: int = Field(primary_key=True, description="The ids from part * 32,768 on.")
    name: str = Field(primary_key=True, max_length=200)
    stamp: str = Field(max_length=100, description="Of what it was made from.")
    digest: str = Field(max_length=64)
    body: bytes = Field(sa_type=LargeBinary)


class ActivityMark(SQLModel, table=True):
    """How often activities of a part's people were written: triggers count, so that a pack knows when it fell behind."""

    __tablename__ = "activity_mark"

    id: int = Field(default=None, primary_key=True)
    part: int = Field(index=True)
    marks: int


class Column(NamedTuple):
    """Values of a part's records: numbers, or codes into `levels`, -1 where missing. `digest` is that of all of it."""

    values: Array
    levels: Sequence[str]
    digest: str


Columns = Mapping[str, Column]
ID: Final = "id"


def of_records(database: Database, level: Level, part: int, fields: Sequence[Input]) -> Columns:
    """`id` and these fields, by name, of the records of a part that stand. The typed columns have to be laid out."""
    names = {ID: ID} | {_key(field): field.name for field in fields}
    with database.reading() as session:
        found = _load(session, level, part, list(names), _stamp(session, level, part))
        if found is not None:
            return {names[key]: column for key, column in found.items()}
        made, stamp = _made(session, level, part)
    _keep(database, level, part, stamp, made)
    return {names[key]: made[key] for key in names}


def of_activities(database: Database, part: int) -> Columns:
    """What the people of a part did, in the order of people and times: `person` (places in the part), `at`, `kind`."""
    with database.reading() as session:
        stamp = _marks(session, part)
        found = _load(session, ACTIVITY, part, ACTIVITY_NAMES, stamp)
        if found is not None:
            return found
        made = _made_of_activities(session, part)
    _keep(database, ACTIVITY, part, stamp, made)
    return made


def refresh(database: Database, level: Level, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Make anew what fell behind, of the level and, where it is people, of their activities."""
    with database.reading() as session:
        fields = list(packable(session, level))
        numbers = parts(session, level)
    for done, part in enumerate(numbers, 1):
        of_records(database, level, part, fields)
        if level is Level.PERSON:
            of_activities(database, part)
        if progress:
            progress(done, len(numbers))


def parts(session: Session, level: Level) -> range:
    """The parts there are."""
    first, last, _ = columns.span(session, level)
    return range(first >> BITS, (last >> BITS) + 1)


def packable(session: Session, level: Level) -> Sequence[Input]:
    """All fields but free text."""
    return [field for field in columns.inputs(session, level).values() if field.kind is not FieldKind.TEXT]


def _key(field: Input) -> str:
    """A field whose kind changed is another column."""
    return f"{field.kind} {field.sql}"


def _stamp(session: Session, level: Level, part: int) -> str:
    """Of the records as they are: versions only rise and ids come only once, so nothing changes without it."""
    return _sums(
        session, f"FROM {columns.TABLES[level]} r WHERE r.id BETWEEN :first AND :last", "r.version", part
    )


def _stamp_of_columns(session: Session, level: Level, part: int) -> str:
    """Of the records as they were when the typed columns were filled."""
    behind = f"LEFT JOIN columns_{level} c ON c.record_id = r.id WHERE r.id BETWEEN :first AND :last"
    return _sums(session, f"FROM {columns.TABLES[level]} r {behind}", "COALESCE(c.version, 0)", part)


def _sums(session: Session, records: str, version: str, part: int) -> str:
    query = text(f"SELECT COUNT(*), COALESCE(SUM(r.id), 0), COALESCE(SUM({version}), 0) {records}")
    row = session.connection().execute(query, {"first": part * SIZE, "last": part * SIZE + SIZE - 1}).one()
    return ".".join(str(int(value)) for value in row)


def _marks(session: Session, part: int) -> str:
    query = text("SELECT COALESCE(SUM(marks), 0) FROM activity_mark WHERE part = :part")
    return str(int(session.connection().execute(query, {"part": part}).scalar_one()))


def _load(session: Session, what: str, part: int, names: Sequence[str], stamp: str) -> Columns | None:
    """These columns of a part; None where one is missing or fell behind."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA mmap_size=0")  # pages in a map count as memory of this process,
        connection.exec_driver_sql("PRAGMA cache_size=-2000")  # and a blob is read once
        query = text(
            "SELECT name, stamp, digest, body FROM pack WHERE what = :what AND part = :part AND name IN :names"
        )
        query = query.bindparams(bindparam("names", expanding=True))
        rows: Any = connection.execute(query, {"what": what, "part": part, "names": list(names)}).all()
    else:
        driver: Any = connection.connection.driver_connection
        with driver.cursor(binary=True) as cursor:  # as text a blob would come twice as long
            cursor.execute(
                "SELECT name, stamp, digest, body FROM pack WHERE what = %s AND part = %s AND name = ANY(%s)",
                (what, part, list(names)),
            )
            rows = cursor.fetchall()
    if len(rows) < len(names) or any(row[1] != stamp for row in rows):
        return None
    found = {name: (body, digest) for name, _, digest, body in rows}
    return {name: _unpacked(*found[name]) for name in names}


def _made(session: Session, level: Level, part: int) -> tuple[Columns, str]:
    """All columns of a part as they are, and the stamp of what they were made from."""
    fields = packable(session, level)
    keyed = [Input(_key(field), field.kind, field.sql) for field in fields]
    frame = columns.read(session, level, keyed, first=part * SIZE, last=part * SIZE + SIZE - 1)
    return {name: _column(frame[name]) for name in frame.columns}, _stamp_of_columns(session, level, part)


def _column(series: pl.Series) -> Column:
    if series.dtype != pl.String:
        values = series.to_numpy() if series.dtype == pl.Int64 else series.fill_null(float("nan")).to_numpy()
        return _packed(values)
    levels = series.drop_nulls().unique().sort()
    codes = series.replace_strict(
        levels, pl.arange(len(levels), eager=True), default=-1, return_dtype=pl.Int32
    )
    return _packed(codes.to_numpy().astype(np.min_scalar_type(-len(levels) - 1)), levels.to_list())


ACTIVITY_NAMES: Final = ("person", "at", "kind")


def _made_of_activities(session: Session, part: int) -> Columns:
    done = activities.of_people(session, part * SIZE, part * SIZE + SIZE - 1)
    people = (done.people - part * SIZE).astype(np.int32)
    found: list[Array] = [people, done.times, done.kinds.astype(np.int32)]
    return {name: _packed(values) for name, values in zip(ACTIVITY_NAMES, found, strict=True)}


def _packed(values: Array, levels: Sequence[str] = ()) -> Column:
    return Column(values, levels, sha256(_body(values, levels)).hexdigest())


def _body(values: Array, levels: Sequence[str]) -> bytes:
    """The length of a head, the head, the values; padded so that these begin at a multiple of eight."""
    head = canonical({"dtype": values.dtype.str, "levels": list(levels)}).encode()
    head += b" " * (-(len(head) + 4) % 8)
    return len(head).to_bytes(4, "little") + head + values.tobytes()


def _unpacked(body: bytes, digest: str) -> Column:
    start = 4 + int.from_bytes(body[:4], "little")
    head = json.loads(body[4:start])
    return Column(np.frombuffer(body, np.dtype(head["dtype"]), offset=start), head["levels"], digest)


KEEP: Final = (
    "INSERT INTO pack (what, part, name, stamp, digest, body) VALUES (:what, :part, :name, :stamp, :digest, :body) "
    "ON CONFLICT (what, part, name) DO UPDATE SET stamp = excluded.stamp, digest = excluded.digest, body = excluded.body"
)


def _keep(database: Database, what: str, part: int, stamp: str, made: Columns) -> None:
    """In a fixed order, as several workers may do so at once."""
    place = {"what": what, "part": part, "stamp": stamp}
    rows = [
        place | {"name": name, "digest": column.digest, "body": _body(column.values, column.levels)}
        for name, column in sorted(made.items())
    ]
    with database.transaction() as session:
        session.connection().execute(text(KEEP), rows)
        left = col(Pack.name).not_in(list(made))
        session.exec(delete(Pack).where(col(Pack.what) == what, col(Pack.part) == part, left))
