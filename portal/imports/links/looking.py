"""Whom a row means when it names another record: by the id its source gives it, else by name, else by mail domain."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from collections.abc import Sequence
from typing import Final

import polars as pl
from sqlalchemy import text

from portal.imports.sql import Sql
from portal.imports.targets import Link

RANK: Final = {"": 0, "domain": 1, "name": 2, "id": 3}
"""Ways of finding, the surest last."""

FREE_MAIL: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.co.uk",
        "yahoo.fr",
        "yahoo.de",
        "yahoo.co.in",
        "ymail.com",
        "hotmail.com",
        "hotmail.co.uk",
        "hotmail.fr",
        "outlook.com",
        "outlook.de",
        "live.com",
        "msn.com",
        "aol.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "gmx.com",
        "web.de",
        "t-online.de",
        "freenet.de",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "laposte.net",
        "libero.it",
        "mail.ru",
        "yandex.ru",
        "qq.com",
        "163.com",
        "126.com",
        "protonmail.com",
        "proton.me",
        "zoho.com",
        "mail.com",
        "fastmail.com",
        "rediffmail.com",
        "comcast.net",
        "verizon.net",
        "att.net",
        "btinternet.com",
        "sky.com",
        "bluewin.ch",
    ]
)
"""Where everybody may have an address: such a domain says nothing of a company."""


def found(sql: Sql, link: Link, source: str, said: pl.DataFrame) -> pl.DataFrame:
    """`target` and `by` for each row. `said` has the columns `key`, `name` and `domain`, null where nothing is said.

    A key decides even where its record has not come yet: target is then null and by is id.
    """
    columns = [
        _among(said["key"], sql.record_ids(link.level, source, _asked(said["key"]))).alias("of_key"),
        _among(said["name"], named(sql, link, source, _asked(said["name"]))).alias("of_name"),
        _among(said["domain"], with_domain(sql, link, _asked(said["domain"]))).alias("of_domain"),
    ]
    by = (
        pl.when(pl.col("key").is_not_null())
        .then(pl.lit("id"))
        .when(pl.col("of_name").is_not_null())
        .then(pl.lit("name"))
        .when(pl.col("of_domain").is_not_null())
        .then(pl.lit("domain"))
        .otherwise(pl.lit(""))
    )
    target = pl.when(pl.col("key").is_null()).then(pl.coalesce("of_name", "of_domain")).otherwise("of_key")
    return said.with_columns(columns).select(target=target, by=by)


def _asked(values: pl.Series) -> list[str]:
    return values.drop_nulls().unique().to_list()


def _among(values: pl.Series, known: dict[str, int]) -> pl.Series:
    if not known:
        return pl.repeat(None, len(values), dtype=pl.Int64, eager=True)
    return values.replace_strict(known, default=None, return_dtype=pl.Int64)


def named(sql: Sql, link: Link, source: str, names: Sequence[str]) -> dict[str, int]:
    """The records that a source knows by these names; a name that two of them have finds none."""
    if not names or not link.name or not _any_there(sql, link.table):
        return {}
    table, given = sql.given(names)
    rows = sql.connection.execute(
        text(
            f"SELECT g.value, MIN(r.id) FROM {table} CROSS JOIN {link.table} r CROSS JOIN external_id e "
            "WHERE r.name = g.value AND e.level = :level AND e.record_id = r.id AND e.source = :source "
            "GROUP BY g.value HAVING COUNT(DISTINCT r.id) = 1"
        ),
        {"given": given, "level": link.level, "source": source},
    )
    return {name: record for name, record in rows}  # noqa: C416  rows are not pairs to dict()


def with_domain(sql: Sql, link: Link, domains: Sequence[str]) -> dict[str, int]:
    """The companies of these domains, whatever source knows them; a domain that two have finds none."""
    asked = [domain for domain in domains if domain not in FREE_MAIL]
    if not asked or not link.domain or not _any_there(sql, link.table):
        return {}
    table, given = sql.given(asked)
    rows = sql.connection.execute(
        text(
            f"SELECT g.value, MIN(r.id) FROM {table} CROSS JOIN {link.table} r WHERE r.domain = g.value "
            "GROUP BY g.value HAVING COUNT(*) = 1"
        ),
        {"given": given},
    )
    return {domain: record for domain, record in rows}  # noqa: C416  rows are not pairs to dict()


def _any_there(sql: Sql, table: str) -> bool:
    """People often come before any company or owner does: their names then need not be looked up one by one."""
    return sql.connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() is not None


def mail_domain(addresses: pl.Expr) -> pl.Expr:
    return addresses.str.extract(r"@([^@\s]+)$", 1).str.to_lowercase()


def names_of(sql: Sql, link: Link, ids: Sequence[int]) -> dict[int, str]:
    """What the records of these ids of ours are called."""
    if not ids:
        return {}
    table, given = sql.given([str(each) for each in ids])
    rows = sql.connection.execute(
        text(
            f"SELECT r.id, r.name FROM {table} CROSS JOIN {link.table} r WHERE r.id = CAST(g.value AS INTEGER)"
        ),
        {"given": given},
    )
    return {record: name for record, name in rows if name}
