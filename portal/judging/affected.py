"""Whose verdicts may change when records change: theirs, and those of whom they belong to or who belong to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from portal.activities import Activity
from portal.companies import Company
from portal.deals import Deal, DealRole
from portal.fields import Level
from portal.people import Person

ACTIVITY: Final = "activity"
IDS_A_QUERY: Final = 500
MOST: Final = 50_000
"""With more records than these, judging everything is no slower."""
TABLES: Final[dict[Level, Any]] = {Level.PERSON: Person, Level.COMPANY: Company, Level.DEAL: Deal}


@dataclass
class Affected:
    """Ids by level. `is_most`: so many that everything is to be judged."""

    ids: dict[Level, set[int]] = field(default_factory=lambda: {level: set() for level in Level})
    is_most: bool = False

    def add(self, level: Level, found: Iterable[int | None]) -> None:
        self.ids[level].update(each for each in found if each is not None)
        self.is_most = self.is_most or len(self.ids[level]) > MOST


def of_records(session: Session, changed: Mapping[str, Iterable[int]]) -> Affected:
    """What changed by hand: ids by level, `activity` among them."""
    found = Affected()
    for name, ids in changed.items():
        given = sorted(ids)
        if name == ACTIVITY:
            _by_activities(session, col(Activity.id).in_(given), found)
        else:
            found.add(Level(name), given)
    return _spread(session, found)


def since(session: Session, at: datetime) -> Affected:
    """All that came or changed since a moment."""
    found = Affected()
    for level, table in TABLES.items():
        found.add(level, _ids(session, select(table.id).where(table.updated_at >= at).limit(MOST + 1)))
    _by_activities(session, col(Activity.updated_at) >= at, found)
    roles = select(DealRole.deal_id).where(DealRole.updated_at >= at)
    found.add(Level.DEAL, _ids(session, roles.distinct().limit(MOST + 1)))
    return found if found.is_most else _spread(session, found)


def _by_activities(session: Session, which: ColumnElement[bool], found: Affected) -> None:
    whose = {
        Level.PERSON: Activity.person_id,
        Level.DEAL: Activity.deal_id,
        Level.COMPANY: Activity.company_id,
    }
    for level, column in whose.items():
        found.add(level, _ids(session, select(column).where(which).distinct().limit(MOST + 1)))


def _spread(session: Session, found: Affected) -> Affected:
    """A deal counts for its person and company; a company is asked about by its people and deals, a person by their deals."""
    deals, companies = set(found.ids[Level.DEAL]), set(found.ids[Level.COMPANY])
    for ids in _parts(deals):
        for level, column in {Level.PERSON: Deal.person_id, Level.COMPANY: Deal.company_id}.items():
            found.add(level, _ids(session, select(column).where(col(Deal.id).in_(ids))))
    for ids in _parts(companies):
        found.add(Level.PERSON, _ids(session, select(Person.id).where(col(Person.company_id).in_(ids))))
        found.add(Level.DEAL, _ids(session, select(Deal.id).where(col(Deal.company_id).in_(ids))))
    for ids in _parts(set(found.ids[Level.PERSON])):
        found.add(Level.DEAL, _ids(session, select(Deal.id).where(col(Deal.person_id).in_(ids))))
    return found


def _ids(session: Session, query: Any) -> Iterable[int | None]:
    found: Iterable[int | None] = session.exec(query)
    return found


def _parts(ids: set[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), IDS_A_QUERY):
        yield ordered[start : start + IDS_A_QUERY]
