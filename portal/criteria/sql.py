"""Criteria as SQL: one expression over the typed columns, in the three values SQL itself knows; null is unknown.

Both databases follow Kleene in AND, OR and NOT, and a comparison with null is null: the meaning of missing comes by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from portal.columns import STANDING, TABLES
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
    ScoreClause,
    walk,
)
from portal.criteria.fields import Kept
from portal.criteria.folding import spellings
from portal.criteria.ground import Ground
from portal.criteria.history import Past
from portal.db import MONEY_SCALE
from portal.fields import FieldKind, Level

UNKNOWN: Final = "CAST(NULL AS BOOLEAN)"
NEVER: Final = "1 = 0"
LINKS: Final = {
    (Level.PERSON, Level.COMPANY): "company_id",
    (Level.DEAL, Level.PERSON): "person_id",
    (Level.DEAL, Level.COMPANY): "company_id",
}
FAILED, MET, NOT_KNOWN = 0, 1, 2
"""What a verdict is kept as."""


@dataclass(frozen=True)
class Query:
    """A statement for `sqlalchemy.text`, and what to bind; what `where` names is the caller's to bind."""

    text: str
    values: dict[str, Any]


RANGE: Final = "r.id BETWEEN :first AND :last"


def sql(criteria: Criteria, level: Level, ground: Ground, *, where: str = RANGE, prefix: str = "v") -> Query:
    """Judges the records `r` of a level that `where` chooses: rows of `record_id`, `verdict` (1 met, 0 failed, 2 unknown).

    `prefix` begins the names of what is bound: statements that stand within one another need different ones.
    """
    compiled = Compiled(ground, prefix)
    base = Subject(level, "r")
    expression = compiled.node(criteria.root, base)
    judged = _judged(expression, is_sqlite=ground.is_sqlite)
    verdict = judged
    if ground.is_past:
        verdict = f"CASE WHEN {compiled.past(base).was_seen} THEN {judged} ELSE {NOT_KNOWN} END"
    joins = "".join(f" {join}" for join in compiled.joins.values())
    return Query(
        f"SELECT r.id AS record_id, {verdict} AS verdict FROM {TABLES[level]} r{joins} "
        f"WHERE {where} {STANDING.get(level, '')}",
        compiled.values,
    )


def _judged(expression: str, *, is_sqlite: bool) -> str:
    """The verdict. SQLite looks no further than needed only where an expression decides a branch, so there it stands in two."""
    if is_sqlite:
        return (
            f"CASE WHEN ({expression}) THEN {MET} WHEN NOT ({expression}) THEN {FAILED} ELSE {NOT_KNOWN} END"
        )
    return f"CASE ({expression}) WHEN TRUE THEN {MET} WHEN FALSE THEN {FAILED} ELSE {NOT_KNOWN} END"


def attributed(criteria: Criteria, ground: Ground) -> set[Level]:
    """The levels whose typed columns the statement reads: they have to be fresh."""
    return attributed_by(criteria, ground.terms)


def attributed_by(criteria: Criteria, terms: Mapping[str, Criteria]) -> set[Level]:
    """The same, where other definitions are judged by `terms`."""
    found: set[Level] = set()
    for clause in walk(criteria.root):
        if isinstance(clause, FieldClause) and clause.field.is_attribute:
            found.add(clause.field.of)
        if isinstance(clause, DefinitionClause) and (inner := terms.get(clause.term)):
            found |= attributed_by(inner, terms)
    return found


@dataclass(frozen=True)
class Subject:
    """The record a clause is about: its level, and what its table is called in the statement."""

    level: Level
    alias: str


@dataclass
class Compiled:
    """Gathers joins and values while a tree is spelled."""

    ground: Ground
    prefix: str
    joins: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def bound(self, values: Sequence[Any]) -> str:
        return ", ".join(map(self.bind, values))

    def node(self, node: Node, base: Subject) -> str:
        if not isinstance(node, Group):
            return self.clause(node, base)
        parts = f" {'AND' if node.how == 'all' else 'OR'} ".join(
            f"({self.node(part, base)})" for part in sorted(node.parts, key=_cost)
        )
        return f"NOT ({parts})" if node.how == "none" else parts

    def clause(self, clause: Clause, base: Subject) -> str:
        match clause:
            case FieldClause():
                return self.field(clause, base)
            case ActivityClause():
                return self.activity(clause, base)
            case ScoreClause():
                return self.score(clause, base)
            case DefinitionClause():
                return self.definition(clause, base)
            case DealsClause():
                return self.deals(clause, base)
            case RolesClause():
                return self.roles(clause, base)
            case EveryRecord():
                return "TRUE"

    def subject(self, of: Level, base: Subject) -> Subject:
        """The record itself, or the person or company it belongs to."""
        if of is base.level:
            return base
        alias = f"{base.alias}_{of.value}"
        subject = Subject(of, alias)
        if alias not in self.joins:
            link = self.own(base, LINKS[base.level, of], Kept.INSTANT)
            seen = f" AND {self.past(subject).was_seen}" if self.ground.is_past else ""
            self.joins[alias] = f"LEFT JOIN {TABLES[of]} {alias} ON {alias}.id = {link}{seen}"
        return subject

    def past(self, subject: Subject) -> Past:
        moment = self.bind(self.ground.as_of)
        return Past(subject.level, subject.alias, moment, self.ground.is_sqlite)

    def own(self, subject: Subject, column: str, kept: Kept) -> str:
        """A column of ours, as it is or was."""
        current = f"{subject.alias}.{column}"
        if not self.ground.is_past:
            return current
        past = self.past(subject)
        value = past.value(current, self.bind(column), past.plain(kept))
        return past.stage(value) if (subject.level, column) == (Level.DEAL, "stage") else value

    def if_there(self, subject: Subject, base: Subject, expression: str) -> str:
        """What is asked of a record that is not there is unknown."""
        if subject == base:
            return expression
        return f"CASE WHEN {subject.alias}.id IS NOT NULL THEN ({expression}) END"

    # fields

    def field(self, clause: FieldClause, base: Subject) -> str:
        known = self.ground.fields.get(clause.field)
        if known is None:
            return UNKNOWN
        value = self.value(known, self.subject(clause.field.of, base))
        if clause.test == "is_known":
            return f"{value} IS NOT NULL"
        if clause.test == "is_missing":
            return f"{value} IS NULL"
        match known.kind:
            case FieldKind.CATEGORY | FieldKind.TEXT:
                return self.words(clause, value)
            case FieldKind.DATE:
                return self.date(clause, value)
            case _:
                return self.number(clause, value)

    def value(self, known: KnownField, subject: Subject) -> str:
        """A field's value: doubles for numbers and booleans, microseconds for dates, texts as they stand."""
        if known.id is not None:
            return _typed(self.attribute(known, subject), known.kind)
        column = self.own(subject, known.ref.name, known.kept or Kept.TEXT)
        match known.kept:
            case Kept.MONEY:
                return f"(CAST({column} AS DOUBLE PRECISION) / {MONEY_SCALE}.0)"
            case Kept.DAY if self.ground.is_sqlite:
                return f"(CAST(julianday({column}) - 2440587.5 AS INTEGER) * {moments.DAY})"
            case Kept.DAY:
                return f"(({column} - DATE '1970-01-01') * CAST({moments.DAY} AS BIGINT))"
            case Kept.TEXT:
                plain = f"NULLIF({column}, '')"
                return f"NULLIF({plain}, '{known.unknown}')" if known.unknown else plain
            case _:
                return column

    def attribute(self, known: KnownField, subject: Subject) -> str:
        current = f"{self.columns(subject)}.f{known.id}"
        if not self.ground.is_past:
            return current
        past = self.past(subject)
        name = self.bind(known.ref.name)
        return past.value(current, name, past.attribute(known.kind), is_attribute=True)

    def columns(self, subject: Subject) -> str:
        alias = f"{subject.alias}_c"
        there = f"LEFT JOIN columns_{subject.level.value} {alias} ON {alias}.record_id = {subject.alias}.id"
        self.joins.setdefault(alias, there)
        return alias

    def words(self, clause: FieldClause, value: str) -> str:
        folding = f"lower({value})" if self.ground.is_sqlite else f'lower({value} COLLATE "C")'
        given = clause.value if isinstance(clause.value, tuple) else (clause.value,)
        wanted = sorted({each for text in given for each in spellings(str(text))})
        if clause.test in {"contains", "does_not_contain"}:
            find = "instr" if self.ground.is_sqlite else "strpos"
            found = " OR ".join(f"{find}({folding}, {self.bind(each)}) > 0" for each in wanted)
            return f"NOT ({found})" if clause.test == "does_not_contain" else found
        negated = "NOT " if clause.test in {"is_not", "none_of"} else ""
        return f"{folding} {negated}IN ({self.bound(wanted)})"

    def number(self, clause: FieldClause, value: str) -> str:
        given = clause.value if isinstance(clause.value, tuple) else (clause.value,)
        numbers = [float(each) for each in given if each is not None]
        match clause.test:
            case "between":
                return f"{value} BETWEEN {self.bind(numbers[0])} AND {self.bind(numbers[1])}"
            case "one_of" | "none_of":
                negated = "NOT " if clause.test == "none_of" else ""
                return f"{value} {negated}IN ({self.bound(numbers)})"
            case test:
                return f"{value} {OPERATORS[test]} {self.bind(numbers[0])}"

    def date(self, clause: FieldClause, value: str) -> str:
        first, last = moments.bounds(clause, self.ground.as_of)
        if first is None or last is None:
            bound = f"<= {self.bind(last)}" if first is None else f">= {self.bind(first)}"
            return f"{value} {bound}"
        negated = "NOT " if clause.test == "is_not" else ""
        return f"{value} {negated}BETWEEN {self.bind(first)} AND {self.bind(last)}"

    # what is counted

    def activity(self, clause: ActivityClause, base: Subject) -> str:
        subject = self.subject(clause.of, base)
        return self.if_there(subject, base, self.counted(clause, subject, base))

    def counted(self, clause: ActivityClause, subject: Subject, base: Subject) -> str:
        where = [f"a.{clause.of.value}_id = {subject.alias}.id", f"a.at <= {self.bind(self.ground.as_of)}"]
        kinds = self.ground.kind_ids(clause.what)
        if kinds is not None:
            where.append(f"a.kind_id IN ({', '.join(map(str, kinds))})" if kinds else NEVER)
        since = self.ground.as_of - (clause.days or 0) * moments.DAY
        if clause.test in LAST:
            last = f"(SELECT MAX(a.at) FROM activity a WHERE {' AND '.join(where)})"
            return f"{last} {LAST[clause.test]} {self.bind(since)}"
        if clause.days:
            where.append(f"a.at >= {self.bind(since)}")
        if not clause.before:
            return self.enough("activity a", where, clause.test, clause.count)
        closed = self.own(base, "closed_at", Kept.INSTANT)
        limit = closed
        if clause.before == "opened":
            limit = f"COALESCE({self.own(base, 'opened_at', Kept.INSTANT)}, {closed})"
        where.append(f"a.at <= {limit}")
        enough = self.enough("activity a", where, clause.test, clause.count)
        return f"CASE WHEN {limit} IS NOT NULL THEN {enough} END"

    def enough(self, table: str, where: Sequence[str], test: str, count: int) -> str:
        """Whether there are so many rows, looking at no more of them than needed."""
        needed = count if test == "at_least" else count + 1
        rows = f"SELECT 1 FROM {table} WHERE {' AND '.join(where)}"
        found = f"EXISTS ({rows})"
        if not self.ground.is_sqlite:
            found = f"(({rows} LIMIT 1) IS NOT NULL)"  # PostgreSQL would read the whole table for each range
        if needed > 1:
            found = f"(SELECT COUNT(*) FROM ({rows} LIMIT {needed:d}) AS few) = {needed:d}"
        return found if test == "at_least" else f"NOT ({found})"

    def deals(self, clause: DealsClause, base: Subject) -> str:
        subject = self.subject(clause.of, base)
        where = [f"d.{clause.of.value}_id = {subject.alias}.id"]
        if clause.outcome != "any":
            outcome = self.own(Subject(Level.DEAL, "d"), "outcome", Kept.TEXT)
            where.append(f"{outcome} = '{clause.outcome}'")
        if self.ground.is_past:
            where.append(self.past(Subject(Level.DEAL, "d")).was_seen)
        return self.if_there(subject, base, self.enough("deal d", where, clause.test, clause.count))

    def roles(self, clause: RolesClause, base: Subject) -> str:
        where = [f"dr.deal_id = {base.alias}.id", "dr.person_id IS NOT NULL"]
        if clause.roles:
            folding = "lower(dr.role)" if self.ground.is_sqlite else 'lower(dr.role COLLATE "C")'
            wanted = sorted({each for role in clause.roles for each in spellings(role)})
            where.append(f"{folding} IN ({self.bound(wanted)})")
        if self.ground.is_past:
            where.append(f"dr.created_at <= {self.bind(self.ground.as_of)}")
        people = f"(SELECT COUNT(DISTINCT dr.person_id) FROM deal_role dr WHERE {' AND '.join(where)})"
        return f"{people} {OPERATORS[clause.test]} {self.bind(clause.count)}"

    # scores and other definitions

    def score(self, clause: ScoreClause, base: Subject) -> str:
        run = self.ground.runs.get(clause.of)
        if run is None:
            return UNKNOWN
        subject = self.subject(clause.of, base)
        alias = f"{subject.alias}_s"
        self.joins.setdefault(
            alias, f"LEFT JOIN score_{run:d} {alias} ON {alias}.record_id = {subject.alias}.id"
        )
        what, _, test = clause.test.partition("_")
        value = f"({alias}.grp + 1) / 2" if what == "group" else f"{alias}.propensity"
        return f"{value} {OPERATORS[test]} {self.bind(clause.value)}"

    def definition(self, clause: DefinitionClause, base: Subject) -> str:
        inner = self.ground.terms.get(clause.term)
        if inner is None:
            return UNKNOWN
        subject = self.subject(clause.of, base)
        met = self.if_there(subject, base, self.node(inner.root, subject))
        return met if clause.test == "meets" else f"NOT ({met})"


def _cost(node: Node) -> int:
    """Values at hand are looked at first: what they decide needs no counting. The order of "and" and "or" means nothing."""
    if isinstance(node, Group):
        return max(map(_cost, node.parts))
    if isinstance(node, DefinitionClause):
        return 2
    return 1 if isinstance(node, ActivityClause | DealsClause | RolesClause) else 0


OPERATORS: Final = {
    "is": "=",
    "is_not": "<>",
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
}
LAST: Final = {"last_within": ">=", "last_more_than_ago": "<"}


def _typed(column: str, kind: FieldKind) -> str:
    match kind:
        case FieldKind.CATEGORY | FieldKind.TEXT:
            return f"NULLIF({column}, '')"
        case FieldKind.DATE:
            return f"(ROUND({column} * 86400000.0) * 1000.0)"
        case _:
            return column
