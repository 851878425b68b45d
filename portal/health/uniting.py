"""Making spellings one: every record that has one of the others gets the one that is kept.

What a record had before stays in `field_change`, and is put back from there when a person takes the decision back.
Saved mappings learn it too, so that the next file says the same. Work goes on where it stopped: a record that has
been changed no longer has the value that is looked for.
"""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field
from sqlalchemy import bindparam, insert, text
from sqlmodel import Session, col, select

from portal import events, jobs
from portal.columns import TABLES, Input
from portal.db import canonical, microseconds
from portal.errors import Conflict, Invalid, NotFound
from portal.fields import FieldKind, Level
from portal.health.examining import forget
from portal.health.fields import is_attribute, of_level
from portal.health.spelling import folded
from portal.health.tables import Spelling
from portal.health.teaching import teach, twins
from portal.people import FieldChange

RECORDS: Final = 1_000


class Decision(BaseModel):
    """A field, how it is to be written, and what else means that."""

    level: Level
    field: str = Field(max_length=300)
    kept: str = Field(max_length=500)
    others: list[str] = Field(min_length=1)


def decide(session: Session, decision: Decision, *, by: int | None, at: datetime) -> Spelling:
    """Make spellings one: now in saved mappings, by a job in the records. Raises NotFound, Invalid."""
    _check(session, decision)
    others = sorted(set(decision.others) - {decision.kept})
    found = Spelling(
        level=decision.level,
        field=decision.field,
        kept=decision.kept,
        others=others,
        decided_at=at,
        decided_by=by,
    )
    session.add(found)
    session.flush()
    teach(session, found, learn=True)
    forget(session, decision.level, decision.field, decision.kept)
    _have_done(session, found, f"Write “{found.kept}” everywhere", by=by, at=at)
    events.record(
        session, "spelling.made_one", "spelling", found.id, by=by, at=at, field=found.field, count=len(others)
    )
    return found


def _check(session: Session, decision: Decision) -> None:
    field = of_level(session, decision.level).get(decision.field)
    if field is None:
        raise NotFound(f"No {decision.level} has a field “{decision.field}”.")
    if field.kind is not FieldKind.CATEGORY:
        raise Invalid(f"“{decision.field}” does not hold words of a list, so its values stay as they are.")
    if any(folded(other) != folded(decision.kept) for other in decision.others):
        raise Invalid("Only values that differ by spelling alone can be made one here.")
    if not set(decision.others) - {decision.kept}:
        raise Invalid("Choose at least one other way of writing it.")


def _have_done(session: Session, found: Spelling, title: str, *, by: int | None, at: datetime) -> None:
    jobs.add(
        session,
        "spelling",
        title=title[:300],
        arguments={"spelling_id": found.id},
        by=by,
        at=at,
        page="/health",
    )


def undo(session: Session, spelling_id: int, *, by: int | None, at: datetime) -> Spelling:
    """Take a decision back: a job gives the records what they had, unless they changed since. Raises NotFound, Conflict."""
    found = get(session, spelling_id)
    if found.undone_at is not None:
        raise Conflict("This was taken back already.")
    found.undone_at, found.undone_by = at, by
    teach(session, found, learn=False)
    _have_done(session, found, f"Write “{found.kept}” as before", by=by, at=at)
    events.record(session, "spelling.undone", "spelling", found.id, by=by, at=at, field=found.field)
    return found


def get(session: Session, spelling_id: int) -> Spelling:
    if (found := session.get(Spelling, spelling_id)) is None:
        raise NotFound("There is no such decision here.")
    return found


def apply(session: Session, found: Spelling, *, at: datetime) -> int:
    """Write what is kept into some of the records that have another spelling. Returns how many; none: all are done."""
    level = Level(found.level)
    known = of_level(session, level)
    for name in (found.field, *twins(session, level, found.field)):
        field = known.get(name)
        if field and (rows := _having(session, level, field, found.others)):
            _write(session, found, field, [(row[0], row[1], found.kept) for row in rows], at=at)
            return len(rows)
    return 0


def _having(session: Session, level: Level, field: Input, values: Sequence[str]) -> list[tuple[int, str]]:
    """Some records with one of these values, and which. The typed columns may lag behind; the truth is asked as well."""
    where = f"{field.sql} IN :values"
    behind = " AND c.version = r.version" if is_attribute(field) else ""
    query = text(
        f"SELECT r.id, {field.sql} FROM {TABLES[level]} r LEFT JOIN columns_{level} c ON c.record_id = r.id "
        f"WHERE {where}{behind} ORDER BY r.id LIMIT {RECORDS}"
    )
    rows = session.connection().execute(
        query.bindparams(bindparam("values", expanding=True)), {"values": list(values)}
    )
    return [(row[0], row[1]) for row in rows]


def _write(
    session: Session, found: Spelling, field: Input, rows: Sequence[tuple[int, str, str]], *, at: datetime
) -> None:
    """Replace values: (record, before, after). Versions rise, and what was there is kept."""
    level, table = Level(found.level), TABLES[Level(found.level)]
    attributes = _attributes(session, table, [row[0] for row in rows]) if is_attribute(field) else {}
    column = "attributes" if is_attribute(field) else field.name
    session.connection().execute(
        text(
            f"UPDATE {table} SET {column} = :value, version = version + 1, updated_at = :at WHERE id = :record"
        ),
        [
            {
                "record": record,
                "at": microseconds(at),
                "value": canonical(attributes[record] | {field.name: after}) if attributes else after,
            }
            for record, _, after in rows
        ],
    )
    by = found.undone_by if found.undone_at else found.decided_by
    session.execute(
        insert(FieldChange), [_change(level, field.name, row, by=by, at=_moment(found)) for row in rows]
    )


def _attributes(session: Session, table: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    query = text(f"SELECT id, attributes FROM {table} WHERE id IN :ids")
    rows = session.connection().execute(
        query.bindparams(bindparam("ids", expanding=True)), {"ids": list(ids)}
    )
    return {record: json.loads(attributes) for record, attributes in rows}


def _moment(found: Spelling) -> datetime:
    """The time under which the changes of a decision are kept: by it they are found again."""
    return found.undone_at or found.decided_at


def _change(
    level: Level, field: str, row: tuple[int, str, str], *, by: int | None, at: datetime
) -> dict[str, Any]:
    record, before, after = row
    return {
        "level": level, "record_id": record, "field": field, "before": canonical(before), "after": canonical(after),
        "seen_at": at, "user_id": by,
    }  # fmt: skip


def give_back(session: Session, found: Spelling, *, after: int, at: datetime) -> int | None:
    """Put back what some of the records had, those changed by this decision beyond a change's id.

    Returns the id of the last change looked at; None: all are done. A record that got another value since keeps it.
    """
    level = Level(found.level)
    changes = session.exec(
        select(FieldChange)
        .where(
            FieldChange.level == level,
            FieldChange.id > after,
            FieldChange.seen_at == found.decided_at,
            FieldChange.after == canonical(found.kept),
        )
        .order_by(col(FieldChange.id))
        .limit(RECORDS)
    ).all()
    known = of_level(session, level)
    for name in sorted({change.field for change in changes if change.field in known}):
        ours = {
            change.record_id: json.loads(change.before or '""') for change in changes if change.field == name
        }
        field = known[name]
        rows = [
            (record, found.kept, ours[record])
            for record, value in _now(session, level, field, list(ours))
            if value == found.kept
        ]
        if rows:
            _write(session, found, field, rows, at=at)
    return changes[-1].id if changes else None


def _now(session: Session, level: Level, field: Input, ids: Sequence[int]) -> list[tuple[int, Any]]:
    """What records have in a field right now."""
    if is_attribute(field):
        return [
            (record, attributes.get(field.name))
            for record, attributes in _attributes(session, TABLES[level], ids).items()
        ]
    query = text(f"SELECT r.id, {field.sql} FROM {TABLES[level]} r WHERE r.id IN :ids")
    rows = session.connection().execute(
        query.bindparams(bindparam("ids", expanding=True)), {"ids": list(ids)}
    )
    return [(row[0], row[1]) for row in rows]
