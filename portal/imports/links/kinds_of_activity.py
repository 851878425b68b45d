"""Kinds of activity: words in files, numbers in bulk; created as they come."""

import polars as pl
from sqlalchemy import text

from portal.imports.sql import Sql
from portal.imports.undoing.ledger import Ledger, What


def enter(ledger: Ledger, records: pl.DataFrame) -> None:
    """Make the kinds that these rows bring. A kind that one file says is a request stays one."""
    sql = ledger.sql
    found = records.group_by("kind").agg(pl.col("is_request").any()).sort("kind")
    requests = found.filter("is_request")["kind"].to_list()
    ledger.note(What.REQUEST, ((("activity", 0, {"kind": name})) for name in _otherwise(sql, requests)))
    for name, is_request in found.iter_rows():
        sql.connection.execute(
            text(
                "INSERT INTO activity_kind (name, is_request, weight) VALUES (:name, :is_request, 1.0) ON CONFLICT (name) DO "
                "UPDATE SET is_request = TRUE WHERE excluded.is_request AND NOT activity_kind.is_request"
            ),
            {"name": name, "is_request": is_request},
        )


def _otherwise(sql: Sql, kinds: list[str]) -> list[str]:
    """Which of these are no requests until now."""
    if not kinds:
        return []
    table, given = sql.given(kinds)
    rows = sql.connection.execute(
        text(f"SELECT k.name FROM {table} JOIN activity_kind k ON k.name = g.value WHERE NOT k.is_request"),  # noqa: S608  our own words
        {"given": given},
    )
    return list(rows.scalars())


def numbered(sql: Sql, records: pl.DataFrame) -> pl.DataFrame:
    """The rows with `kind_id`; null for a kind that is not there yet."""
    rows = sql.connection.execute(text("SELECT name, id FROM activity_kind"))
    known: dict[str, int] = {name: number for name, number in rows}  # noqa: C416  rows are not pairs to dict()
    if not known:
        return records.with_columns(kind_id=pl.lit(None, dtype=pl.Int64))
    return records.with_columns(
        kind_id=pl.col("kind").replace_strict(known, default=None, return_dtype=pl.Int64)
    )
