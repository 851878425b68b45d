"""The content of a version as people type it, and as it is kept."""

import json
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, Field
from sqlmodel import Session

from portal import criteria, working_time
from portal.accounts import Function
from portal.criteria import Catalogue
from portal.criteria.catalogue import values_seen
from portal.db import canonical
from portal.definitions import examples, fields
from portal.definitions.builder import asking, reading, tree
from portal.definitions.tables import Definition, DefinitionVersion
from portal.errors import Invalid
from portal.fields import Level
from portal.signing import BOTH
from portal.working_time import WorkingTime

HOURS: Final = "Use a number of working hours, such as 4."
CLOCK: Final = "Use a time of day, such as 09:00."
TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _country(code: str) -> str:
    if code and code not in working_time.countries():
        raise ValueError("Choose a country of the list.")
    return code


def _zone(name: str) -> str:
    if name not in working_time.zones():
        raise ValueError("Choose a time zone of the list.")
    return name


Hours = Annotated[float | None, Field(gt=0, le=2000, json_schema_extra={"say": HOURS})]
Clock = Annotated[str, Field(pattern=TIME, json_schema_extra={"say": CLOCK})]


class Draft(BaseModel):
    """A version as people type one; lists one item a line. `criteria` is JSON."""

    wording: str = Field("", max_length=20_000)
    why: str = Field("", max_length=2000)
    criteria: str = Field("", max_length=200_000)
    owner: str = Field("", pattern="^(|sales|marketing)$")
    sales_owes: str = Field("", max_length=1000)
    sales_within: Hours = None
    marketing_owes: str = Field("", max_length=1000)
    marketing_within: Hours = None
    opens: Clock = "09:00"
    closes: Clock = "17:00"
    days: str = Field(
        "0\n1\n2\n3\n4", pattern="^[0-6](\n[0-6]){0,6}$", json_schema_extra={"say": "Choose days."}
    )
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    country: Annotated[str, AfterValidator(_country)] = ""
    required_fields: str = Field("", max_length=20_000)
    examples: str = Field("", max_length=20_000)
    counterexamples: str = Field("", max_length=20_000)


def texts(version: DefinitionVersion) -> dict[str, str]:
    """What the form of a version holds."""
    working = working_of(version)
    return {
        "wording": version.wording,
        "why": version.why,
        "criteria": canonical(tree.plain(version.criteria or tree.blank())),
        "owner": version.owner,
        **{name: text for function in BOTH for name, text in _duty_texts(version, function)},
        "opens": f"{working.opens:%H:%M}",
        "closes": f"{working.closes:%H:%M}",
        "days": "\n".join(map(str, working.days)),
        "zone": working.zone,
        "country": working.country,
        "required_fields": "\n".join(version.required_fields),
        **examples.texts(version.examples),
    }


def content(session: Session, definition: Definition, draft: Draft, known: Catalogue) -> dict[str, Any]:
    """What is kept of a draft. Raises Invalid; criteria may be unfinished, but never without the locked clause."""
    if draft.opens >= draft.closes:
        raise Invalid("The working day ends before it begins. Mend one of both times.")
    asked = tree_of(draft.criteria)
    reading.refuse_unlocked(asked, definition.term)
    return {
        "wording": draft.wording,
        "why": draft.why,
        "criteria": asked,
        "rule": reading.read(asked, known, definition.term).sentence,
        "owner": draft.owner,
        "duties": _duties(draft),
        "working_time": _working(draft),
        "required_fields": draft.required_fields.splitlines(),
        "examples": examples.read(session, definition.level, draft.examples, draft.counterexamples),
    }


def _working(draft: Draft) -> dict[str, Any]:
    """Nothing for the usual time: what nobody chose is no change."""
    given = {
        "opens": draft.opens,
        "closes": draft.closes,
        "days": sorted({int(day) for day in draft.days.splitlines()}),
        "zone": draft.zone,
        "country": draft.country,
    }
    return {} if _working_time(given) == WorkingTime() else given


def tree_of(text: str) -> tree.Tree:
    """The tree of criteria that a form carries. Raises Invalid."""
    try:
        found = json.loads(text or "null") or tree.blank()
    except ValueError as error:
        raise Invalid(tree.GONE) from error
    is_tree = isinstance(found, dict) and isinstance(found.get("root"), dict)
    if not is_tree or tree.how_of(found["root"]) is None:
        raise Invalid(tree.GONE)
    return dict(found)


def working_of(version: DefinitionVersion) -> WorkingTime:
    """The working time that a version's promises are reckoned in."""
    return _working_time(version.working_time) if version.working_time else WorkingTime()


def promises_hours(version: DefinitionVersion) -> bool:
    """Whether a side promised something within working hours."""
    return any(duty.get("within_hours") for duty in version.duties.values())


def _working_time(kept: Mapping[str, Any]) -> WorkingTime:
    return WorkingTime(
        time.fromisoformat(kept["opens"]),
        time.fromisoformat(kept["closes"]),
        tuple(kept["days"]),
        kept["zone"],
        kept["country"],
    )


def words_of(definition: Definition, name: str, text: str, known: Catalogue) -> str:
    """One text of the form as people read it."""
    match name:
        case "criteria":
            return reading.read(tree_of(text), known, definition.term).sentence
        case "days":
            return ", ".join(working_time.WEEKDAYS[int(day)] for day in text.splitlines())
        case "required_fields":
            return ", ".join(fields.words(key, known) for key in text.splitlines())
        case _:
            return text


def values_of(session: Session, subject: Mapping[str, Any]) -> list[str]:
    """The values seen of the field that a clause's subject names; none for anything else."""
    if subject.get("type") != "field" or subject.get("of") not in list(Level):
        return []
    known = criteria.catalogue(session, Level(subject["of"]))
    found = known.fields.get(asking.ref_of(subject))
    return values_seen(session, found) if found else []


def refuse_unfinished(definition: Definition, version: DefinitionVersion, known: Catalogue) -> None:
    """Raises Invalid for criteria that cannot be judged, with everything that is wrong with them."""
    asked = version.criteria or tree.blank()
    read = reading.read(asked, known, definition.term)
    if not read.is_usable:
        words = " ".join(sentence for found in read.problems.values() for sentence in found)
        raise Invalid(f"The criteria are not finished. {words}".strip())


def _duty_texts(version: DefinitionVersion, function: Function) -> list[tuple[str, str]]:
    duty = version.duties.get(function, {})
    hours = duty.get("within_hours")
    return [
        (f"{function}_owes", duty.get("owes", "")),
        (f"{function}_within", "" if hours is None else f"{hours:g}"),
    ]


def _duties(draft: Draft) -> dict[str, Any]:
    given: Mapping[Function, tuple[str, float | None]] = {
        Function.SALES: (draft.sales_owes, draft.sales_within),
        Function.MARKETING: (draft.marketing_owes, draft.marketing_within),
    }
    for function, (owes, within) in given.items():
        if within is not None and not owes:
            raise Invalid(f"Say what {function} owes within {within:g} hours.")
    return {
        function.value: {"owes": owes, "within_hours": within}
        for function, (owes, within) in given.items()
        if owes
    }


def catalogue(session: Session, definition: Definition) -> Catalogue:
    """What the criteria of a term can ask for, with those of the others that are in force."""
    return criteria.catalogue(session, Level(definition.level))
