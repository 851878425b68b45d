"""Criteria judged in Python on one record: each clause met, failed or unknown, and why, with the record's own values."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.criteria import moments
from portal.criteria.catalogue import KnownField
from portal.criteria.clauses import (
    ActivityClause,
    Clause,
    Criteria,
    DealsClause,
    DefinitionClause,
    EveryRecord,
    FieldClause,
    Group,
    Node,
    RolesClause,
    Scalar,
    ScoreClause,
)
from portal.criteria.facts import Facts, Known
from portal.criteria.folding import folded, spellings
from portal.criteria.ground import Ground
from portal.criteria.sentences import spoken
from portal.fields import FieldKind

Truth = bool | None
"""None is unknown."""


@dataclass(frozen=True)
class Finding:
    """What one clause came to. `inner` is the verdict of the definition it refers to."""

    clause: str
    truth: Truth
    why: str
    inner: "Verdict | None" = None


@dataclass(frozen=True)
class Verdict:
    """What criteria came to for one record, with every clause in the order they are read."""

    truth: Truth
    findings: tuple[Finding, ...]

    @property
    def met(self) -> bool:
        """What is unknown is not met."""
        return self.truth is True

    @property
    def is_unknown(self) -> bool:
        return self.truth is None


def evaluate(criteria: Criteria, facts: Facts, ground: Ground) -> Verdict:
    """Judge one record at the ground's moment; means the same as `sql.sql`."""
    if not facts.is_seen:
        unseen = "It had not been seen yet."
        return Verdict(None, tuple(Finding(clause.id, None, unseen) for clause in criteria.clauses))
    findings: list[Finding] = []
    truth = _node(criteria.root, facts, ground, findings)
    return Verdict(truth, tuple(findings))


def _node(node: Node, facts: Facts, ground: Ground, findings: list[Finding]) -> Truth:
    if isinstance(node, Group):
        parts = [_node(part, facts, ground, findings) for part in node.parts]
        return _together(node.how, parts)
    found = _clause(node, facts, ground)
    findings.append(found)
    return found.truth


def _together(how: str, parts: list[Truth]) -> Truth:
    """Kleene's "and", "or", and "not … or"."""
    if how == "all":
        return False if False in parts else None if None in parts else True
    either = True if True in parts else None if None in parts else False
    return _not(either) if how == "none" else either


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _clause(clause: Clause, facts: Facts, ground: Ground) -> Finding:
    match clause:
        case FieldClause():
            return _field(clause, facts, ground)
        case EveryRecord():
            return Finding(clause.id, truth=True, why="It is here.")
        case RolesClause():
            return _roles(clause, facts)
    subject = facts.of(clause.of)
    if subject is None:
        return Finding(clause.id, None, f"There is no {clause.of.value}.")
    match clause:
        case ActivityClause():
            return _activity(clause, subject, facts, ground)
        case DealsClause():
            return _deals(clause, subject)
        case ScoreClause():
            return _score(clause, subject)
        case DefinitionClause():
            return _definition(clause, subject, ground)


# fields


def _field(clause: FieldClause, facts: Facts, ground: Ground) -> Finding:
    known, subject = ground.fields.get(clause.field), facts.of(clause.field.of)
    if known is None:
        return Finding(clause.id, None, f"There is no field {clause.field.name} any more.")
    value = subject.values.get(clause.field) if subject else None
    return Finding(clause.id, _compared(clause, known, value, ground.as_of), _why(known, value))


def _why(known: KnownField, value: Known) -> str:
    if value is None:
        return f"{known.title} is missing."
    said = moments.day_of(int(value)).isoformat() if known.kind is FieldKind.DATE else spoken(value)
    return f"{known.title} is {said}."


def _compared(clause: FieldClause, known: KnownField, value: Known, as_of: int) -> Truth:
    if clause.test == "is_known":
        return value is not None
    if clause.test == "is_missing":
        return value is None
    match value:
        case None:
            return None
        case str():
            return _words(clause, folded(value))
        case _ if known.kind is FieldKind.DATE:
            return _date(clause, int(value), as_of)
        case _:
            return _number(clause, float(value))


def _given(clause: FieldClause) -> tuple[Scalar, ...]:
    return clause.value if isinstance(clause.value, tuple) else (clause.value or "",)


def _words(clause: FieldClause, value: str) -> bool:
    wanted = {each for text in _given(clause) for each in spellings(str(text))}
    match clause.test:
        case "contains":
            return any(each in value for each in wanted)
        case "does_not_contain":
            return not any(each in value for each in wanted)
        case test:
            return (value in wanted) is (test in {"is", "one_of"})


def _date(clause: FieldClause, value: int, as_of: int) -> bool:
    first, last = moments.bounds(clause, as_of)
    within = (first is None or value >= first) and (last is None or value <= last)
    return not within if clause.test == "is_not" else within


def _number(clause: FieldClause, value: float) -> bool:
    given = clause.value if isinstance(clause.value, tuple) else (clause.value,)
    numbers = [float(each) for each in given if each is not None]
    match clause.test:
        case "between":
            return numbers[0] <= value <= numbers[1]
        case "is" | "one_of":
            return value in numbers
        case "is_not" | "none_of":
            return value not in numbers
        case test:
            return _against(test, value, numbers[0])


def _against(test: str, value: float, bound: float) -> bool:
    match test:
        case "at_least":
            return value >= bound
        case "at_most":
            return value <= bound
        case "more_than":
            return value > bound
        case _:
            return value < bound


# what is counted


def _activity(clause: ActivityClause, subject: Facts, facts: Facts, ground: Ground) -> Finding:
    moments_of = [at for at, kind in subject.activities if _counts(clause, kind, ground)]
    since = ground.as_of - (clause.days or 0) * moments.DAY
    if clause.test in {"last_within", "last_more_than_ago"}:
        return _last(clause, moments_of, since)
    if clause.before:
        limit = facts.closed_at
        if clause.before == "opened" and facts.opened_at is not None:
            limit = facts.opened_at
        if limit is None:
            return Finding(clause.id, None, f"When the deal was {clause.before} is missing.")
        moments_of = [at for at in moments_of if at <= limit]
    elif clause.days:
        moments_of = [at for at in moments_of if at >= since]
    return Finding(clause.id, _against(clause.test, len(moments_of), clause.count), _counted(moments_of))


def _counts(clause: ActivityClause, kind: str, ground: Ground) -> bool:
    if clause.what == "any":
        return True
    if clause.what == "request":
        return ground.kinds.get(kind, (0, False))[1]
    return kind in clause.what


def _last(clause: ActivityClause, found: list[int], since: int) -> Finding:
    if not found:
        return Finding(clause.id, None, "There is none.")
    why = f"The last was on {moments.day_of(found[-1]).isoformat()}."
    return Finding(clause.id, (found[-1] >= since) is (clause.test == "last_within"), why)


def _counted(found: list[int]) -> str:
    if not found:
        return "There is none."
    last = f"the last on {moments.day_of(found[-1]).isoformat()}"
    return f"There is 1, on {last[12:]}." if len(found) == 1 else f"There are {len(found):,}, {last}."


def _number_of(found: Iterable[object]) -> str:
    count = sum(1 for _ in found)
    return "There is none." if not count else "There is 1." if count == 1 else f"There are {count:,}."


def _deals(clause: DealsClause, subject: Facts) -> Finding:
    found = [each for each in subject.deals if clause.outcome in ("any", each)]
    return Finding(clause.id, _against(clause.test, len(found), clause.count), _number_of(found))


def _roles(clause: RolesClause, facts: Facts) -> Finding:
    wanted = {each for role in clause.roles for each in spellings(role)}
    found = {person for role, person in facts.roles if not wanted or folded(role) in wanted}
    return Finding(clause.id, _against(clause.test, len(found), clause.count), _number_of(found))


# scores and other definitions


def _score(clause: ScoreClause, subject: Facts) -> Finding:
    if subject.score is None:
        return Finding(clause.id, None, "There is no score.")
    what, _, test = clause.test.partition("_")
    group, propensity = subject.score
    value = group if what == "group" else propensity
    why = f"Group {group}, propensity {propensity:.1%}."
    return Finding(clause.id, _against(test, value, clause.value), why)


def _definition(clause: DefinitionClause, subject: Facts, ground: Ground) -> Finding:
    criteria = ground.terms.get(clause.term)
    if criteria is None:
        return Finding(clause.id, None, f"The definition {clause.term} has no criteria.")
    inner = evaluate(criteria, subject, ground)
    truth = inner.truth if clause.test == "meets" else _not(inner.truth)
    said = {True: "It is met.", False: "It is not met.", None: "Whether it is met is unknown."}
    return Finding(clause.id, truth, said[inner.truth], inner)
