"""Kinds of activity: words in files, numbers in bulk; created as they come."""

import polars as pl
from sqlalchemy import text

from portal.imports.sql import Sql


def enter(sql: Sql, records: pl.DataFrame) -> None:
    """Make the kinds that these rows bring. A kind that one file says is a request stays one."""
    found = records.group_by("kind").agg(pl.col("is_request").any()).sort("kind")
    for name, is_request in found.iter_rows():
        sql.connection.execute(
            text(
                "INSERT INTO activity_kind (name, is_request, weight) VALUES (:name, :is_request, 1.0) ON CONFLICT (name) DO "
                "UPDATE SET is_request = TRUE WHERE excluded.is_request AND NOT activity_kind.is_request"
            ),
            {"name": name, "is_request": is_request},
        )


def numbered(sql: Sql, records: pl.DataFrame) -> pl.DataFrame:
    """The rows with `kind_id`; null for a kind that is not there yet."""
    rows = sql.connection.execute(text("SELECT name, id FROM activity_kind"))
    known: dict[str, int] = {name: number for name, number in rows}  # noqa: C416  rows are not pairs to dict()
    if not known:
        return records.with_columns(kind_id=pl.lit(None, dtype=pl.Int64))
    return records.with_columns(
        kind_id=pl.col("kind").replace_strict(known, default=None, return_dtype=pl.Int64)
    )
