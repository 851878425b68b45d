"""Imported lines of spend, added up to what pages and reports read: one amount a channel, month and currency."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from calendar import monthrange
from datetime import date
from typing import Any, Final, NamedTuple

import polars as pl
from sqlalchemy import text

from portal.imports.sql import Sql
from portal.imports.targets import TARGETS
from portal.imports.undoing.ledger import Ledger, What

KEY: Final = ("channel", "currency", "spent_on")


def stood(sql: Sql, source: str, records: pl.DataFrame) -> pl.DataFrame:
    """Where the lines that are there already count, before they change: `channel`, `currency`, `spent_on`."""
    there = sql.existing(TARGETS["spend"], source, records["external_id"].to_list())
    return there.select("channel", "currency", pl.col("spent_on").str.to_date())


def add_up(ledger: Ledger, records: pl.DataFrame, before: pl.DataFrame) -> None:
    """Spend of the channels and months that these lines touch is the sum of their lines; what was typed in gives way.

    `before`: where they counted until now. What they left without a line is gone, unless a person typed it in since.
    """
    touched = (
        pl.concat([records.select(KEY), before])
        .select("channel", "currency", month=pl.col("spent_on").dt.month_start())
        .unique()
        .sort(pl.all())
    )
    for channel, currency, month in touched.iter_rows():
        key = Key(channel, currency, month)
        stood = there(ledger.sql, key)
        reckon(ledger.sql, key)
        now = there(ledger.sql, key)
        if now != stood:
            ledger.note(What.SPEND, [("spend", 0, key.named | {"before": stood, "after": now})])


class Key(NamedTuple):
    """One amount of `spend`; `month` is its first day."""

    channel: str
    currency: str
    month: date

    @property
    def bound(self) -> dict[str, str]:
        named = {"channel": self.channel, "currency": self.currency}
        return named | {"first": self.month.isoformat(), "last": _end(self.month).isoformat()}

    @property
    def named(self) -> dict[str, str]:
        return {"channel": self.channel, "currency": self.currency, "month": self.month.isoformat()}


def there(sql: Sql, key: Key) -> dict[str, Any] | None:
    """What stands there: amount, when it was recorded, and by whom."""
    first, _ = _days(sql)
    row = sql.connection.execute(
        text(
            f"SELECT amount, recorded_at, recorded_by FROM spend WHERE channel = :channel AND currency = :currency AND month = {first}"
        ),
        key.bound,
    ).first()
    return dict(zip(("amount", "recorded_at", "recorded_by"), row, strict=True)) if row else None


def reckon(sql: Sql, key: Key) -> None:
    """Make it the sum of its lines."""
    _sum(sql, key.bound)
    _drop(sql, key.bound)


def put_back(sql: Sql, key: Key, before: dict[str, Any] | None) -> None:
    """Make it what it was."""
    first, _ = _days(sql)
    if before is None:
        sql.connection.execute(
            text(f"DELETE FROM spend WHERE channel = :channel AND currency = :currency AND month = {first}"),
            key.bound,
        )
        return
    sql.connection.execute(
        text(
            "INSERT INTO spend (channel, month, amount, currency, recorded_at, recorded_by, version) "
            f"VALUES (:channel, {first}, :amount, :currency, :recorded_at, :recorded_by, 1) "
            "ON CONFLICT (channel, month, currency) DO UPDATE SET amount = excluded.amount, recorded_at = excluded.recorded_at, "
            "recorded_by = excluded.recorded_by, version = spend.version + 1"
        ),
        key.bound | before,
    )


def _end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _sum(sql: Sql, key: dict[str, str]) -> None:
    first, last = _days(sql)
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


def _drop(sql: Sql, key: dict[str, str]) -> None:
    """Spend that lines had, and have no more."""
    first, last = _days(sql)
    sql.connection.execute(
        text(
            "DELETE FROM spend WHERE channel = :channel AND currency = :currency "
            f"AND month = {first} AND recorded_by IS NULL AND NOT EXISTS (SELECT 1 FROM spend_line l "
            f"WHERE l.channel = :channel AND l.currency = :currency AND l.spent_on BETWEEN {first} AND {last})"
        ),
        key,
    )


def _days(sql: Sql) -> tuple[str, str]:
    """The first and the last day of a month, as bound."""
    first, last = (f":{name}" if sql.is_sqlite else f"CAST(:{name} AS DATE)" for name in ("first", "last"))
    return first, last
