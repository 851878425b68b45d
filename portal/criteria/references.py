"""What criteria rest on, and circles: a definition may not rest on itself, nor on a score that was learned from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.criteria.clauses import Criteria, DefinitionClause, FieldClause, FieldRef, ScoreClause
from portal.fields import Level


@dataclass(frozen=True)
class References:
    """The fields, other definitions and scores that criteria ask for."""

    fields: frozenset[FieldRef]
    terms: frozenset[str]
    scores: frozenset[Level]


def references(criteria: Criteria) -> References:
    """What the clauses themselves name; what those definitions rest on in turn is not followed."""
    clauses = criteria.clauses
    return References(
        fields=frozenset(clause.field for clause in clauses if isinstance(clause, FieldClause)),
        terms=frozenset(clause.term for clause in clauses if isinstance(clause, DefinitionClause)),
        scores=frozenset(clause.of for clause in clauses if isinstance(clause, ScoreClause)),
    )


@dataclass(frozen=True)
class Step:
    """From a definition to another it rests on; `scored`: through the score of that level, which was learned from it."""

    term: str
    scored: Level | None = None


def circle(
    term: str,
    criteria: Criteria,
    others: Mapping[str, Criteria],
    learned: Mapping[Level, frozenset[str]],
) -> list[Step]:
    """The way from a definition back to itself, were `criteria` in force for it; empty where there is none."""
    known = {**others, term: criteria}
    return _way_back(term, term, known, learned, frozenset())


def _way_back(
    now: str,
    goal: str,
    known: Mapping[str, Criteria],
    learned: Mapping[Level, frozenset[str]],
    been: frozenset[str],
) -> list[Step]:
    for step in _steps(known.get(now), learned):
        if step.term == goal:
            return [step]
        if step.term not in been and (rest := _way_back(step.term, goal, known, learned, been | {step.term})):
            return [step, *rest]
    return []


def _steps(criteria: Criteria | None, learned: Mapping[Level, frozenset[str]]) -> Iterator[Step]:
    if criteria is None:
        return
    rests = references(criteria)
    yield from map(Step, sorted(rests.terms))
    for level in sorted(rests.scores):
        for term in sorted(learned.get(level, ())):
            yield Step(term, level)
