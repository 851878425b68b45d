"""Links to records that come in a later file: kept, and made when the record comes."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy import text
from sqlmodel import Session, col, func, select

from portal.imports.links.tables import PendingLink
from portal.imports.sql import Sql
from portal.imports.targets import TARGETS, Link, Target
from portal.imports.undoing.ledger import Ledger, What


def note(ledger: Ledger, target: Target, source: str, records: pl.DataFrame) -> None:
    """Keep what the rows name that has not come. `records` are linked, their rows are there, under `external_id`."""
    for link in target.links:
        if link.column in records.columns and link.key in records.columns:
            _forget(ledger, target, link, source, records)
            alike = {"level": target.level, "source": source, "import_id": ledger.import_id}
            _remember(ledger, link, alike, records)


def _forget(ledger: Ledger, target: Target, link: Link, source: str, records: pl.DataFrame) -> None:
    """What these rows waited for, they may not any more."""
    sql = ledger.sql
    if not any_waiting(sql, level=target.level, source=source):
        return
    table, given = sql.given(records["external_id"].to_list())
    gone = sql.connection.execute(
        text(
            "DELETE FROM pending_link WHERE level = :level AND place = :place AND record_id IN ("
            f"SELECT e.record_id FROM {table} CROSS JOIN external_id e "
            "WHERE e.level = :level AND e.source = :source AND e.external_id = g.value) "
            f"RETURNING record_id, {ROW}"
        ),
        {"given": given, "level": target.level, "place": link.column, "source": source},
    ).all()
    _keep(ledger, target.level, gone)


ROW: Final = "place, target, source, key, import_id"


def keep(ledger: Ledger, level: str, records: list[int]) -> None:
    """Note what records wait for, and at which places they wait for nothing, before that is changed."""
    one, other = records
    rows = ledger.sql.connection.execute(
        text(
            f"SELECT record_id, {ROW} FROM pending_link WHERE level = :level AND record_id IN (:one, :other)"
        ),
        {"level": level, "one": one, "other": other},
    ).all()
    there = {(row[0], row[1]) for row in rows}
    nothing = [(record, row[1]) for row in rows for record in records if (record, row[1]) not in there]
    ledger.note(What.PENDING, ((level, record, {"place": place}) for record, place in nothing))
    _keep(ledger, level, rows)


def _keep(ledger: Ledger, level: str, rows: Sequence[Any]) -> None:
    """Note links that waited for other imports' sake; one's own go with the import."""
    images = ((record, dict(zip(ROW.split(", "), image, strict=True))) for record, *image in rows)
    others = ((level, record, image) for record, image in images if image["import_id"] != ledger.import_id)
    ledger.note(What.PENDING, others)


def any_waiting(sql: Sql, **where: str) -> bool:
    conditions = " AND ".join(f"{name} = :{name}" for name in where)
    return (
        sql.connection.execute(text(f"SELECT 1 FROM pending_link WHERE {conditions} LIMIT 1"), where).first()
        is not None
    )


def _remember(ledger: Ledger, link: Link, alike: dict[str, Any], records: pl.DataFrame) -> None:
    sql = ledger.sql
    waiting = records.filter(pl.col(link.key).is_not_null() & pl.col(link.column).is_null())
    if not waiting.height:
        return
    ids = sql.record_ids(alike["level"], alike["source"], waiting["external_id"].to_list())
    rows = waiting.select(
        record_id=pl.col("external_id").replace_strict(ids, return_dtype=pl.Int64), key=link.key
    ).unique("record_id", keep="last", maintain_order=True)
    sql.insert("pending_link", rows, alike | {"place": link.column, "target": link.level})


def arrive(ledger: Ledger, level: str, source: str, external_ids: list[str]) -> None:
    """Make the links that waited for these records."""
    sql = ledger.sql
    if not any_waiting(sql, target=level, source=source):
        return
    table, given = sql.given(external_ids)
    rows = sql.connection.execute(
        text(
            f"SELECT p.level, p.place, p.record_id, e.record_id, p.key, p.import_id, p.id FROM {table} CROSS JOIN pending_link p "
            "CROSS JOIN external_id e WHERE p.target = :level AND p.source = :source AND p.key = g.value "
            "AND e.level = :level AND e.source = :source AND e.external_id = p.key"
        ),
        {"given": given, "level": level, "source": source},
    ).all()
    made = []
    for of, column, record, target, key, import_id, _ in rows:
        called = _owner(sql, of, record) if column == "owner_id" else None
        _make(sql, of, column, record, target)
        if import_id != ledger.import_id or not _is_own(ledger, of, record):
            waited = {"place": column, "target": level, "source": source, "key": key, "import_id": import_id}
            made.append(
                (of, record, {"column": column, "target": target, "owner": called, "pending": waited})
            )
    ledger.note(What.LINK, made)
    if rows:
        table, given = sql.given([str(row[-1]) for row in rows])
        sql.connection.execute(
            text(f"DELETE FROM pending_link WHERE id IN (SELECT CAST(g.value AS INTEGER) FROM {table})"),
            {"given": given},
        )


def _is_own(ledger: Ledger, level: str, record: int) -> bool:
    """Whether the import itself brought a record, which then goes with it."""
    found = ledger.sql.connection.execute(
        text(f"SELECT import_id FROM {BY_LEVEL[level].table} WHERE id = :record"), {"record": record}
    )
    return bool(found.scalar() == ledger.import_id)


def _owner(sql: Sql, level: str, record: int) -> str | None:
    """What a record's owner is called until now."""
    found: str | None = sql.connection.execute(
        text(f"SELECT owner FROM {BY_LEVEL[level].table} WHERE id = :record"), {"record": record}
    ).scalar()
    return found


BY_LEVEL: dict[str, Target] = {target.level: target for target in TARGETS.values()}


def _make(sql: Sql, level: str, column: str, record: int, target: int) -> None:
    """An owner that was called by its id until now gets its name."""
    table = BY_LEVEL[level].table
    named = ""
    if column == "owner_id":
        named = (
            ", owner = CASE WHEN (SELECT name FROM owner WHERE id = :target) <> '' "
            "THEN (SELECT name FROM owner WHERE id = :target) ELSE owner END"
        )
    sql.connection.execute(
        text(f"UPDATE {table} SET {column} = :target{named}, version = version + 1 WHERE id = :record"),
        {"target": target, "record": record},
    )


def unresolved(session: Session, import_id: int) -> dict[str, int]:
    """How many links of an import still wait for their record, by what they wait for: {"person": 12}."""
    query = select(PendingLink.target, func.count()).where(PendingLink.import_id == import_id)
    rows = session.exec(query.group_by(col(PendingLink.target)).order_by(col(PendingLink.target))).all()
    return {target: count for target, count in rows}  # noqa: C416  rows are not pairs to dict()
