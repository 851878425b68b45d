"""What criteria can ask for here: the one place a builder takes its choices from and a check looks things up."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import column, func, select, table
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from portal.activities import ActivityKind
from portal.criteria import shipped
from portal.criteria.clauses import Criteria, FieldRef
from portal.criteria.comparisons import Comparison, of_kind
from portal.criteria.fields import OWN, REACHES, Kept
from portal.criteria.parsing import parse
from portal.deals import DealRole
from portal.fields import Field, FieldKind, Level
from portal.models.tables import CurrentRun, Model

MOST_ROLES: Final = 100
LOOKED_AT: Final = 2_000
MOST_SEEN: Final = 50


@dataclass(frozen=True)
class KnownField:
    """A field one can ask for. `id` is that of the attribute's column, None for the portal's own."""

    ref: FieldRef
    title: str
    kind: FieldKind
    id: int | None = None
    kept: Kept | None = None
    unknown: str = ""
    missing_share: float | None = None

    @property
    def comparisons(self) -> list[Comparison]:
        return of_kind(self.kind)


@dataclass(frozen=True)
class Term:
    """A definition one can refer to: what it is called, and which records it is about."""

    term: str
    name: str
    level: Level


@dataclass(frozen=True)
class Catalogue:
    """For criteria about one level. `criteria` are those in force by term; `learned` the terms a level's model predicts."""

    level: Level
    fields: Mapping[FieldRef, KnownField]
    activity_kinds: Mapping[str, bool] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    roles: Sequence[str] = ()
    scored: frozenset[Level] = frozenset()
    criteria: Mapping[str, Criteria] = field(default_factory=dict)
    learned: Mapping[Level, frozenset[str]] = field(default_factory=dict)

    @property
    def reaches(self) -> tuple[Level, ...]:
        return REACHES[self.level]

    @property
    def requests(self) -> list[str]:
        """The kinds of activity that are inbound requests."""
        return [name for name, is_request in self.activity_kinds.items() if is_request]


def catalogue(session: Session, level: Level) -> Catalogue:
    """What criteria about a level can ask for. Six short queries, whatever the number of records."""
    kinds = session.exec(rows_of(ActivityKind).order_by(col(ActivityKind.name)))
    roles = select(col(DealRole.role)).where(col(DealRole.role) != "").distinct().limit(MOST_ROLES)
    terms, in_force = _terms(session)
    return Catalogue(
        level=level,
        fields=_own(level) | _attributes(session, level),
        activity_kinds={kind.name: kind.is_request for kind in kinds},
        terms=terms,
        roles=sorted(session.connection().execute(roles).scalars()) if level is Level.DEAL else (),
        scored=frozenset(map(Level, session.exec(rows_of(CurrentRun.level)))),
        criteria=in_force,
        learned=_learned(session),
    )


def _learned(session: Session) -> dict[Level, frozenset[str]]:
    """The terms that the models which rank foresee, by level: their score may not be asked for by such a term."""
    known = table("definition", *map(column, ("id", "term")))
    held = table("definition_version", *map(column, ("id", "definition_id")))
    query = (
        select(col(Model.level), known.c.term)
        .join(held, held.c.id == col(Model.met_version_id))
        .join(known, known.c.id == held.c.definition_id)
        .where(col(Model.promoted_at).is_not(None), col(Model.retired_at).is_(None))
    )
    found: dict[Level, frozenset[str]] = {}
    for level, term in session.connection().execute(query):
        found[Level(level)] = found.get(Level(level), frozenset()) | {term}
    return found


def _own(level: Level) -> dict[FieldRef, KnownField]:
    known = [
        KnownField(FieldRef(of, name), own.title, own.kind, kept=own.kept, unknown=own.unknown)
        for of in REACHES[level]
        for name, own in OWN[of].items()
    ]
    return {each.ref: each for each in known}


def _attributes(session: Session, level: Level) -> dict[FieldRef, KnownField]:
    found = session.exec(rows_of(Field).where(col(Field.level).in_(REACHES[level])).order_by(col(Field.name)))
    known = [
        KnownField(
            FieldRef(Level(each.level), each.name, is_attribute=True),
            each.name,
            FieldKind(each.kind),
            id=each.id,
            missing_share=each.missing_share,
        )
        for each in found
    ]
    return {each.ref: each for each in known}


def _terms(session: Session) -> tuple[dict[str, Term], dict[str, Criteria]]:
    """The terms in their order, and the criteria in force. Read without `definitions`, which builds on criteria."""
    known = table("definition", *map(column, ("id", "term", "name", "position", "level")))
    held = table(
        "definition_version",
        *map(column, ("definition_id", "criteria", "is_shipped", "in_force_at", "superseded_at")),
    )
    holds = (
        (held.c.definition_id == known.c.id)
        & held.c.in_force_at.is_not(None)
        & held.c.superseded_at.is_(None)
    )
    query = select(known.c.term, known.c.name, known.c.level, held.c.criteria, held.c.is_shipped)
    rows = session.connection().execute(
        query.select_from(known.outerjoin(held, holds)).order_by(known.c.position, known.c.id)
    )
    terms, in_force = {}, {}
    for term, name, level, kept, is_shipped in rows:
        terms[term] = Term(term, name, Level(level))
        found = json.loads(kept) if kept else None
        if criteria := criteria_of(term, found, is_shipped=bool(is_shipped)):
            in_force[term] = criteria
    return terms, in_force


def criteria_of(term: str, kept: Mapping[str, Any] | None, *, is_shipped: bool) -> Criteria | None:
    """A version's criteria; a shipped version that was kept without them has those that were shipped with the term."""
    if kept:
        return parse(kept)
    return parse(shipped.data(term)) if is_shipped and term in shipped.ROOTS else None


def values_seen(session: Session, known: KnownField) -> list[str]:
    """The values of a field of words among records spread over all, the most frequent first: what a builder offers."""
    if known.kind is not FieldKind.CATEGORY:
        return []
    name = "attributes" if known.ref.is_attribute else known.ref.name
    there = table(known.ref.of.value, column("id"), column(name))
    first, last = session.connection().execute(select(func.min(there.c.id), func.max(there.c.id))).one()
    if first is None:
        return []
    step = max(1, (last - first + 1) // LOOKED_AT)
    query = select(there.c[name]).where(there.c.id % step == first % step).limit(LOOKED_AT)
    found = session.connection().execute(query).scalars()
    values = (json.loads(each).get(known.ref.name) for each in found) if known.ref.is_attribute else found
    counts = Counter(str(value) for value in values if value not in (None, "", known.unknown))
    return sorted(counts, key=lambda value: (-counts[value], value))[:MOST_SEEN]
