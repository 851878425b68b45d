"""The mapping of an import as a form: what each column can be, and reading a person's corrections."""

from typing import Any, Final

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from portal.errors import Invalid
from portal.imports.columns import Column
from portal.imports.derivations import ORDER_KINDS, REQUEST, TERMS
from portal.imports.kinds import KindOfRecord
from portal.imports.mapping import ColumnMapping, Mapping
from portal.imports.meanings import meanings
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
OUTCOMES: Final = (("open", "Open"), ("won", "Won"), ("lost", "Lost"))
MEANINGS: Final = {
    ("deals", "stage"): OUTCOMES,
    ("deals", "outcome"): OUTCOMES,
    ("people", "status"): tuple(
        (term, term.replace("_", " ").capitalize()) for term in (*TERMS, "opted_out")
    ),
    ("activities", "kind"): ((REQUEST, "A request: they came to us"),),
    ("orders", "kind"): tuple((kind, kind.capitalize()) for kind in ORDER_KINDS),
    ("", "direction"): (("inbound", "Inbound"), ("outbound", "Outbound"), ("unknown", "Unknown")),
}
"""What the values of these fields, of a kind of record or of any, can be said to mean: pairs of value and word."""
SHOWN_VALUES: Final = 40


def choices(record: KindOfRecord) -> list[tuple[str, str]]:
    """What a column can be mapped to: pairs of value and word."""
    fields = [(field.name, word(field.name)) for field in record.fields]
    return [(KEEP, "Keep as an attribute"), *sorted(fields, key=lambda pair: pair[1]), (IGNORE, "Leave out")]


def meanings_of(kind: str, field: str) -> list[tuple[str, str]]:
    """What a field's values can be said to mean; empty for a field whose values mean nothing of ours."""
    found = MEANINGS.get((kind, field)) or MEANINGS.get(("", field))
    return [("", "Nothing"), *found] if found else []


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
        values = [value for value, _ in found.frequent]
        column = column.model_copy(update={"meanings": meanings(values, record.name, field)})
    changes["date"] = column.date.model_dump() | _given(form, f"order-{place}", "order")
    changes["number"] = column.number.model_dump() | _given(form, f"decimal-{place}", "decimal")
    changes["meanings"] = _meanings(column, found, place, meanings_of(record.name, field), form)
    return ColumnMapping.model_validate(column.model_dump() | changes)


def _given(form: MultiDict[str, str], name: str, key: str) -> dict[str, str]:
    return {key: form[name]} if form.get(name) else {}


def _meanings(
    column: ColumnMapping,
    found: Column,
    place: int,
    offered: list[tuple[str, str]],
    form: MultiDict[str, str],
) -> dict[str, str]:
    """What each of the frequent values means; `means-N-M` is the M-th value of the N-th column."""
    known = {word for word, _ in offered} - {""}
    kept = column.meanings
    given = {
        value: form[name]
        for number, (value, _) in enumerate(found.frequent[:SHOWN_VALUES])
        if offered and (name := f"means-{place}-{number}") in form
    }
    return {value: word for value, word in kept.items() if value not in given} | {
        value: word for value, word in given.items() if word in known
    }
