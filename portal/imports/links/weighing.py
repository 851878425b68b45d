"""Values that count less or more than what is there, where several rows of a source speak of one person."""

import json
from typing import Final

import polars as pl

from portal.db import canonical
from portal.imports.links.conversions import FILLS, KEEPS
from portal.imports.targets import Target

NOTHING: Final = ("", "unknown")
"""Texts that say nothing."""


def weighed(target: Target, standing: dict[str, str], known: pl.DataFrame) -> pl.DataFrame:
    """Known rows as they are to be: those that fill take nothing away, those that keep empty nothing."""
    if not any(standing.values()):
        return known
    by = {link.column: link.by for link in target.links if link.by}
    stand = pl.col("external_id").replace_strict(standing, default="", return_dtype=pl.String)
    known = known.with_columns(_stand=stand)
    columns = [column for column in target.columns if f"{column}_there" in known.columns]
    chosen = [_chosen(column, by.get(column, column)).alias(column) for column in columns]
    return known.with_columns(*chosen, _attributes(known)).drop("_stand")


EARLIEST: Final = frozenset({"came_at", "opted_out_at", "customer_at"})
"""The first time counts, whoever says it."""


def _chosen(column: str, deciding: str) -> pl.Expr:
    """A link goes with what says how it was found."""
    now, there = pl.col(column), pl.col(f"{column}_there")
    if column in EARLIEST:
        return (
            pl.when(pl.col("_stand").is_in((FILLS, KEEPS))).then(pl.min_horizontal(now, there)).otherwise(now)
        )
    stays = ((pl.col("_stand") == FILLS) & _says(f"{deciding}_there")) | (
        (pl.col("_stand") == KEEPS) & ~_says(deciding)
    )
    return pl.when(stays).then(there).otherwise(now)


def _says(column: str) -> pl.Expr:
    value = pl.col(column)
    return value.is_not_null() & ~value.cast(pl.String).is_in(NOTHING)


def _attributes(known: pl.DataFrame) -> pl.Series:
    rows = known.select("_stand", "attributes", "attributes_there").iter_rows()
    return pl.Series("attributes", [_merged(*row) for row in rows], pl.String)


def _merged(stand: str, now: str, there: str) -> str:
    if stand not in {FILLS, KEEPS}:
        return now
    given, before = json.loads(now), json.loads(there)
    return canonical(given | before if stand == FILLS else before | given)
