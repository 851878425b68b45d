"""What an import replaced, put back from its ledger: from the newest entry on, each taken out of it as it is done."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlmodel import Session

from portal.db import canonical, microseconds
from portal.imports.links import spending
from portal.imports.links.conversions import PERSON
from portal.imports.links.waiting import BY_LEVEL
from portal.imports.sql import Sql
from portal.imports.undoing.ledger import What

ENTRIES: Final = 1_000
Put = Callable[[Session, "Row[Any]", dict[str, Any], datetime], None]


def restore(session: Session, import_id: int, *, spend: bool, at: datetime) -> int:
    """Put the newest entries back: those of `spend`, which follow its lines, or all others. Returns how many; 0: no more."""
    sql = Sql.of(session)
    rows = sql.connection.execute(
        text(
            "SELECT id, what, level, record_id, import_id, before FROM import_undo WHERE import_id = :id "
            f"AND what {'=' if spend else '<>'} 'spend' ORDER BY id DESC LIMIT :most"
        ),
        {"id": import_id, "most": ENTRIES},
    ).all()
    for row in rows:
        PUT[What(row.what)](session, row, json.loads(row.before), at)
    if rows:
        table, given = sql.given([str(row.id) for row in rows])
        sql.connection.execute(
            text(f"DELETE FROM import_undo WHERE id IN (SELECT CAST(g.value AS INTEGER) FROM {table})"),
            {"given": given},
        )
    return len(rows)


def _do(session: Session, statement: str, **bound: Any) -> None:
    session.connection().execute(text(statement), bound)


def _values(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    """The record as it was, with a higher version; what was kept of it in history and of what the source said goes."""
    target, sql = BY_LEVEL[row.level], Sql.of(session)
    values = dict(before["columns"])
    if values.get("came_at") is not None:
        values["arrived_at"] = values["came_at"]
    elif "came_at" in values:
        created = sql.connection.execute(
            text(f"SELECT created_at FROM {target.table} WHERE id = :id"), {"id": row.record_id}
        )
        values["arrived_at"] = created.scalar()
    if before["attributes"]:
        values["attributes"] = _attributes(sql, target.table, row.record_id, before["attributes"])
    sql.update(target, row.record_id, values | {"updated_at": microseconds(at)})
    named = {"level": row.level, "record": row.record_id}
    _do(session, "UPDATE external_id SET said = NULL WHERE level = :level AND record_id = :record", **named)
    _do(
        session,
        "DELETE FROM field_change WHERE level = :level AND record_id = :record AND import_id = :import",
        **named | {"import": row.import_id},
    )


def _attributes(sql: Sql, table: str, record: int, before: dict[str, Any]) -> str:
    now = sql.connection.execute(
        text(f"SELECT attributes FROM {table} WHERE id = :id"), {"id": record}
    ).scalar()
    merged = json.loads(now or "{}") | before
    return canonical({name: value for name, value in merged.items() if value is not None})


def _pending(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    del at
    named = {"level": row.level, "record": row.record_id, "place": before["place"]}
    _do(
        session,
        "DELETE FROM pending_link WHERE level = :level AND record_id = :record AND place = :place",
        **named,
    )
    if len(before) > 1:
        _do(
            session,
            "INSERT INTO pending_link (level, record_id, place, target, source, key, import_id) "
            f"SELECT :level, r.id, :place, :target, :source, :key, :import_id FROM {BY_LEVEL[row.level].table} r WHERE r.id = :record",
            **named | before,
        )


def _link(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    """A link that came true waits again, unless it is another one by now."""
    table, column = BY_LEVEL[row.level].table, before["column"]
    owner = ", owner = :owner" if before["owner"] is not None else ""
    done = session.connection().execute(
        text(
            f"UPDATE {table} SET {column} = NULL{owner}, updated_at = :at, version = version + 1 "
            f"WHERE id = :record AND {column} = :target"
        ),
        {"record": row.record_id, "target": before["target"], "at": microseconds(at)}
        | ({"owner": before["owner"]} if owner else {}),
    )
    if done.rowcount and before["pending"]["import_id"] != row.import_id:
        _pending(session, row, before["pending"], at)


def _external_id(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    del at
    which = "level = :level AND source = :source AND external_id = :external_id"
    named = before | {"level": row.level}
    _do(
        session,
        f"DELETE FROM export_sent WHERE target_id IN (SELECT id FROM export_target) AND external_row IN (SELECT id FROM external_id WHERE {which})",
        **named,
    )
    _do(session, f"DELETE FROM external_id WHERE {which}", **named)


def _converted(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    del row, at
    _do(session, "DELETE FROM converted_lead WHERE source = :source AND lead_id = :lead_id", **before)


def _arrived(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    del row, at
    _do(
        session,
        "UPDATE converted_lead SET contact_came = FALSE WHERE source = :source AND lead_id = :lead_id",
        **before,
    )


def _merge(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    """Two again. Nobody proposed the pair, so nobody keeps it apart, and of the merging nothing is left in their history."""
    from portal.duplicates import splitting  # it knows every table, this one's among them

    session.expire_all()  # rows were written past it
    done = splitting.split(session, before["merge_id"], by=None, at=at)
    session.flush()
    pair = {"a": min(row.record_id, before["other"]), "b": max(row.record_id, before["other"])}
    _do(session, "DELETE FROM proposal WHERE a_id = :a AND b_id = :b AND millionths = 0", **pair)
    _do(
        session,
        "DELETE FROM field_change WHERE level = :level AND record_id = :record AND user_id IS NULL AND import_id IS NULL "
        "AND seen_at IN (:merged, :split)",
        level=PERSON, record=row.record_id, merged=microseconds(done.at), split=microseconds(at),
    )  # fmt: skip


def _spend(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    """As it was; where other lines came since, the sum of what is left."""
    del row, at
    sql = Sql.of(session)
    key = spending.Key(before["channel"], before["currency"], date.fromisoformat(before["month"]))
    if spending.there(sql, key) == before["after"]:
        spending.put_back(sql, key, before["before"])
    else:
        spending.reckon(sql, key)


def _request(session: Session, row: Row[Any], before: dict[str, Any], at: datetime) -> None:
    """No request any more, unless another import brought some of the kind since."""
    del at
    _do(
        session,
        "UPDATE activity_kind SET is_request = FALSE WHERE name = :kind AND NOT EXISTS (SELECT 1 FROM activity a "
        "JOIN import i ON i.id = a.import_id WHERE a.kind_id = activity_kind.id AND a.import_id > :import)",
        kind=before["kind"],
        **{"import": row.import_id},
    )


PUT: Final[dict[What, Put]] = {
    What.VALUES: _values,
    What.PENDING: _pending,
    What.LINK: _link,
    What.EXTERNAL_ID: _external_id,
    What.CONVERTED: _converted,
    What.ARRIVED: _arrived,
    What.MERGE: _merge,
    What.SPEND: _spend,
    What.REQUEST: _request,
}
