"""The mapping of an import as a form: what each column can be, and reading a person's corrections."""

from typing import Any, Final

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from portal.errors import Invalid
from portal.imports.columns import Column
from portal.imports.guessing import meanings
from portal.imports.kinds import KindOfRecord
from portal.imports.mapping import ColumnMapping, Mapping
from portal.imports.understanding import Understood

KEEP: Final = "attribute"
IGNORE: Final = "ignore"
WORDS: Final = {
    "company_external_id": "Id of the company",
    "person_external_id": "Id of the person",
    "owner_external_id": "Id of the owner",
    "created_at": "Created on",
    "expected_close_on": "Expected close date",
    "closed_at": "Closed on",
    "opted_out": "Opted out",
    "opted_out_at": "Opted out on",
    "customer": "Is a customer",
    "customer_at": "Customer since",
    "is_won": "Is won",
    "is_closed": "Is closed",
    "name": "Name, in one",
    "source": "Source, the channel",
    "email": "E-mail",
}
MEANINGS: Final = {
    "stage": [("", "Nothing"), ("open", "Open"), ("won", "Won"), ("lost", "Lost")],
    "outcome": [("", "Nothing"), ("open", "Open"), ("won", "Won"), ("lost", "Lost")],
    "status": [("", "Nothing"), ("customer", "Customer"), ("opted_out", "Opted out")],
    "direction": [("", "Nothing"), ("inbound", "Inbound"), ("outbound", "Outbound"), ("unknown", "Unknown")],
}
"""What the values of these fields can be said to mean."""
SHOWN_VALUES: Final = 40


def choices(record: KindOfRecord) -> list[tuple[str, str]]:
    """What a column can be mapped to: pairs of value and word."""
    fields = [(field.name, word(field.name)) for field in record.fields]
    return [(KEEP, "Keep as an attribute"), *sorted(fields, key=lambda pair: pair[1]), (IGNORE, "Leave out")]


def word(field: str) -> str:
    return WORDS.get(field, field.replace("_", " ").capitalize())


def chosen(column: ColumnMapping) -> str:
    """What the form shows for a column."""
    return column.field or (KEEP if column.attribute else IGNORE)


def corrected(mapping: Mapping, understood: Understood, form: MultiDict[str, str]) -> Mapping:
    """The mapping with what a person chose in the form; a field the form does not have stays as it is.

    Raises Invalid for a choice that was not offered.
    """
    try:
        columns = tuple(
            _column(mapping.column(column.name), place, mapping.record, column, form)
            for place, column in enumerate(understood.columns)
        )
    except ValidationError as error:
        raise Invalid("A choice in the form is none of those offered. Open the page again.") from error
    ids = _ids(mapping, understood, form)
    return mapping.model_copy(
        update={
            "source": form.get("source", mapping.source).strip(),
            "id_columns": ids,
            "natural_key": len(ids) > 1,
            "currency": form.get("currency", mapping.currency).strip().upper(),
            "time_zone": form.get("time_zone", mapping.time_zone).strip(),
            "direction": form.get("direction", mapping.direction),
            "columns": columns,
        }
    )


def _ids(mapping: Mapping, understood: Understood, form: MultiDict[str, str]) -> tuple[str, ...]:
    """The id's column; with further ones ticked, a natural key of all, in the order of the file."""
    if "id_columns" not in form:
        return mapping.id_columns
    chosen = set(form.getlist("id_columns"))
    return tuple(name for name in understood.names if name in chosen)


def _column(
    column: ColumnMapping, place: int, record: KindOfRecord, found: Column, form: MultiDict[str, str]
) -> ColumnMapping:
    to = form.get(f"to-{place}", chosen(column))
    field = "" if to in {KEEP, IGNORE} else to
    changes: dict[str, Any] = {"field": field, "kind": form.get(f"kind-{place}", column.kind)}
    if to != chosen(column):
        known = record.field(field) if field in record.field_names else None
        changes["attribute"] = to != IGNORE and not (known and known.private)
        column = column.model_copy(update={"meanings": meanings(found, record, known)})
    changes["date"] = column.date.model_dump() | _given(form, f"order-{place}", "order")
    changes["number"] = column.number.model_dump() | _given(form, f"decimal-{place}", "decimal")
    changes["meanings"] = _meanings(column, found, place, field, form)
    return ColumnMapping.model_validate(column.model_dump() | changes)


def _given(form: MultiDict[str, str], name: str, key: str) -> dict[str, str]:
    return {key: form[name]} if form.get(name) else {}


def _meanings(
    column: ColumnMapping, found: Column, place: int, field: str, form: MultiDict[str, str]
) -> dict[str, str]:
    """What each of the frequent values means; `means-N-M` is the M-th value of the N-th column."""
    known = {word for word, _ in MEANINGS.get(field, [])} - {""}
    kept = column.meanings
    given = {
        value: form.get(f"means-{place}-{number}", kept.get(value, ""))
        for number, (value, _) in enumerate(found.frequent[:SHOWN_VALUES])
    }
    return {value: meaning for value, meaning in (kept | given).items() if meaning in known}
