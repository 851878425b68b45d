"""What is known of one record at a moment, read from the truth (its row and its JSON), for judging it in Python."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.criteria import moments
from portal.criteria.catalogue import KnownField
from portal.criteria.clauses import FieldRef
from portal.criteria.ground import Ground
from portal.db import MONEY_SCALE, microseconds
from portal.deals import Deal, DealRole
from portal.errors import NotFound
from portal.fields import FieldKind, Level
from portal.people import Person

Known = str | float | bool | None
"""A value: text; number; boolean; microseconds for a date; None where it is missing."""


@dataclass(frozen=True)
class Facts:
    """One record with the person and company it belongs to. `activities` are (when, kind) up to the moment, by time."""

    level: Level
    id: int
    values: Mapping[FieldRef, Known] = field(default_factory=dict)
    activities: Sequence[tuple[int, str]] = ()
    deals: Sequence[str] = ()
    roles: Sequence[tuple[str, int]] = ()
    score: tuple[int, float] | None = None
    opened_at: int | None = None
    closed_at: int | None = None
    person: "Facts | None" = None
    company: "Facts | None" = None

    def of(self, level: Level) -> "Facts | None":
        """The record itself, or the person or company it belongs to; None where there is none."""
        if level is self.level:
            return self
        return self.person if level is Level.PERSON else self.company


RECORDS: Final[dict[Level, Any]] = {Level.PERSON: Person, Level.COMPANY: Company, Level.DEAL: Deal}


def facts(session: Session, level: Level, record_id: int, ground: Ground) -> Facts:
    """Read what is known of a record at the ground's moment. Raises NotFound."""
    row = session.get(RECORDS[level], record_id)
    if row is None:
        raise NotFound(f"There is no {level.value} {record_id} here.")
    return Facts(
        level=level,
        id=record_id,
        values=_values(level, row, ground),
        activities=_activities(session, level, record_id, ground),
        deals=_deals(session, level, record_id),
        roles=_roles(session, record_id) if level is Level.DEAL else (),
        score=_score(session, level, record_id, ground),
        opened_at=_moment(getattr(row, "opened_at", None)),
        closed_at=_moment(getattr(row, "closed_at", None)),
        person=_related(session, Level.PERSON, getattr(row, "person_id", None), ground),
        company=_related(session, Level.COMPANY, getattr(row, "company_id", None), ground),
    )


def _related(session: Session, level: Level, record_id: int | None, ground: Ground) -> Facts | None:
    return None if record_id is None else facts(session, level, record_id, ground)


def _values(level: Level, row: Any, ground: Ground) -> dict[FieldRef, Known]:
    attributes = json.loads(row.attributes)
    return {
        ref: _plain(known, attributes.get(ref.name) if ref.is_attribute else getattr(row, ref.name))
        for ref, known in ground.fields.items()
        if ref.of is level
    }


def _plain(known: KnownField, value: Any) -> Known:
    """A value as it is compared; what does not fit its field's kind is missing."""
    match known.kind:
        case FieldKind.NUMBER:
            return _number(value)
        case FieldKind.BOOLEAN:
            return value if isinstance(value, bool) else None
        case FieldKind.DATE:
            return _date(value)
        case _:
            written = _written(value)
            return None if written in ("", known.unknown) else written


def _number(value: Any) -> float | None:
    if isinstance(value, Decimal):
        return float(int(value * MONEY_SCALE)) / MONEY_SCALE
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def _date(value: Any) -> int | None:
    match value:
        case datetime():
            return microseconds(value)
        case date():
            return moments.start(value.isoformat())
        case str():
            return moments.of_text(value)
        case _:
            return None


def _written(value: Any) -> str:
    """A value of a field of words: a number or a yes that came before the field held words, as JSON writes it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(value: datetime | None) -> int | None:
    return None if value is None else microseconds(value)


def _activities(session: Session, level: Level, record_id: int, ground: Ground) -> list[tuple[int, str]]:
    whose = {
        Level.PERSON: Activity.person_id,
        Level.COMPANY: Activity.company_id,
        Level.DEAL: Activity.deal_id,
    }
    found = session.exec(
        select(Activity.at, ActivityKind.name)
        .join(ActivityKind, col(ActivityKind.id) == col(Activity.kind_id))
        .where(col(whose[level]) == record_id)
        .order_by(col(Activity.at))
    )
    noted = [(microseconds(at), name) for at, name in found]
    return [(at, name) for at, name in noted if at <= ground.as_of]


def _deals(session: Session, level: Level, record_id: int) -> list[str]:
    if level is Level.DEAL:
        return []
    whose = Deal.person_id if level is Level.PERSON else Deal.company_id
    return list(session.exec(select(Deal.outcome).where(col(whose) == record_id)))


def _roles(session: Session, deal_id: int) -> list[tuple[str, int]]:
    found = select(DealRole.role, DealRole.person_id).where(DealRole.deal_id == deal_id)
    return [(role, person) for role, person in session.exec(found) if person is not None]


def _score(session: Session, level: Level, record_id: int, ground: Ground) -> tuple[int, float] | None:
    if (run := ground.runs.get(level)) is None:
        return None
    found = text(f"SELECT (grp + 1) / 2, propensity FROM score_{run:d} WHERE record_id = :id")
    row = session.connection().execute(found, {"id": record_id}).first()
    return None if row is None else (row[0], row[1])
