"""The stages a deal went through: as its source's history says, else as seen at imports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal.deals.tables import Deal, DealRole, StageChange
from portal.fields import Level
from portal.people import FieldChange, Person


@dataclass(frozen=True)
class Step:
    """A stage and when the deal came into it; `is_exact` where the source said so, else at the latest then."""

    stage: str
    at: datetime
    is_exact: bool


def history(session: Session, deal_id: int) -> list[Step]:
    """The stages of a deal in the order of time. Those seen at imports count where the source keeps no history."""
    exact = session.exec(
        select(StageChange)
        .where(StageChange.deal_id == deal_id)
        .order_by(col(StageChange.entered_at), col(StageChange.id))
    ).all()
    if exact:
        return [Step(each.stage, each.entered_at, is_exact=True) for each in exact]
    return _seen(session, deal_id)


def _seen(session: Session, deal_id: int) -> list[Step]:
    deal = session.get(Deal, deal_id)
    changes = session.exec(
        select(FieldChange)
        .where(
            FieldChange.level == Level.DEAL, FieldChange.record_id == deal_id, FieldChange.field == "stage"
        )
        .order_by(col(FieldChange.id))
    ).all()
    if deal is None or not (deal.stage or changes):
        return []
    first = json.loads(changes[0].before or '""') if changes else deal.stage
    steps = [Step(first, deal.opened_at or deal.created_at, is_exact=False)] if first else []
    return steps + [
        Step(json.loads(each.after), each.valid_from or each.seen_at, is_exact=each.valid_from is not None)
        for each in changes
        if each.after
    ]


def people(session: Session, deal_id: int) -> Sequence[tuple[DealRole, Person]]:
    """The people on a deal with their roles, the primary contact first."""
    return session.exec(
        select(DealRole, Person)
        .join(Person, col(Person.id) == col(DealRole.person_id))
        .where(DealRole.deal_id == deal_id)
        .order_by(col(DealRole.is_primary).desc(), col(DealRole.role), col(DealRole.id))
    ).all()
