"""Whether criteria can be judged here: their fields, values, kinds and terms are known, they run in no circle."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from portal.criteria import locking, references
from portal.criteria.catalogue import Catalogue
from portal.criteria.clauses import (
    ActivityClause,
    Clause,
    Criteria,
    DealsClause,
    DefinitionClause,
    EveryRecord,
    FieldClause,
    RolesClause,
    ScoreClause,
    level_of,
)
from portal.criteria.comparisons import COMPARISONS, Takes
from portal.criteria.parsing import Faulty, Problem, parse
from portal.criteria.references import Step
from portal.fields import FieldKind, Level


def checked(data: Any, known: Catalogue, *, term: str = "") -> Criteria:
    """Criteria from their JSON that can be judged here. Raises Faulty with everything that is wrong."""
    criteria = parse(data)
    if found := problems(criteria, known, term=term):
        raise Faulty(found)
    return criteria


def problems(criteria: Criteria, known: Catalogue, *, term: str = "") -> list[Problem]:
    """What keeps criteria from being judged; with `term`, also what keeps them from being that term's."""
    found = [
        Problem(clause.id, sentence) for clause in criteria.clauses for sentence in _wrong(clause, known)
    ]
    if not term:
        return found
    if way := references.circle(term, criteria, known.criteria, known.learned):
        found.append(Problem(None, _circle(term, way, known)))
    if term in locking.LOCKED and not locking.locked(criteria, term):
        found.append(Problem(None, locking.REFUSAL))
    return found


def _wrong(clause: Clause, known: Catalogue) -> Iterator[str]:
    of = level_of(clause)
    if of not in known.reaches:
        yield f"A {known.level.value} has no {of.value} to ask about. Choose: {_or(known.reaches)}."
        return
    match clause:
        case FieldClause():
            yield from _field(clause, known)
        case ActivityClause():
            yield from _activity(clause, known)
        case DefinitionClause():
            yield from _definition(clause, known)
        case DealsClause(of=Level.DEAL):
            yield "A deal has no deals. Ask about the deal's own outcome instead."
        case EveryRecord() if of is not known.level:
            yield f"“Every record” is about every {known.level.value} here."
        case DealsClause() | RolesClause() | ScoreClause() | EveryRecord():
            return


def _field(clause: FieldClause, known: Catalogue) -> Iterator[str]:
    field = known.fields.get(clause.field)
    if field is None:
        yield f"There is no field “{clause.field.name}” of a {clause.field.of.value}. Choose one of the list."
        return
    comparison = COMPARISONS[clause.test]
    if comparison not in field.comparisons:
        offered = ", ".join(each.words.replace(" {}", "") for each in field.comparisons)
        said = comparison.words.replace(" {}", "")
        yield f"{field.title} cannot be asked whether it “{said}”. It can: {offered}."
        return
    if comparison.takes in {Takes.NOTHING, Takes.DAYS}:
        return
    values: tuple[Any, ...] = clause.value if isinstance(clause.value, tuple) else (clause.value,)
    if any(not FITS[field.kind](value) for value in values):
        yield f"{field.title} is {NEEDS[field.kind]}"
    elif comparison.takes is Takes.PAIR and list(values) != sorted(values):
        yield f"{field.title}: “between” goes from the smaller to the larger value."


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


FITS: Final[dict[FieldKind, Callable[[Any], bool]]] = {
    FieldKind.NUMBER: lambda value: isinstance(value, float),
    FieldKind.BOOLEAN: lambda value: isinstance(value, bool),
    FieldKind.DATE: _is_day,
    FieldKind.CATEGORY: lambda value: isinstance(value, str),
    FieldKind.TEXT: lambda value: isinstance(value, str),
}
NEEDS: Final = {
    FieldKind.NUMBER: "a number. Compare it with one, such as 20.",
    FieldKind.BOOLEAN: "yes or no. Compare it with one of them.",
    FieldKind.DATE: "a date. Compare it with a day such as 2026-03-31.",
    FieldKind.CATEGORY: "a word. Compare it with one.",
    FieldKind.TEXT: "a text. Compare it with words.",
}


def _activity(clause: ActivityClause, known: Catalogue) -> Iterator[str]:
    if isinstance(clause.what, tuple):
        for name in clause.what:
            if name not in known.activity_kinds:
                yield f"There is no kind of activity “{name}”. Choose one of the list."
    if clause.before and known.level is not Level.DEAL:
        yield "Only criteria about deals can count what came before the deal was opened or closed."


def _definition(clause: DefinitionClause, known: Catalogue) -> Iterator[str]:
    term = known.terms.get(clause.term)
    if term is None:
        yield f"There is no definition “{clause.term}”. Choose one of the list."
    elif term.level is not clause.of:
        yield f"{term.name} is about a {term.level.value}, not about a {clause.of.value}."


def _circle(term: str, way: list[Step], known: Catalogue) -> str:
    def name(each: str) -> str:
        return known.terms[each].name if each in known.terms else each

    steps = [
        f"{name(step.term)} (through the score of the {step.scored.value}, learned from it)"
        if step.scored
        else name(step.term)
        for step in way
    ]
    return f"This runs in a circle: {' → '.join([name(term), *steps])}. Take one of these out."


def _or(levels: tuple[Level, ...]) -> str:
    return " or ".join(level.value for level in levels)
