"""The funnel of those who came in a period: how many meet each definition, by any version of it.

Who came is a cohort; of them the targets, inquiries and leads are counted, and of the leads those that meet what builds on
lead, or have a deal that does. The same criteria judge here as everywhere, over the cohort alone, as of a given moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session

from portal.criteria import Criteria, catalogue
from portal.criteria.ground import Ground, ground
from portal.criteria.sql import FAILED, MET, Query, attributed_by, sql
from portal.db import microseconds
from portal.fields import Level
from portal.judging.standing import Standing, standing

FUNNEL: Final = ("target", "inquiry", "lead", "qualified_lead", "opportunity", "customer")
OF_LEADS: Final = frozenset({"qualified_lead", "opportunity", "customer"})
"""Counted among the leads alone: who never was a lead did not come through the funnel."""
LEAD: Final = "lead"
RATES: Final = (
    ("inquiry", "target"),
    ("lead", "target"),
    ("lead", "inquiry"),
    ("qualified_lead", "lead"),
    ("opportunity", "qualified_lead"),
    ("customer", "opportunity"),
)
"""What of what: each a rate people compare between periods."""
COHORT: Final = "r.came_at >= :start AND r.came_at < :stop"
OF_COHORT: Final = (
    "r.person_id IN (SELECT p.id FROM person p WHERE p.came_at >= :start AND p.came_at < :stop)"
)
Counts = dict[str, int | None]


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both in it, UTC."""

    first_day: date
    last_day: date

    @property
    def bounds(self) -> dict[str, int]:
        start = datetime.combine(self.first_day, time(), UTC)
        stop = datetime.combine(self.last_day + timedelta(days=1), time(), UTC)
        return {"start": microseconds(start), "stop": microseconds(stop)}


@dataclass(frozen=True)
class Asked:
    """The criteria a funnel is counted by, one for each term that has any, and what each term is about."""

    criteria: Mapping[str, Criteria]
    levels: Mapping[str, Level]

    @classmethod
    def of(cls, stands: Mapping[str, Standing]) -> "Asked":
        return cls(
            {term: each.criteria for term, each in stands.items()},
            {term: each.level for term, each in stands.items()},
        )

    def under(self, **criteria: Criteria) -> "Asked":
        """The same with other versions of some terms."""
        return Asked({**self.criteria, **criteria}, self.levels)


def in_force(session: Session, period: Period, *, as_of: datetime) -> Counts:
    """The funnel of a period by the versions in force."""
    return counts(session, period, Asked.of(standing(session)), as_of=as_of)


def attributed(session: Session) -> set[Level]:
    """The levels whose typed columns the versions in force read."""
    asked = Asked.of(standing(session)).criteria
    return {level for each in asked.values() for level in attributed_by(each, asked)}


@dataclass(frozen=True)
class Measured:
    """Of the people who came in a period, how many reached each stage, and of how many nobody can say. None: of nobody."""

    met: Counts
    unknown: Counts


def counts(session: Session, period: Period, asked: Asked, *, as_of: datetime) -> Counts:
    """Of the people who came in the period, how many reached each stage. None: nobody can say.

    Nobody can say where no person has a date, or a term has no criteria.
    """
    return measured(session, period, asked, stand(session, as_of=as_of)).met


def stand(session: Session, *, as_of: datetime) -> Ground:
    """What any funnel as of a moment is judged on: deals reach every field there is."""
    return ground(session, catalogue(session, Level.DEAL), as_of=as_of)


def measured(session: Session, period: Period, asked: Asked, base: Ground) -> Measured:
    """Count a whole funnel in one statement."""
    nobody: Counts = dict.fromkeys(FUNNEL)
    cohort = _Cohort(asked, replace(base, terms={**base.terms, **asked.criteria}))
    stages = [cohort.reached(term) for term in FUNNEL if cohort.can_count(term)]
    if not stages or not session.connection().execute(text(DATED)).first():
        return Measured(nobody, nobody)
    values: dict[str, Any] = dict(period.bounds)
    for stage in stages:
        values |= stage.values
    statement = " UNION ALL ".join(stage.text for stage in stages)
    rows = [
        (term, int(met or 0), int(either or 0))
        for term, met, either in session.connection().execute(text(statement), values)
    ]
    met: Counts = {term: number for term, number, _ in rows}
    unknown: Counts = {term: either - number for term, number, either in rows}
    return Measured(nobody | met, nobody | unknown)


DATED: Final = "SELECT 1 FROM person WHERE came_at IS NOT NULL LIMIT 1"


@dataclass(frozen=True)
class _Cohort:
    asked: Asked
    ground: Ground

    def can_count(self, term: str) -> bool:
        return term in self.asked.criteria and (term not in OF_LEADS or LEAD in self.asked.criteria)

    def reached(self, term: str) -> Query:
        """A row: the term, how many people reached it, and how many reached it or may have."""
        is_of_deals = self.asked.levels[term] is Level.DEAL
        judged = self.judged(term, f"{term}_v")
        leads = self.judged(LEAD, f"{term}_w") if term in OF_LEADS else Query("", {})
        person, joined = (
            ("d.person_id", " JOIN deal d ON d.id = v.record_id") if is_of_deals else ("v.record_id", "")
        )
        met, either = (
            f"COUNT(DISTINCT CASE WHEN v.verdict {which} THEN {person} END)"
            for which in (f"= {MET}", f"<> {FAILED}")
        )
        among = f" WHERE {person} IN (SELECT w.record_id FROM ({leads.text}) w WHERE w.verdict = {MET})"
        counted = f"SELECT '{term}' AS term, {met} AS met, {either} AS either FROM ({judged.text}) v{joined}"
        return Query(counted + (among if leads.text else ""), judged.values | leads.values)

    def judged(self, term: str, prefix: str) -> Query:
        level = self.asked.levels[term]
        where = OF_COHORT if level is Level.DEAL else COHORT
        return sql(self.asked.criteria[term], level, self.ground, where=where, prefix=prefix)


def rate(found: Counts, part: str, whole: str) -> Fraction | None:
    """One of the rates, exactly. None where it has no meaning: nothing to divide by, or nobody can say."""
    above, below = found[part], found[whole]
    return None if above is None or not below else Fraction(above, below)
