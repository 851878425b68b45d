"""A small world that criteria are asked about: its fields, kinds of activity and terms, without a database."""

from typing import Any

from portal.criteria import Catalogue, Criteria, FieldRef, parse, shipped
from portal.criteria.catalogue import KnownField, Term
from portal.criteria.fields import OWN, REACHES
from portal.fields import FieldKind, Level

ATTRIBUTES = {
    "Visits": FieldKind.NUMBER,
    "Newsletter": FieldKind.BOOLEAN,
    "Signed up": FieldKind.DATE,
    "Segment": FieldKind.CATEGORY,
    "Notes": FieldKind.TEXT,
}
NAMES = {
    "target": "Target",
    "inquiry": "Inquiry",
    "lead": "Lead",
    "qualified_lead": "Qualified lead",
    "opportunity": "Opportunity",
}


def world(level: Level = Level.PERSON, **more: Any) -> Catalogue:
    """What criteria about a level can ask for: the portal's own fields and five attributes of people."""
    own = [
        KnownField(FieldRef(of, name), own.title, own.kind, kept=own.kept, unknown=own.unknown)
        for of in REACHES[level]
        for name, own in OWN[of].items()
    ]
    attributes = [
        KnownField(FieldRef(Level.PERSON, name, is_attribute=True), name, kind, id=number)
        for number, (name, kind) in enumerate(ATTRIBUTES.items(), 1)
    ]
    given = {
        "activity_kinds": {"Demo request": True, "Visit": False},
        "terms": {term: Term(term, name, shipped.level_of(term)) for term, name in NAMES.items()},
        "criteria": shipped.criteria(),
    }
    fields = {each.ref: each for each in [*own, *attributes]}
    return Catalogue(level=level, fields=fields, **(given | more))


def clause(name: str, kind: str = "field", of: str = "person", **said: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "of": of, **said}


ASKED = clause("asked", "activity", what="request", test="at_least", count=1)


def all_of(*parts: Any) -> dict[str, Any]:
    return {"version": 1, "root": {"all": list(parts)}}


def criteria(*parts: Any) -> Criteria:
    return parse(all_of(*parts))
