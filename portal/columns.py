"""Typed columns: what records hold, laid out for bulk work.

The JSON of a record's attributes is the truth. For each level a table `columns_<level>` outside the migrations
holds the same values typed, one column a field, with the version of the record they came from. `refresh` brings
the rows of new and changed records up to date inside the database; nothing in bulk decodes JSON in Python.
Numbers are doubles, booleans 0 or 1, dates days since 1970 (UTC), the rest text; null is missing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, text
from sqlmodel import Session, col, select

from portal.db import Database
from portal.errors import Invalid
from portal.fields import Field, FieldKind, Level

TABLES: Final = {Level.PERSON: "person", Level.COMPANY: "company", Level.DEAL: "deal"}
STANDING: Final = {
    Level.PERSON: "AND r.id NOT IN (SELECT m.id FROM person m WHERE m.merged_into_id IS NOT NULL)"
}
"""People who turned out to be somebody else are nobody to rank or count. Found through a small index, so that the rows of
the others need not be read."""
RECORDS_A_WRITE: Final = 10_000
DAY: Final = 86_400_000_000  # microseconds
SQL_TYPES: Final = {
    FieldKind.NUMBER: "DOUBLE PRECISION",
    FieldKind.BOOLEAN: "DOUBLE PRECISION",
    FieldKind.DATE: "DOUBLE PRECISION",
}
MAPPED: Final = {
    Level.PERSON: {
        "source": FieldKind.CATEGORY,
        "campaign": FieldKind.CATEGORY,
        "title": FieldKind.CATEGORY,
        "owner": FieldKind.CATEGORY,
        "status": FieldKind.CATEGORY,
        "country": FieldKind.CATEGORY,
        "city": FieldKind.CATEGORY,
        "direction": FieldKind.CATEGORY,
        "came_at": FieldKind.DATE,
        "customer_at": FieldKind.DATE,
        "opted_out_at": FieldKind.DATE,
    },
    Level.COMPANY: {"industry": FieldKind.CATEGORY, "country": FieldKind.CATEGORY},
    Level.DEAL: {
        "stage": FieldKind.CATEGORY,
        "outcome": FieldKind.CATEGORY,
        "owner": FieldKind.CATEGORY,
        "product": FieldKind.CATEGORY,
        "source": FieldKind.CATEGORY,
        "type": FieldKind.CATEGORY,
        "currency": FieldKind.CATEGORY,
        "probability": FieldKind.NUMBER,
        "opened_at": FieldKind.DATE,
        "closed_at": FieldKind.DATE,
    },
}


@dataclass(frozen=True)
class Input:
    """One field to read: an attribute, or a mapped field of the record itself."""

    name: str
    kind: FieldKind
    sql: str


def inputs(session: Session, level: Level) -> dict[str, Input]:
    """Every field of a level that can be read in bulk, by name."""
    mapped = {name: Input(name, kind, _mapped_sql(name, kind)) for name, kind in MAPPED[level].items()}
    found = session.exec(select(Field).where(Field.level == level).order_by(col(Field.id)))
    return mapped | {f.name: Input(f.name, FieldKind(f.kind), f"c.f{f.id}") for f in found}


def _mapped_sql(name: str, kind: FieldKind) -> str:
    if kind is FieldKind.DATE:
        return f"r.{name} / {DAY}.0"
    return f"r.{name}" if kind is FieldKind.NUMBER else f"NULLIF(r.{name}, '')"


def resolve(known: dict[str, Input], name: str, *, aliases: dict[str, str] | None = None) -> Input:
    """The field a person means by a name: as it stands, else in any case, else by the column it was mapped from."""
    if name in known:
        return known[name]
    folded = {n.casefold(): field for n, field in known.items()}
    if field := folded.get(name.casefold()):
        return field
    if (target := (aliases or {}).get(name.casefold())) in known:
        return known[target]
    close = ", ".join(sorted(known)[:12])
    raise Invalid(f"There is no field “{name}”. Use one of the fields the records have, such as {close}.")


def refresh(database: Database, level: Level, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Bring the typed columns of new and changed records up to date. Returns how many records were."""
    with database.transaction() as session:
        fields = _lay_out(session, level)
    with database.reading() as session:
        ranges = list(_stale_ranges(session, level))
    refill, names = text(_refill(database, level, fields)), _names(database, fields)
    done, total = 0, sum(count for _, _, count in ranges)
    for first, last, count in ranges:
        with database.transaction() as session:
            session.connection().execute(refill, {"first": first, "last": last} | names)
        done += count
        if progress:
            progress(done, total)
    if total:
        with database.transaction() as session:
            _note_missing(session, level)
    return total


def _lay_out(session: Session, level: Level) -> list[Field]:
    """Make the table, and a column for each field that has none yet, or one of another type."""
    connection = session.connection()
    table = f"columns_{level}"
    fields = list(session.exec(select(Field).where(Field.level == level).order_by(col(Field.id))))
    connection.execute(
        text(f"CREATE TABLE IF NOT EXISTS {table} (record_id INTEGER PRIMARY KEY, version INTEGER NOT NULL)")
    )
    there = _columns_of(connection, table)
    for field in fields:
        wanted = SQL_TYPES.get(FieldKind(field.kind), "TEXT")
        if there.get(f"f{field.id}") not in {wanted, None}:
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN f{field.id}"))
            connection.execute(text(f"UPDATE {table} SET version = 0"))  # every row is to be filled again
        if there.get(f"f{field.id}") != wanted:
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN f{field.id} {wanted}"))
    return fields


def _columns_of(connection: Connection, table: str) -> dict[str, str]:
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text(f"SELECT name, type FROM pragma_table_info('{table}')"))
    else:
        rows = connection.execute(
            text(
                "SELECT column_name, upper(data_type) FROM information_schema.columns "
                "WHERE table_schema = current_schema() AND table_name = :table"
            ),
            {"table": table},
        )
    return {name: kind for name, kind in rows}  # noqa: C416  rows are not pairs to dict()


def _stale_ranges(session: Session, level: Level) -> Iterator[tuple[int, int, int]]:
    """Ranges of ids, (first, last, how many are stale), each small enough for one short write."""
    stale = session.connection().execute(
        text(
            f"SELECT r.id FROM {TABLES[level]} r LEFT JOIN columns_{level} c ON c.record_id = r.id "
            "WHERE c.version IS NULL OR c.version <> r.version ORDER BY r.id"
        )
    )
    for ids in stale.scalars().partitions(RECORDS_A_WRITE):
        yield ids[0], ids[-1], len(ids)


def _refill(database: Database, level: Level, fields: Sequence[Field]) -> str:
    value = _sqlite_value if database.is_sqlite else _postgresql_value
    names = "".join(f", f{f.id}" for f in fields)
    values = "".join(f", {value(f)}" for f in fields)
    updates = "".join(f", f{f.id} = excluded.f{f.id}" for f in fields)
    attributes = "" if database.is_sqlite else "CROSS JOIN LATERAL (SELECT r.attributes::jsonb AS a) j"
    return (
        f"INSERT INTO columns_{level} (record_id, version{names}) "
        f"SELECT r.id, r.version{values} FROM {TABLES[level]} r {attributes} "
        f"LEFT JOIN columns_{level} c ON c.record_id = r.id "
        "WHERE r.id BETWEEN :first AND :last AND (c.version IS NULL OR c.version <> r.version) "
        f"ON CONFLICT (record_id) DO UPDATE SET version = excluded.version{updates}"
    )


def _sqlite_value(field: Field) -> str:
    found = f"json_extract(r.attributes, :n{field.id})"
    if _unspeakable(field.name):
        found = f"(SELECT e.value FROM json_each(r.attributes) e WHERE e.key = :n{field.id})"
    match field.kind:
        case FieldKind.DATE:
            return f"julianday({found}) - 2440587.5"
        case FieldKind.NUMBER | FieldKind.BOOLEAN:
            return f"CAST({found} AS REAL)"
        case _:
            return f"CAST({found} AS TEXT)"


def _unspeakable(name: str) -> bool:
    """Whether a JSON path of SQLite cannot spell the name."""
    return '"' in name or "\\" in name


def _postgresql_value(field: Field) -> str:
    found = f"(j.a ->> CAST(:n{field.id} AS text))"
    match field.kind:
        case FieldKind.DATE:
            zone = f"CASE WHEN {found} LIKE '%T%' THEN '' ELSE 'T00\\:00\\:00Z' END"
            return f"CAST(EXTRACT(EPOCH FROM CAST({found} || {zone} AS timestamptz)) AS DOUBLE PRECISION) / 86400"
        case FieldKind.BOOLEAN:
            return f"CAST(CAST({found} AS boolean) AS integer)"
        case FieldKind.NUMBER:
            return f"CAST({found} AS DOUBLE PRECISION)"
        case _:
            return found


def _names(database: Database, fields: Sequence[Field]) -> dict[str, str]:
    """What finds each field in the JSON: a path for SQLite, a key for PostgreSQL."""
    if database.is_sqlite:
        return {f"n{f.id}": f.name if _unspeakable(f.name) else f'$."{f.name}"' for f in fields}
    return {f"n{f.id}": f.name for f in fields}


def _note_missing(session: Session, level: Level) -> None:
    fields = session.exec(select(Field).where(Field.level == level)).all()
    if not fields:
        return
    counts = ", ".join(f"COUNT(f{f.id})" for f in fields)
    row = session.connection().execute(text(f"SELECT COUNT(*), {counts} FROM columns_{level}")).one()
    for field, there in zip(fields, row[1:], strict=True):
        field.missing_share = 1 - there / row[0] if row[0] else None


def read(
    session: Session,
    level: Level,
    fields: Iterable[Input],
    *,
    first: int,
    last: int,
    source: str | None = None,
) -> pl.DataFrame:
    """The records first <= id <= last, in the order of ids: `id`, then a column for each field, typed as this module says.

    With `source`, only records that source knows.
    """
    wanted = list(fields)
    chosen = "".join(f", {f.sql}" for f in wanted)
    known = (
        "AND EXISTS (SELECT 1 FROM external_id e WHERE e.level = :level AND e.source = :source AND e.record_id = r.id)"
        if source
        else ""
    )
    rows = session.connection().execute(
        text(
            f"SELECT r.id{chosen} FROM {TABLES[level]} r LEFT JOIN columns_{level} c ON c.record_id = r.id "
            f"WHERE r.id BETWEEN :first AND :last {known} {STANDING.get(level, '')} ORDER BY r.id"
        ),
        {"first": first, "last": last, "level": level, "source": source},
    )
    assert rows.cursor is not None
    return _frame(wanted, rows.cursor.fetchall())  # plain tuples, no rows of SQLAlchemy's


def _frame(fields: Sequence[Input], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    cells = list(zip(*rows, strict=True)) or [() for _ in range(len(fields) + 1)]
    ids = pl.Series("id", cells[0], dtype=pl.Int64)
    return pl.DataFrame([ids, *(_series(f, values) for f, values in zip(fields, cells[1:], strict=True))])


def _series(field: Input, values: Sequence[Any]) -> pl.Series:
    dtype = pl.Float64 if field.kind in SQL_TYPES else pl.String
    return pl.Series(field.name, values, dtype=dtype, strict=False)


def span(session: Session, level: Level) -> tuple[int, int, int]:
    """The first and last id of a level and how many records it has; (0, -1, 0) where there are none."""
    row = session.connection().execute(
        text(
            f"SELECT COALESCE(MIN(id), 0), COALESCE(MAX(id), -1), COUNT(*) FROM {TABLES[level]} r WHERE TRUE {STANDING.get(level, '')}"
        )
    )
    first, last, count = row.one()
    return first, last, count
