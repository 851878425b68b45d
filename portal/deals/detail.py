"""What is known of one deal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from portal.companies import Company
from portal.deals.tables import Deal
from portal.errors import NotFound
from portal.fields import Level
from portal.people import ExternalId, FieldChange, Person

SHOWN_CHANGES: Final = 100


@dataclass(frozen=True)
class Change:
    """A value that was replaced; None: there was none. `at` is when it began to hold, else when it was first seen."""

    field: str
    before: Any
    after: Any
    at: datetime


@dataclass(frozen=True)
class Known:
    """One deal with what belongs to it, and its newest changes."""

    deal: Deal
    attributes: dict[str, Any]
    person: Person | None
    company: Company | None
    ids: Sequence[ExternalId]
    changes: Sequence[Change]


def known(session: Session, deal_id: int) -> Known:
    """One deal with its person, company, ids elsewhere and the values that were replaced. Raises NotFound."""
    deal = get(session, deal_id)
    return Known(
        deal=deal,
        attributes=json.loads(deal.attributes),
        person=session.get(Person, deal.person_id) if deal.person_id else None,
        company=session.get(Company, deal.company_id) if deal.company_id else None,
        ids=_ids(session, deal_id),
        changes=_changes(session, deal_id),
    )


def get(session: Session, deal_id: int) -> Deal:
    if (found := session.get(Deal, deal_id)) is None:
        raise NotFound("There is no such deal here. Look for it in the list.")
    return found


def _ids(session: Session, deal_id: int) -> Sequence[ExternalId]:
    query = select(ExternalId).where(ExternalId.level == Level.DEAL, ExternalId.record_id == deal_id)
    return session.exec(query.order_by(col(ExternalId.id))).all()


def _changes(session: Session, deal_id: int) -> list[Change]:
    query = select(FieldChange).where(FieldChange.level == Level.DEAL, FieldChange.record_id == deal_id)
    found = session.exec(query.order_by(col(FieldChange.id).desc()).limit(SHOWN_CHANGES))
    return [
        Change(each.field, _read(each.before), _read(each.after), each.valid_from or each.seen_at)
        for each in found
    ]


def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)
