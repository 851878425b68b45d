"""Rows that one row brings beside itself: a dated request of a person, the people on a deal. They apply like any file's."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from portal.imports.derivations import REQUEST
from portal.imports.kinds import kind_named
from portal.imports.mapping import ColumnMapping, Mapping

Related = tuple[pl.DataFrame, Mapping]

PRIMARY: Final = "primary contact"
CONVERTED: Final = "converted lead"


def related(mapping: Mapping, records: pl.DataFrame) -> Iterator[Related]:
    """What these rows bring beside themselves: rows of another kind, each with its mapping."""
    for rows, kind in ROWS.get(mapping.kind, _nothing)(mapping, records):
        if rows.height:
            yield _ready(rows, kind), _mapping(kind, mapping.source)


def _nothing(mapping: Mapping, records: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, str]]:
    del mapping, records
    yield from ()


def of_people(mapping: Mapping, records: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, str]]:
    if "requested_at" in mapping.fields:
        yield requests(records), "activities"
    if "deal_external_id" in mapping.fields:
        yield roles(records, deal="deal_external_id", person="external_id", role=CONVERTED), "deal_roles"


def requests(records: pl.DataFrame) -> pl.DataFrame:
    """One inbound request for each row that is dated; imported again it is the same one."""
    return records.filter(pl.col("requested_at").is_not_null()).select(
        external_id=pl.format(f"{REQUEST} · {{}}", "external_id"),
        person_external_id="external_id",
        kind=pl.col("request").fill_null(REQUEST),
        is_request=pl.lit(value=True),
        at="requested_at",
        direction=pl.lit("inbound"),
    )


def of_deals(mapping: Mapping, records: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, str]]:
    if mapping.fields & {"person_external_id", "people_external_ids"}:
        yield (
            roles(records, deal="external_id", person="person_external_id", role=PRIMARY, is_primary=True),
            "deal_roles",
        )
    if "people_external_ids" in mapping.fields:
        split = records.with_columns(person=pl.col("people_external_ids").str.split(";")).explode("person")
        others = split.with_columns(pl.col("person").str.strip_chars()).filter(
            (pl.col("person") != "") & (pl.col("person") != pl.col("person_external_id"))
        )
        yield roles(others, deal="external_id", person="person", role=""), "deal_roles"
    if "lead_external_id" in mapping.fields:
        yield roles(records, deal="external_id", person="lead_external_id", role=CONVERTED), "deal_roles"


def roles(
    records: pl.DataFrame, *, deal: str, person: str, role: str, is_primary: bool = False
) -> pl.DataFrame:
    """A deal has one primary contact; of the other roles each person has their own."""
    key = (
        pl.format("{} · {}", deal, pl.lit(role))
        if is_primary
        else pl.format("{} · {} · {}", deal, person, pl.lit(role))
    )
    known = records.filter(pl.col(deal).is_not_null() & pl.col(person).is_not_null())
    return known.select(
        external_id=key,
        deal_external_id=deal,
        person_external_id=person,
        role=pl.lit(role),
        is_primary=pl.lit(is_primary),
    ).unique("external_id", keep="first", maintain_order=True)


ROWS: Final = {"people": of_people, "deals": of_deals}


def _ready(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """With the fields that say nothing, so that rows are like those of a file."""
    others = [
        pl.lit(None, dtype=field.stored).alias(field.name)
        for field in kind_named(kind).fields
        if field.name not in rows.columns
    ]
    return rows.with_columns(*others, attributes=pl.lit("{}"))


FIELDS: Final = {
    "activities": ("person_external_id", "kind", "at", "direction"),
    "deal_roles": ("deal_external_id", "person_external_id", "role", "is_primary"),
}


def _mapping(kind: str, source: str) -> Mapping:
    columns = tuple(ColumnMapping(column=name, field=name, attribute=False) for name in FIELDS[kind])
    return Mapping(kind=kind, source=source, id_columns=("external_id",), columns=columns)
