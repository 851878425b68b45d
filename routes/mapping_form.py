"""The mapping of an import as a form: what each column can be, and reading a person's corrections."""

from typing import Any, Final

from werkzeug.datastructures import MultiDict

from portal.imports.dates import DateStyle
from portal.imports.kinds import KindOfRecord
from portal.imports.mapping import ColumnMapping, Mapping
from portal.imports.numerals import NumberStyle
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
    """The mapping with what a person chose in the form; a field the form does not have stays as it is."""
    ids = tuple(name for name in form.getlist("id_columns") if name in understood.names)
    columns = tuple(
        _column(mapping.column(name), place, mapping.record, form)
        for place, name in enumerate(understood.names)
    )
    return mapping.model_copy(
        update={
            "source": form.get("source", mapping.source).strip()[:100],
            "id_columns": ids if "id_columns" in form else mapping.id_columns,
            "natural_key": len(ids) > 1,
            "currency": form.get("currency", mapping.currency).strip().upper(),
            "time_zone": form.get("time_zone", mapping.time_zone).strip(),
            "direction": form.get("direction", mapping.direction),
            "columns": columns,
        }
    )


def _column(
    column: ColumnMapping, place: int, record: KindOfRecord, form: MultiDict[str, str]
) -> ColumnMapping:
    to = form.get(f"to-{place}", chosen(column))
    field = "" if to in {KEEP, IGNORE} else to
    changes: dict[str, Any] = {"field": field, "kind": form.get(f"kind-{place}", column.kind)}
    if to != chosen(column):
        is_private = field in record.field_names and record.field(field).private
        changes["attribute"] = to != IGNORE and not is_private
    changes["date"] = DateStyle(**column.date.model_dump() | _given(form, f"order-{place}", "order"))
    changes["number"] = NumberStyle(
        **column.number.model_dump() | _given(form, f"decimal-{place}", "decimal")
    )
    changes["meanings"] = _meanings(column, place, field, form)
    return column.model_validate(column.model_dump() | changes)


def _given(form: MultiDict[str, str], name: str, key: str) -> dict[str, str]:
    return {key: form[name]} if form.get(name) else {}


def _meanings(column: ColumnMapping, place: int, field: str, form: MultiDict[str, str]) -> dict[str, str]:
    """Pairs of value-N-M and means-N-M; only words that the field knows are taken."""
    known = {value for value, _ in MEANINGS.get(field, [])} - {""}
    meanings = {value: meaning for value, meaning in column.meanings.items() if meaning in known}
    for name in form:
        if name.startswith(f"value-{place}-"):
            meaning = form.get(name.replace("value-", "means-", 1), "")
            meanings.pop(form[name], None)
            if meaning in known:
                meanings[form[name]] = meaning
    return meanings
