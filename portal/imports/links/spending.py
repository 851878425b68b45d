"""Imported lines of spend, added up to what pages and reports read: one amount a channel, month and currency."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from calendar import monthrange
from datetime import date

import polars as pl
from sqlalchemy import text

from portal.imports.sql import Sql


def add_up(sql: Sql, records: pl.DataFrame) -> None:
    """Spend of the channels and months that these lines touch is the sum of their lines; what was typed in gives way."""
    touched = (
        records.select("channel", "currency", month=pl.col("spent_on").dt.month_start())
        .unique()
        .sort(pl.all())
    )
    for channel, currency, month in touched.iter_rows():
        _sum(
            sql,
            {
                "channel": channel,
                "currency": currency,
                "first": month.isoformat(),
                "last": _end(month).isoformat(),
            },
        )


def _end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _sum(sql: Sql, key: dict[str, str]) -> None:
    first, last = (f":{name}" if sql.is_sqlite else f"CAST(:{name} AS DATE)" for name in ("first", "last"))
    sql.connection.execute(
        text(
            "INSERT INTO spend (channel, month, amount, currency, recorded_at, version) "
            f"SELECT CAST(:channel AS TEXT), {first}, SUM(l.amount), CAST(:currency AS TEXT), MAX(l.updated_at), 1 FROM spend_line l "
            f"WHERE l.channel = CAST(:channel AS TEXT) AND l.currency = CAST(:currency AS TEXT) AND l.spent_on BETWEEN {first} AND {last} HAVING COUNT(*) > 0 "
            "ON CONFLICT (channel, month, currency) DO UPDATE SET amount = excluded.amount, recorded_at = excluded.recorded_at, "
            "recorded_by = NULL, version = spend.version + 1 WHERE spend.amount <> excluded.amount"
        ),
        key,
    )
