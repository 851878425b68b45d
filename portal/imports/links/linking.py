"""The links of a part's rows, before they are compared with what is there."""

import polars as pl

from portal.imports.links.looking import RANK, found, mail_domain, names_of
from portal.imports.mapping import Mapping
from portal.imports.sql import Sql
from portal.imports.targets import OWNER, Link, Target


def linked(sql: Sql, target: Target, mapping: Mapping, records: pl.DataFrame) -> pl.DataFrame:
    """The rows with the columns of their links. An owner known by id is called what the owner's own record says."""
    for link in target.links:
        if link.column in mapping.filled:
            records = _one(sql, link, mapping.source, records)
    return records


def _one(sql: Sql, link: Link, source: str, records: pl.DataFrame) -> pl.DataFrame:
    result = found(sql, link, source, said(link, records))
    columns = [result["target"].alias(link.column)]
    if link.by:
        columns.append(result["by"].alias(link.by))
    records = records.with_columns(columns)
    return _called(sql, records) if link is OWNER else records


def said(link: Link, records: pl.DataFrame) -> pl.DataFrame:
    """What the rows say about a link: `key`, `name`, `domain`."""
    nothing = pl.lit(None, dtype=pl.String)
    return records.select(
        key=pl.col(link.key) if link.key in records.columns else nothing,
        name=pl.col(link.name) if link.name and link.name in records.columns else nothing,
        domain=mail_domain(pl.col("email")) if link.domain else nothing,
    )


def _called(sql: Sql, records: pl.DataFrame) -> pl.DataFrame:
    key = "owner_external_id"
    if not records[key].count():
        return records
    names = names_of(sql, OWNER, records[OWNER.column].drop_nulls().unique().to_list())
    by_record = (
        records[OWNER.column].replace_strict(names, default=None, return_dtype=pl.String)
        if names
        else pl.repeat(None, records.height, dtype=pl.String, eager=True)
    )
    own = pl.when(pl.col(key).is_not_null()).then(by_record)
    return records.with_columns(owner=pl.coalesce(own, "owner", key))


def kept(target: Target, mapping: Mapping, known: pl.DataFrame) -> pl.DataFrame:
    """Known rows as they are to be: a link found in a surer way, by a field this file does not have, stays."""
    for link in target.links:
        if link.by and f"{link.by}_there" in known.columns:
            known = known.with_columns(_kept(link, mapping))
    return known


def _kept(link: Link, mapping: Mapping) -> list[pl.Expr]:
    unsaid = [way for way, field in link.evidence.items() if field not in mapping.fields]
    there, now = pl.col(f"{link.by}_there"), pl.col(link.by)
    surer = there.is_in(unsaid) & (
        there.replace_strict(RANK, return_dtype=pl.Int8) > now.replace_strict(RANK, return_dtype=pl.Int8)
    )
    return [
        pl.when(surer).then(pl.col(f"{column}_there")).otherwise(pl.col(column)).alias(column)
        for column in (link.column, link.by)
    ]
