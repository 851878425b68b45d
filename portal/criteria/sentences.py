"""Criteria read back: one plain English sentence, and one for each clause."""

from collections.abc import Sequence
from typing import Final

from portal.criteria.catalogue import Catalogue
from portal.criteria.clauses import (
    ActivityClause,
    Clause,
    Criteria,
    DealsClause,
    DefinitionClause,
    EveryRecord,
    FieldClause,
    FieldRef,
    Group,
    Node,
    RolesClause,
    Scalar,
    ScoreClause,
    Value,
)
from portal.criteria.comparisons import COMPARISONS, SCORES, Takes

MISSING: Final = "where a value is missing nobody can say so, and it counts as not met"


def sentence(criteria: Criteria, known: Catalogue) -> str:
    """One sentence that says who or what meets the criteria."""
    return f"A {known.level.value} meets this if {_group(criteria.root, known, is_outer=True)}."


def clause_sentence(clause: Clause, known: Catalogue) -> str:
    """One clause as a sentence of its own."""
    said = phrase(clause, known)
    return f"{said[0].upper()}{said[1:]}."


def _group(group: Group, known: Catalogue, *, is_outer: bool = False) -> str:
    parts = [_node(part, known) for part in group.parts]
    if group.how == "none":
        said = f"none of these holds ({MISSING}): {_listed(parts, 'or')}"
    elif len(parts) == 1:
        return parts[0]
    else:
        said = _listed(parts, "and") if group.how == "all" else f"either {_listed(parts, 'or')}"
    return said if is_outer else f"({said})"


def _node(node: Node, known: Catalogue) -> str:
    return _group(node, known) if isinstance(node, Group) else phrase(node, known)


def phrase(clause: Clause, known: Catalogue) -> str:
    """What a clause asks, to stand within a sentence."""
    match clause:
        case FieldClause():
            return _field(clause, known)
        case ActivityClause():
            return _activity(clause, known)
        case ScoreClause():
            value = f"{clause.value:.0%}" if clause.test.startswith("prop") else f"{clause.value:g}"
            return f"the {clause.of.value} {SCORES[clause.test].format(value)}"
        case DefinitionClause():
            name = known.terms[clause.term].name if clause.term in known.terms else clause.term
            verb = "meets" if clause.test == "meets" else "does not meet"
            return f"the {clause.of.value} {verb} the definition {name}"
        case DealsClause():
            which = "" if clause.outcome == "any" else f"{clause.outcome} "
            return f"the {clause.of.value} has {_count(clause.test, clause.count, f'{which}deal')}"
        case EveryRecord():
            return f"the {clause.of.value} is here at all"
        case RolesClause():
            who = f" as {_listed([_quoted(each) for each in clause.roles], 'or')}" if clause.roles else ""
            return f"the deal has {_people(clause)}{who}"


def _people(clause: RolesClause) -> str:
    return _count(clause.test, clause.count, "person").replace("persons", "people")


def name_of(ref: FieldRef, known: Catalogue) -> str:
    """A field's title, with whose it is where that is not plain."""
    title = known.fields[ref].title if ref in known.fields else ref.name
    return title if ref.of is known.level else f"the {ref.of.value}'s {title}"


def _field(clause: FieldClause, known: Catalogue) -> str:
    comparison, name = COMPARISONS[clause.test], name_of(clause.field, known)
    return f"{name} {comparison.words.format(_value(comparison.takes, clause.value))}"


def _value(takes: Takes, value: Value) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return _listed([spoken(each) for each in value], "and" if takes is Takes.PAIR else "or")
        case _ if takes is Takes.DAYS:
            return _days(int(value))
        case _:
            return spoken(value)


def spoken(value: Scalar) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.15g}" if isinstance(value, int | float) else _quoted(value)


def _quoted(text: str) -> str:
    return f"“{text}”"


def _activity(clause: ActivityClause, known: Catalogue) -> str:
    what = _what(clause)
    of = "" if clause.of is known.level else f" of the {clause.of.value}"
    if clause.test == "last_within":
        return f"the last {what}{of} was within the last {_days(clause.days or 0)}"
    if clause.test == "last_more_than_ago":
        return f"the last {what}{of} was more than {_days(clause.days or 0)} ago"
    window = f" in the last {_days(clause.days)}" if clause.days else ""
    if clause.before:
        window = f" before the deal was {clause.before}"
    return f"there {_be(clause)} {_count(clause.test, clause.count, what)}{of}{window}"


def _be(clause: ActivityClause) -> str:
    return "is" if clause.count == 1 else "are"


def _what(clause: ActivityClause) -> str:
    if isinstance(clause.what, tuple):
        return f"activity of the kind {_listed([_quoted(each) for each in clause.what], 'or')}"
    return "inbound request" if clause.what == "request" else "activity"


def _count(test: str, count: int, thing: str) -> str:
    head, _, rest = thing.partition(" of the kind ")
    many = head if count == 1 else (f"{head[:-1]}ies" if head.endswith("y") else f"{head}s")
    said = f"{many} of the kind {rest}" if rest else many
    if test == "at_most" and count == 0:
        return f"no {said}"
    return f"{'at least' if test == 'at_least' else 'at most'} {count:,} {said}"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _listed(parts: Sequence[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
