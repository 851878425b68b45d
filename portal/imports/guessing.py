"""A first mapping by name and by look, with how sure it is and why; a person corrects it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from portal.imports.columns import Column
from portal.imports.kinds import Field, KindOfRecord, kind_named
from portal.imports.mapping import LONGEST_SOURCE, ColumnMapping, Mapping
from portal.imports.meanings import meanings
from portal.imports.numerals import as_numbers
from portal.imports.understanding import Understood

SURE, LIKELY, MAYBE = 0.95, 0.8, 0.6
FITTING: dict[str, set[str]] = {
    "time": {"date"},
    "day": {"date"},
    "amount": {"number"},
    "number": {"number"},
    "share": {"number"},
    "flag": {"boolean", "date"},
    "month": {"date", "category", "text"},
}
# what a text is not: a number is a phone or an id at most
UNLIKE = {False: {"date", "number", "boolean"}, True: {"date", "boolean"}}
SYSTEMS = {
    "Salesforce": {"systemmodstamp", "isdeleted", "lastmodifiedbyid", "hasoptedoutofemail", "forecastcategory", "isconverted"},
    "HubSpot": {"lifecyclestage", "hubspotownerid", "recordid", "dealstage", "hsobjectid", "hubspotscore", "associatedcontactids"},
    "Odoo": {"salesperson", "salesteam", "expectedrevenue", "partnerid", "stageid", "expectedclosing"},
    "Dynamics": {"donotmodifylead", "donotmodifycontact", "donotmodifyopportunity", "donotmodifyrowchecksum", "topic", "estrevenue"},
    "Pipedrive": {"dealtitle", "dealstage", "personname", "dealid", "personid", "organizationname", "dealvalue"},
}  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """Why a column was mapped so; `confidence` from 0 to 1."""

    confidence: float
    why: str


@dataclass(frozen=True)
class Guess:
    """`ids`: columns that could be the id, the likeliest first."""

    mapping: Mapping
    reasons: dict[str, Reason]
    ids: tuple[str, ...]


def guess(understood: Understood, kind: str, *, source: str = "", filename: str = "") -> Guess:
    """Map the columns of a file by their names and values. The id column stays open where none is sure."""
    record = kind_named(kind)
    ids = id_columns(understood, record)
    chosen = tuple(name for name, sure in ids[:1] if sure >= MAYBE)
    fields = fields_of(understood.columns, record, chosen)
    declared = () if chosen else declared_key(understood, record, fields)
    columns = tuple(
        column_mapping(column, record, fields.get(column.name), chosen) for column in understood.columns
    )
    mapping = Mapping(
        kind=kind,
        source=source or source_of(understood.names, filename),
        id_columns=chosen or declared,
        natural_key=bool(declared),
        columns=columns,
        currency=next((column.currency for column in understood.columns if column.currency), ""),
    )
    reasons = {name: reason for name, (_, reason) in fields.items()}
    if chosen:
        reasons[chosen[0]] = Reason(ids[0][1], "unique in every row, and named like an id")
    return Guess(mapping, reasons, tuple(name for name, _ in ids))


def declared_key(
    understood: Understood, record: KindOfRecord, fields: dict[str, tuple[Field, Reason]]
) -> tuple[str, ...]:
    """The columns that a person may declare a key, where the file has no id; empty where there are none."""
    by_field: dict[str, str] = {}
    for name, (field, _) in fields.items():
        if understood.column(name).missing_share == 0:
            by_field.setdefault(field.name, name)
    found = next((key for key in record.keys if by_field.keys() >= set(key)), ())
    return tuple(by_field[field] for field in found)


def plain_name(column: str, record: KindOfRecord) -> str:
    """A name without case, spaces, signs, Salesforce's `__c` and Pipedrive's `Deal - `."""
    bare = re.sub(r"__[cr]$", "", column.strip().lower())
    for prefix in record.prefixes:
        bare = re.sub(rf"^{prefix}\s+-\s+", "", bare)
    return re.sub(r"[^a-z0-9äöüßéèñçãõ]", "", bare)


def id_columns(understood: Understood, record: KindOfRecord) -> list[tuple[str, float]]:
    scored = [(column.name, id_likelihood(column, record)) for column in understood.columns]
    return sorted((pair for pair in scored if pair[1] > 0), key=lambda pair: -pair[1])


def id_likelihood(column: Column, record: KindOfRecord) -> float:
    plain = plain_name(column.name, record)
    named = SURE - 0.01 * record.ids.index(plain) if plain in record.ids else 0.0
    if not named and plain.endswith(("id", "uuid", "guid")):
        named = LIKELY if column.looks_like_id else 0.0
    if column.looks_like_email or (named and column.distinct * 2 < column.rows):
        return 0.0
    if column.looks_like_id:
        return named or (0.3 if column.kind != "number" else 0.2)
    return named * 0.7


def fields_of(
    columns: Iterable[Column], record: KindOfRecord, taken: tuple[str, ...]
) -> dict[str, tuple[Field, Reason]]:
    """For each column the field it most likely is; every field once, flags as often as they stand."""
    offers = [
        (reason, column, field)
        for column in columns
        if column.name not in taken
        for field in record.fields
        if (reason := likeness(column, field, record))
    ]
    found: dict[str, tuple[Field, Reason]] = {}
    used: set[str] = set()
    for reason, column, field in sorted(offers, key=lambda offer: -offer[0].confidence):
        if column.name not in found and (field.name not in used or field.takes_several):
            found[column.name] = (field, reason)
            used.add(field.name)
    return found


def likeness(column: Column, field: Field, record: KindOfRecord) -> Reason | None:
    plain = plain_name(column.name, record)
    if field.type == "email" and column.looks_like_email:
        return Reason(LIKELY + 0.1 * ("mail" in plain), "holds e-mail addresses")
    if plain not in field.names:
        return None
    empty = column.missing_share == 1
    if not empty and column.kind not in FITTING.get(field.type, {column.kind}):
        return None
    if (
        field.type in {"id", "ids", "text", "word", "domain"}
        and not empty
        and column.kind in UNLIKE[field.name == "phone" or field.type in {"id", "ids"}]
    ):
        return None
    rank = field.names.index(plain)
    return Reason(round(max(MAYBE, SURE - 0.01 * rank), 2), f"is called {column.name}")


def column_mapping(
    column: Column, record: KindOfRecord, found: tuple[Field, Reason] | None, ids: tuple[str, ...]
) -> ColumnMapping:
    field = found[0] if found else None
    percent = field is not None and field.type == "share" and is_percent(column)
    return ColumnMapping(
        column=column.name,
        field=field.name if field else "",
        attribute=not (column.name in ids or (field and field.private)),
        kind=column.kind,
        number=column.number.model_copy(update={"percent": column.number.percent or percent}),
        date=column.date,
        meanings=meanings([value for value, _ in column.frequent], record.name, field.name if field else ""),
        salesforce_id=column.salesforce_id,
    )


def is_percent(column: Column) -> bool:
    values = as_numbers(pl.Series([value for value, _ in column.frequent], dtype=pl.String), column.number)
    return bool((values > 1).any())


def source_of(names: Iterable[str], filename: str) -> str:
    """The system by the columns only it has, else the name of the file."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()) for name in names}
    system = max(SYSTEMS, key=lambda name: len(SYSTEMS[name] & plain))
    if len(SYSTEMS[system] & plain) >= 2:  # noqa: PLR2004
        return system
    stem = re.sub(r"\.[a-z0-9]{2,5}$", "", filename.rpartition("/")[2], flags=re.IGNORECASE)
    return re.sub(r"[\s_-]*\d{4}[-_]?\d{2}[-_]?\d{2}.*$", "", stem)[:LONGEST_SOURCE].strip(" _-")


def follow(mapping: Mapping, understood: Understood) -> Mapping:
    """A saved mapping for this week's file: gone columns left out, new ones as guessed but never as fields taken."""
    fresh = {
        column.column: column
        for column in guess(understood, mapping.kind, source=mapping.source).mapping.columns
    }
    kept = {column.column: column for column in mapping.columns}
    columns = tuple(
        kept.get(name)
        or (
            fresh[name].model_copy(update={"field": "", "meanings": {}})
            if fresh[name].field in mapping.fields
            else fresh[name]
        )
        for name in understood.names
    )
    return mapping.model_copy(update={"columns": columns})
