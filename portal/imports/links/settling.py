"""Links found by name or mail domain, found again when the companies or owners they mean have come or changed.

What a link is depends on what is known, never on which file came first. A range of ids at a time, each in a short
transaction of its own; done twice it changes nothing.
"""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlalchemy import text
from sqlmodel import Session

from portal.imports.links.looking import RANK, found, mail_domain
from portal.imports.sql import Sql
from portal.imports.targets import OWNER, TARGETS, Link, Target

RECORDS: Final = 20_000


@dataclass(frozen=True)
class Range:
    """Records of one kind whose links may be other ones now."""

    kind: str
    first: int
    last: int


def ranges(session: Session, kind: str) -> Iterator[Range]:
    """What to look through once a file of a kind is in."""
    level = TARGETS[kind].level
    for name, target in TARGETS.items():
        if any(link.by and link.level == level for link in target.links):
            last = session.connection().execute(text(f"SELECT MAX(id) FROM {target.table}")).scalar() or 0
            yield from (Range(name, first, first + RECORDS - 1) for first in range(1, last + 1, RECORDS))


def settle(session: Session, among: Range, kind: str) -> int:
    """Find the links to records of a kind again. Returns how many are other ones now."""
    sql, target = Sql.of(session), TARGETS[among.kind]
    links = [link for link in target.links if link.by and link.level == TARGETS[kind].level]
    return sum(
        _found_again(sql, target, link, among) + _named_again(sql, target, link, among) for link in links
    )


def _found_again(sql: Sql, target: Target, link: Link, among: Range) -> int:
    rows = _rows(sql, target, link, among)
    now = [
        part.select("id", "there", "there_by").hstack(
            found(sql, link, source, part.select("key", "name", "domain"))
        )
        for (source,), part in rows.partition_by("source", as_dict=True).items()
    ]
    if not now:
        return 0
    best = (
        pl.concat(now)
        .sort(pl.col("by").replace_strict(RANK, return_dtype=pl.Int8), "target", descending=[True, False])
        .unique("id", keep="first", maintain_order=True)
        .filter(pl.col("target").ne_missing(pl.col("there")) | (pl.col("by") != pl.col("there_by")))
    )
    statement = text(
        f"UPDATE {target.table} SET {link.column} = :target, {link.by} = :by, version = version + 1 WHERE id = :id"
    )
    if best.height:
        sql.connection.execute(statement, best.select("id", "target", "by").to_dicts())
    return best.height


def _rows(sql: Sql, target: Target, link: Link, among: Range) -> pl.DataFrame:
    """What the records say, one row for each source that knows one: all but those found by an id."""
    email = "r.email" if link.domain else "''"
    rows = sql.connection.execute(
        text(
            f"SELECT r.id, e.source, r.{link.written}, {email}, r.{link.column}, r.{link.by} FROM {target.table} r "
            "JOIN external_id e ON e.level = :level AND e.record_id = r.id "
            f"WHERE r.id BETWEEN :first AND :last AND r.{link.by} <> 'id'"
        ),
        {"level": target.level, "first": among.first, "last": among.last},
    )
    frame = pl.DataFrame([tuple(row) for row in rows], schema=SAID, orient="row")
    return frame.with_columns(
        pl.lit(None, dtype=pl.String).alias("key"),
        pl.when(pl.col("name") != "").then("name"),
        mail_domain(pl.col("email")).alias("domain"),
    )


SAID: Final[dict[str, Any]] = {
    "id": pl.Int64,
    "source": pl.String,
    "name": pl.String,
    "email": pl.String,
    "there": pl.Int64,
    "there_by": pl.String,
}


def _named_again(sql: Sql, target: Target, link: Link, among: Range) -> int:
    """Records whose owner is known by id carry the owner's name of today."""
    if link is not OWNER:
        return 0
    done = sql.connection.execute(
        text(
            f"UPDATE {target.table} SET owner = (SELECT o.name FROM owner o WHERE o.id = owner_id), version = version + 1 "
            "WHERE id BETWEEN :first AND :last AND owner_by = 'id' AND EXISTS ("
            f"SELECT 1 FROM owner o WHERE o.id = {target.table}.owner_id AND o.name <> '' AND o.name <> {target.table}.owner)"
        ),
        {"first": among.first, "last": among.last},
    )
    return int(done.rowcount)
