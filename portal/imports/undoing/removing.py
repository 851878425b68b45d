"""The records an import brought, taken out: in ranges of ids, what names others before what it names."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import inspect, text
from sqlmodel import Session

from portal.fields import Level
from portal.imports.sql import Sql
from portal.imports.tables import Import
from portal.imports.targets import TARGETS, Link, Target

RECORDS: Final = 5_000
BESIDE: Final = {"people": ("activities", "deal_roles"), "deals": ("deal_roles",)}
"""Kinds that rows of a kind bring beside themselves."""


def brought(kind: str) -> list[Target]:
    """What an import of a kind may have created."""
    return [TARGETS[each] for each in (*BESIDE.get(kind, ()), kind)]


def counts(session: Session, undone: Sequence[Import]) -> dict[str, int]:
    """How many records these imports brought, by their table."""
    tables = list(dict.fromkeys(target.table for each in undone for target in brought(each.kind)))
    ids = ", ".join(str(each.id) for each in undone)
    each_of = ", ".join(f"(SELECT COUNT(*) FROM {table} WHERE import_id IN ({ids}))" for table in tables)
    found = session.connection().execute(text(f"SELECT {each_of}")).one()
    return {table: count for table, count in zip(tables, found, strict=True) if count}


@dataclass(frozen=True)
class Range:
    """Records of a table, some of which an import brought."""

    target: Target
    first: int
    last: int


def ranges(session: Session, import_id: int, kind: str) -> Iterator[Range]:
    """Where what it brought lies."""
    for target in brought(kind):
        first, last = session.connection().execute(
            text(f"SELECT MIN(id), MAX(id) FROM {target.table} WHERE import_id = :id"), {"id": import_id}
        ).one()  # fmt: skip
        if first is not None:
            yield from (Range(target, at, at + RECORDS - 1) for at in range(first, last + 1, RECORDS))


def pointing(session: Session, kind: str) -> Iterator[tuple[Target, Link, int]]:
    """What may name, by a name or a domain, what it brought: a table, its link, and where to begin, each a short write."""
    for target in TARGETS.values():
        for link in target.links:
            if link.table == TARGETS[kind].table and (link.by or target.table == link.table):
                last = session.connection().execute(text(f"SELECT MAX(id) FROM {target.table}")).scalar() or 0
                yield from ((target, link, first) for first in range(1, last + 1, RECORDS))


def let_go(session: Session, import_id: int, target: Target, link: Link, first: int) -> None:
    """Records that name what is to be removed name nothing instead; they find another by name afterwards."""
    nothing = f", {link.by} = ''" if link.by else ""
    session.connection().execute(
        text(
            f"UPDATE {target.table} SET {link.column} = NULL{nothing}, version = version + 1 WHERE id BETWEEN :first AND :last "
            f"AND {link.column} IN (SELECT r.id FROM {link.table} r WHERE r.id = {target.table}.{link.column} AND r.import_id = :id)"
        ),
        {"id": import_id, "first": first, "last": first + RECORDS - 1},
    )


def remove(session: Session, import_id: int, among: Range) -> int:
    """Take records out, with their ids elsewhere and all that is derived from them. Returns how many."""
    sql, target = Sql.of(session), among.target
    bound = {"id": import_id, "first": among.first, "last": among.last}
    own = f"(SELECT r.id FROM {target.table} r WHERE r.id BETWEEN :first AND :last AND r.import_id = :id)"
    sql.connection.execute(
        text(
            "DELETE FROM export_sent WHERE target_id IN (SELECT id FROM export_target) AND external_row IN (SELECT e.id FROM external_id e "
            f"WHERE e.level = :level AND e.record_id IN {own})"
        ),
        bound | {"level": target.level},
    )
    for table in ("external_id", "field_change", "pending_link", "import_undo"):
        sql.connection.execute(
            text(f"DELETE FROM {table} WHERE level = :level AND record_id IN {own}"),
            bound | {"level": target.level},
        )
    if target.level == Level.PERSON:
        sql.connection.execute(text(f"DELETE FROM proposal WHERE a_id IN {own} OR b_id IN {own}"), bound)
    for table in _derived(sql, target.level):
        sql.connection.execute(text(f"DELETE FROM {table} WHERE record_id IN {own}"), bound)
    gone = sql.connection.execute(
        text(f"DELETE FROM {target.table} WHERE id BETWEEN :first AND :last AND import_id = :id"), bound
    )
    return int(gone.rowcount)


def _derived(sql: Sql, level: str) -> list[str]:
    """Typed columns, and the verdicts that count. Scores stay as their run gave them; lists show who is there."""
    if level not in set(Level):
        return []
    columns = f"columns_{level}"
    judgings = sql.connection.execute(
        text(
            "SELECT j.id FROM judging j JOIN current_judging c ON c.judging_id = j.id WHERE j.level = :level"
        ),
        {"level": level},
    )
    verdicts = [f"verdict_{each:d}" for each in judgings.scalars()]
    there = inspect(sql.connection)
    return [name for name in (columns, *verdicts) if there.has_table(name)]
