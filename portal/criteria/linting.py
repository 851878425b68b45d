"""The linter: clauses that cannot be measured, never decide anything, or make two terms the same. Told before anybody signs.

It looks at records spread over all, up to 20,000, in one statement.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session

from portal.columns import STANDING, TABLES, span
from portal.criteria.catalogue import Catalogue
from portal.criteria.clauses import Clause, Criteria, FieldClause, Group, Node
from portal.criteria.ground import Ground
from portal.criteria.locking import locked
from portal.criteria.sentences import name_of, phrase
from portal.criteria.sql import Compiled, Subject
from portal.fields import Level

LOOKED_AT: Final = 20_000
FEWEST: Final = 30
"""With fewer records nothing is said."""
MISSING: Final = 0.5
SAME: Final = 0.98
APART: Final = frozenset({frozenset({"nurture", "customer"})})
"""Terms nobody is both of."""
PEOPLE: Final = {Level.PERSON: "people", Level.COMPANY: "companies", Level.DEAL: "deals"}


@dataclass(frozen=True)
class Remark:
    """What the linter says of a clause, or of the whole where there is none. `kind`: unmeasurable, undeciding, overlap."""

    clause: str | None
    kind: str
    sentence: str


@dataclass(frozen=True)
class Tally:
    """Of the records looked at, how many meet a clause, how many are unknown, and for how many it decides the verdict."""

    met: int
    unknown: int
    decides: int


@dataclass(frozen=True)
class Measured:
    """What was found in `records` of them. `both`: by other term, how many meet both, and how many meet that one."""

    records: int
    met: int
    clauses: Mapping[str, Tally]
    both: Mapping[str, tuple[int, int]]


def lint(
    session: Session, criteria: Criteria, known: Catalogue, ground: Ground, *, term: str
) -> list[Remark]:
    """Measure the criteria of a term, and say what is doubtful about them. The typed columns must be up to date."""
    return list(remarks(criteria, measured(session, criteria, known, ground, term=term), known, term=term))


def remarks(criteria: Criteria, found: Measured, known: Catalogue, *, term: str) -> Iterator[Remark]:
    """What the measures say."""
    if found.records < FEWEST:
        return
    stays = locked(criteria, term)
    for clause in criteria.clauses:
        if remark := _of_clause(clause, found, known, is_locked=clause.id in stays):
            yield remark
    yield from _overlaps(found, known, term)


def _of_clause(clause: Clause, found: Measured, known: Catalogue, *, is_locked: bool) -> Remark | None:
    tally, who = found.clauses[clause.id], PEOPLE[known.level]
    if tally.unknown > MISSING * found.records:
        share = f"{tally.unknown / found.records:.0%} of the {who}"
        what = name_of(clause.field, known) if isinstance(clause, FieldClause) else "What this asks"
        return Remark(clause.id, "unmeasurable", f"{what} is missing for {share}: this cannot be measured.")
    said = phrase(clause, known)
    if not tally.met:
        return Remark(clause.id, "undeciding", f"None of the {who} meet this: {said}.")
    if is_locked:
        return None
    if tally.met == found.records:
        return Remark(clause.id, "undeciding", f"All of the {who} meet this, so it decides nothing: {said}.")
    if found.met and not tally.decides:
        return Remark(
            clause.id, "undeciding", f"Without this the same {who} are left, so it decides nothing: {said}."
        )
    return None


def _overlaps(found: Measured, known: Catalogue, term: str) -> Iterator[Remark]:
    who = PEOPLE[known.level]
    for other, (both, theirs) in found.both.items():
        name = known.terms[other].name if other in known.terms else other
        either = found.met + theirs - both
        if both and both >= SAME * either:
            sentence = (
                f"{both / either:.0%} of those who meet this or {name} meet both: the two mean the same."
            )
            yield Remark(None, "overlap", sentence)
        elif both and frozenset({term, other}) in APART:
            yield Remark(
                None,
                "overlap",
                f"{both:,} of {found.records:,} {who} meet both this and {name}, which stand apart.",
            )


# measuring


def measured(
    session: Session, criteria: Criteria, known: Catalogue, ground: Ground, *, term: str
) -> Measured:
    """Count, over records spread over all of the level."""
    level = known.level
    compiled, base = Compiled(ground, "v"), Subject(level, "r")
    whole = compiled.node(criteria.root, base)
    clauses = {clause.id: compiled.clause(clause, base) for clause in criteria.clauses}
    without = {
        clause.id: compiled.node(rest, base) if (rest := _without(criteria.root, clause.id)) else "TRUE"
        for clause in criteria.clauses
    }
    others = {
        other: compiled.node(each.root, base)
        for other, each in ground.terms.items()
        if other != term and other in known.terms and known.terms[other].level is level and other != "target"
    }
    sums = ["COUNT(*)", _sum(f"({whole})")]
    for name, expression in clauses.items():
        sums += [_sum(f"({expression})"), f"SUM(CASE WHEN ({expression}) IS NULL THEN 1 ELSE 0 END)"]
        sums.append(f"SUM(CASE WHEN ({_met(whole)}) <> ({_met(without[name])}) THEN 1 ELSE 0 END)")
    for expression in others.values():
        sums += [_sum(f"({expression}) AND ({whole})"), _sum(f"({expression})")]
    row = iter(_row(session, level, compiled, sums))
    records, met = next(row), next(row)
    tallies = {name: Tally(next(row), next(row), next(row)) for name in clauses}
    return Measured(records, met, tallies, {other: (next(row), next(row)) for other in others})


def _row(session: Session, level: Level, compiled: Compiled, sums: list[str]) -> list[int]:
    first, last, _ = span(session, level)
    step = max(1, (last - first + 1) // LOOKED_AT)
    joins = "".join(f" {join}" for join in compiled.joins.values())
    chosen = f"r.id % {step:d} = {first % step:d} {STANDING.get(level, '')}"
    statement = f"SELECT {', '.join(sums)} FROM {TABLES[level]} r{joins} WHERE {chosen}"
    values: dict[str, Any] = compiled.values
    return [int(number or 0) for number in session.connection().execute(text(statement), values).one()]


def _sum(condition: str) -> str:
    return f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"


def _met(expression: str) -> str:
    return f"CASE WHEN ({expression}) THEN 1 ELSE 0 END"


def _without(node: Node, clause_id: str) -> Node | None:
    """The tree without one clause; None where nothing is left."""
    if not isinstance(node, Group):
        return None if node.id == clause_id else node
    parts = tuple(left for part in node.parts if (left := _without(part, clause_id)) is not None)
    return Group(node.how, parts) if parts else None
