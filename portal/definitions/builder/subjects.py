"""What a clause can be about: the choices of its first control, grouped as people look for them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from portal.criteria import Catalogue
from portal.criteria.comparisons import OUTCOMES
from portal.db import canonical
from portal.fields import Level

SUBJECT: Final = {
    "field": ("of", "field", "attribute"),
    "activity": ("of", "what"),
    "score": ("of",),
    "definition": ("of", "term"),
    "deals": ("of", "outcome"),
    "roles": ("roles",),
    "every": ("of",),
}
"""By type of clause the keys that say what it is about; the others say what is asked of it."""

LEVELS: Final = {Level.PERSON: "Person", Level.COMPANY: "Company", Level.DEAL: "Deal"}
ASKED: Final = {"request": "Inbound requests", "any": "Activities of any kind"}
DEALS: Final = {"any": "Deals", "open": "Open deals", "won": "Won deals", "lost": "Lost deals"}

Options = list[tuple[str, list[tuple[str, str]]]]


def subject_of(clause: Mapping[str, Any]) -> str:
    """What a clause is about, as the value of its control; "" for one that is about nothing yet."""
    if clause.get("type") not in SUBJECT:
        return ""
    kept = {"type": clause["type"], **{key: clause[key] for key in SUBJECT[clause["type"]] if key in clause}}
    return canonical(kept)


def subject_from(chosen: str) -> dict[str, Any]:
    """The part of a clause that a chosen value stands for; empty for what no control offers."""
    try:
        found = json.loads(chosen)
    except ValueError:
        return {}
    if not isinstance(found, dict) or not isinstance(kind := found.get("type"), str) or kind not in SUBJECT:
        return {}
    return {key: found[key] for key in ("type", *SUBJECT[kind]) if key in found}


def options(known: Catalogue, term: str) -> Options:
    """Everything criteria of a term can ask about."""
    groups = [*_fields(known), ("What happened", list(_doings(known))), ("Deals", list(_deals(known)))]
    groups += [
        ("Roles on the deal", list(_roles(known))),
        ("Other definitions", list(_terms(known, term))),
        ("Scores", [(_of(level, "score"), f"Score of the {level.value}") for level in known.reaches]),
        ("Everything", [(_of(known.level, "every"), f"Every {known.level.value}, whoever it is")]),
    ]
    return [group for group in groups if group[1]]


def _fields(known: Catalogue) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for level in known.reaches:
        for is_attribute, title in (
            (False, LEVELS[level]),
            (True, f"{LEVELS[level]}, as your source has it"),
        ):
            found = [
                each
                for each in known.fields.values()
                if each.ref.of is level and each.ref.is_attribute is is_attribute
            ]
            yield title, [(canonical({"type": "field", **each.ref.data}), _cut(each.title)) for each in found]


def _doings(known: Catalogue) -> Iterator[tuple[str, str]]:
    for level in known.reaches:
        of = "" if level is known.level else f" of the {level.value}"
        for what, word in ASKED.items():
            yield canonical({"type": "activity", "of": level.value, "what": what}), f"{word}{of}"
        for name in known.activity_kinds:
            yield canonical({"type": "activity", "of": level.value, "what": [name]}), _cut(f"{name}{of}")


def _deals(known: Catalogue) -> Iterator[tuple[str, str]]:
    for level in known.reaches:
        if level is not Level.DEAL:
            for outcome in OUTCOMES:
                value = canonical({"type": "deals", "of": level.value, "outcome": outcome})
                yield value, f"{DEALS[outcome]} of the {level.value}"


def _roles(known: Catalogue) -> Iterator[tuple[str, str]]:
    if known.level is Level.DEAL:
        yield canonical({"type": "roles", "roles": []}), "People in any role"
        for role in known.roles:
            yield canonical({"type": "roles", "roles": [role]}), _cut(f"People who are {role}")


def _terms(known: Catalogue, term: str) -> Iterator[tuple[str, str]]:
    for each in known.terms.values():
        if each.level in known.reaches and each.term != term:
            value = canonical({"type": "definition", "of": each.level.value, "term": each.term})
            yield value, f"{each.name} (of the {each.level.value})"


def _of(level: Level, kind: str) -> str:
    return canonical({"type": kind, "of": level.value})


def _cut(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
