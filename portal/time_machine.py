"""The time machine: the funnel of any past period under any version, and why a rate changed.

A change of a rate between two periods has two parts. The *definition effect* is what the other version makes of the same
records: the first period under both versions. The *performance effect* is what the same version finds in the other period:
both periods under the second version. In this order the two add up to the change, exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session, col, select

from portal import funnel
from portal.criteria import Criteria
from portal.criteria.catalogue import criteria_of
from portal.definitions import Definition, DefinitionVersion
from portal.definitions.meanings import meaning
from portal.fields import Level
from portal.funnel import Asked, Counts, Period


@dataclass(frozen=True)
class Split:
    """One rate, before and after; `between` is the first period under the second version. None: it has no meaning there."""

    part: str
    whole: str
    before: Fraction | None
    between: Fraction | None
    after: Fraction | None

    @property
    def change(self) -> Fraction | None:
        return _less(self.after, self.before)

    @property
    def definition(self) -> Fraction | None:
        """Same records, other version."""
        return _less(self.between, self.before)

    @property
    def performance(self) -> Fraction | None:
        """Same version, other period."""
        return _less(self.after, self.between)


def _less(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


@dataclass(frozen=True)
class Journey:
    """The three funnels of the path, and every rate split by it."""

    before: Counts
    between: Counts
    after: Counts
    unknown: tuple[Counts, Counts, Counts]

    @property
    def rates(self) -> list[Split]:
        return [
            Split(
                part,
                whole,
                funnel.rate(self.before, part, whole),
                funnel.rate(self.between, part, whole),
                funnel.rate(self.after, part, whole),
            )
            for part, whole in funnel.RATES
        ]

    def definition(self, term: str) -> int | None:
        """The definition effect on a count."""
        return _difference(self.between[term], self.before[term])

    def performance(self, term: str) -> int | None:
        return _difference(self.after[term], self.between[term])

    def change(self, term: str) -> int | None:
        return _difference(self.after[term], self.before[term])


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def travel(
    session: Session,
    first: Period,
    second: Period,
    *,
    old: Asked,
    new: Asked,
    as_of: datetime,
) -> Journey:
    """From the first period under the old versions, over the first under the new ones, to the second under the new ones."""
    base = funnel.stand(session, as_of=as_of)
    path = [
        funnel.measured(session, period, asked, base)
        for period, asked in ((first, old), (first, new), (second, new))
    ]
    before, between, after = (each.met for each in path)
    return Journey(before, between, after, unknown=(path[0].unknown, path[1].unknown, path[2].unknown))


# versions to choose from


@dataclass(frozen=True)
class Choice:
    """A version that a funnel can be counted by, and from when to when it was in force."""

    term: str
    number: int
    label: str
    level: Level
    criteria: Criteria
    since: datetime | None
    until: datetime | None


def choices(session: Session) -> dict[str, list[Choice]]:
    """Every version of the terms of the funnel that has criteria, whatever became of it, the newest first."""
    query = select(Definition, DefinitionVersion).where(
        DefinitionVersion.definition_id == Definition.id, col(Definition.term).in_(funnel.FUNNEL)
    )
    found: dict[str, list[Choice]] = {}
    for definition, version in session.exec(
        query.order_by(col(Definition.position), col(DefinitionVersion.number).desc())
    ):
        criteria = criteria_of(definition.term, version.criteria, is_shipped=version.is_shipped)
        if criteria:
            found.setdefault(definition.term, []).append(_choice(definition, version, criteria))
    return found


def _choice(definition: Definition, version: DefinitionVersion, criteria: Criteria) -> Choice:
    label = meaning(definition, version).label
    if not version.in_force_at:
        label += ", never in force"
    return Choice(
        definition.term,
        version.number,
        label,
        Level(definition.level),
        criteria,
        version.in_force_at,
        version.superseded_at,
    )


def held(among: Sequence[Choice], at: datetime) -> Choice:
    """The version in force at a moment; the first that ever was, before that."""
    in_force = [each for each in among if each.since]
    then = [
        each
        for each in in_force
        if each.since and each.since <= at and (each.until is None or at < each.until)
    ]
    return (then or in_force[::-1] or list(among))[0]


def asked(chosen: Iterable[Choice]) -> Asked:
    """What a funnel is counted by with these versions."""
    given = list(chosen)
    return Asked({each.term: each.criteria for each in given}, {each.term: each.level for each in given})
