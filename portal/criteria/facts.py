"""What is known of one record at a moment, read from the truth (its row and its JSON), for judging it in Python."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal.activities import Activity, ActivityKind
from portal.companies import Company
from portal.criteria import moments
from portal.criteria.catalogue import KnownField
from portal.criteria.clauses import FieldRef
from portal.criteria.fields import OWN, Kept
from portal.criteria.ground import Ground
from portal.db import EPOCH, MONEY_SCALE, microseconds
from portal.deals import Deal, DealRole
from portal.deals.tables import StageChange
from portal.errors import NotFound
from portal.fields import FieldKind, Level
from portal.people import FieldChange, Person

Known = str | float | bool | None
"""A value: text; number; boolean; microseconds for a date; None where it is missing."""


@dataclass(frozen=True)
class Facts:
    """One record with the person and company it belongs to. `activities` are (when, kind) up to the moment, by time.

    `is_seen`: whether anything was known of it at the moment.
    """

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
    is_seen: bool = True

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
    if not ground.is_past:
        return _facts(session, level, row, row.attributes, ground)
    if not was_seen(session, level, row, ground.as_of):
        return Facts(level, record_id, is_seen=False)
    then, attributes = _as_it_was(session, level, row, ground.as_of)
    return _facts(session, level, then, attributes, ground)


def _facts(session: Session, level: Level, row: Any, attributes: str, ground: Ground) -> Facts:
    record_id = row.id
    return Facts(
        level=level,
        id=record_id,
        values=_values(level, row, json.loads(attributes), ground),
        activities=_activities(session, level, record_id, ground),
        deals=_deals(session, level, record_id, ground),
        roles=_roles(session, record_id, ground) if level is Level.DEAL else (),
        score=_score(session, level, record_id, ground),
        opened_at=_moment(getattr(row, "opened_at", None)),
        closed_at=_moment(getattr(row, "closed_at", None)),
        person=_related(session, Level.PERSON, getattr(row, "person_id", None), ground),
        company=_related(session, Level.COMPANY, getattr(row, "company_id", None), ground),
    )


def _related(session: Session, level: Level, record_id: int | None, ground: Ground) -> Facts | None:
    found = None if record_id is None else facts(session, level, record_id, ground)
    return found if found and found.is_seen else None


def _values(level: Level, row: Any, attributes: Mapping[str, Any], ground: Ground) -> dict[FieldRef, Known]:
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


def _deals(session: Session, level: Level, record_id: int, ground: Ground) -> list[str]:
    if level is Level.DEAL:
        return []
    whose = Deal.person_id if level is Level.PERSON else Deal.company_id
    found = session.exec(select(Deal).where(col(whose) == record_id)).all()
    if not ground.is_past:
        return [deal.outcome for deal in found]
    seen = [deal for deal in found if was_seen(session, Level.DEAL, deal, ground.as_of)]
    return [_as_it_was(session, Level.DEAL, deal, ground.as_of)[0].outcome for deal in seen]


def _roles(session: Session, deal_id: int, ground: Ground) -> list[tuple[str, int]]:
    found = select(DealRole.role, DealRole.person_id).where(DealRole.deal_id == deal_id)
    if ground.is_past:
        found = found.where(DealRole.created_at <= EPOCH + timedelta(microseconds=ground.as_of))
    return [(role, person) for role, person in session.exec(found) if person is not None]


def _score(session: Session, level: Level, record_id: int, ground: Ground) -> tuple[int, float] | None:
    if (run := ground.runs.get(level)) is None:
        return None
    found = text(f"SELECT (grp + 1) / 2, propensity FROM score_{run:d} WHERE record_id = :id")
    row = session.connection().execute(found, {"id": record_id}).first()
    return None if row is None else (row[0], row[1])


# as it was


def was_seen(session: Session, level: Level, row: Any, moment: int) -> bool:
    """Whether anything was known of a record: it was here, or a change of it had been seen."""
    if microseconds(row.created_at) <= moment:
        return True
    changed = select(FieldChange.id).where(FieldChange.level == level, FieldChange.record_id == row.id)
    return (
        session.exec(changed.where(FieldChange.seen_at <= EPOCH + timedelta(microseconds=moment))).first()
        is not None
    )


def _as_it_was(session: Session, level: Level, row: Any, moment: int) -> tuple[Any, str]:
    """A record's columns and attributes at a moment: what was changed since has the value it had before."""
    then = {name: getattr(row, name) for name in type(row).model_fields}
    attributes = json.loads(row.attributes)
    changes = session.exec(
        select(FieldChange).where(FieldChange.level == level, FieldChange.record_id == row.id)
    ).all()
    since = sorted((microseconds(each.valid_from or each.seen_at), each.id, each) for each in changes)
    for effective, _, change in reversed(since):
        if effective > moment:
            before = None if change.before is None else json.loads(change.before)
            place = attributes if change.is_attribute else then
            place[change.field] = before if change.is_attribute else _read(row, change.field, before)
    if level is Level.DEAL:
        then["stage"] = _stage(session, row.id, moment, then["stage"])
    return SimpleNamespace(**then), json.dumps(attributes)


def _read(row: Any, name: str, before: Any) -> Any:
    """A column's earlier value, kept as the database keeps it, as the value itself."""
    kept = OWN[Level(type(row).__tablename__)].get(name)
    if before is None or kept is None:
        return before
    match kept.kept:
        case Kept.INSTANT:
            return EPOCH + timedelta(microseconds=before)
        case Kept.MONEY:
            return Decimal(before) / MONEY_SCALE
        case Kept.DAY:
            return date.fromisoformat(before)
        case _:
            return before


def _stage(session: Session, deal_id: int, moment: int, otherwise: str) -> str | None:
    found = session.exec(select(StageChange).where(StageChange.deal_id == deal_id)).all()
    if not found:
        return otherwise
    entered = sorted((microseconds(each.entered_at), each.id, each.stage) for each in found)
    past = [stage for at, _, stage in entered if at <= moment]
    return past[-1] if past else None
