"""Deals added and changed by hand."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field
from sqlmodel import Session, select

from portal.db import EPOCH
from portal.deals import Deal, Outcome, StageChange
from portal.editing import records
from portal.editing.links import links, person_of
from portal.editing.words import Amount, Currency, Day, Long, Name, Short, day_of, moment_of, text_of
from portal.errors import Invalid
from portal.fields import Level

PERCENT: Final = 100
SHARE: Final = "Use a percentage from 0 to 100, such as 40."
ALIKE: Final = (
    "name", "pipeline", "stage", "outcome", "amount", "currency", "product", "source", "type", "expected_close_on",
)  # fmt: skip


class Draft(BaseModel):
    """A deal as people type one. `person` is a number or an e-mail address, `probability` in percent."""

    name: Long
    person: Long = ""
    company: Long = ""
    owner: Name = ""
    pipeline: Short = ""
    stage: Short = ""
    outcome: str = Field(Outcome.OPEN, pattern="^(open|won|lost)$")
    amount: Amount = None
    currency: Currency = ""
    probability: Annotated[float | None, Field(ge=0, le=PERCENT, json_schema_extra={"say": SHARE})] = None
    product: Name = ""
    source: Name = ""
    type: Short = ""
    opened_on: Day = None
    expected_close_on: Day = None
    closed_on: Day = None


def texts(deal: Deal) -> dict[str, str]:
    """What a deal's form holds."""
    return {
        **{name: text_of(getattr(deal, name)) for name in ALIKE},
        "person": text_of(deal.person_id),
        "company": deal.company_name,
        "owner": deal.owner,
        "probability": "" if deal.probability is None else text_of(deal.probability * PERCENT),
        "opened_on": day_of(deal.opened_at),
        "closed_on": day_of(deal.closed_at),
    }


def blank() -> dict[str, str]:
    """What the form of a new one holds."""
    return texts(Deal(created_at=EPOCH, updated_at=EPOCH))


def add(session: Session, draft: Draft, *, by: int | None, at: datetime) -> Deal:
    """Add a deal. Raises Invalid."""
    deal = Deal(created_at=at, updated_at=at)
    for name, value in _values(session, deal, draft).items():
        setattr(deal, name, value)
    return records.add(session, deal, Level.DEAL, by=by, at=at)


def change(
    session: Session, deal_id: int, draft: Draft, *, version: int, by: int | None, at: datetime
) -> Deal:
    """Change a deal that was seen in a version. Raises Invalid, NotFound, Changed."""
    deal = records.load(session, Deal, deal_id, version=version)
    values = _values(session, deal, draft)
    if "stage" in records.change(session, deal, Level.DEAL, values, by=by, at=at):
        _note_stage(session, deal, at)
    return deal


def _note_stage(session: Session, deal: Deal, at: datetime) -> None:
    """Go on with the source's own history of stages, where there is one: pages believe that one alone."""
    told = session.exec(select(StageChange.id).where(StageChange.deal_id == deal.id).limit(1)).first()
    if told is not None and deal.stage:
        session.add(
            StageChange(deal_id=deal.id, stage=deal.stage, entered_at=at, created_at=at, updated_at=at)
        )


def _values(session: Session, deal: Deal, draft: Draft) -> dict[str, Any]:
    _check(draft)
    share = None if draft.probability is None else draft.probability / PERCENT
    if share is not None and deal.probability is not None and abs(share - deal.probability) < 1e-9:  # noqa: PLR2004
        share = deal.probability
    return {
        **{name: getattr(draft, name) for name in ALIKE},
        "person_id": person_of(session, draft.person),
        "probability": share,
        "opened_at": moment_of(draft.opened_on, deal.opened_at),
        "closed_at": moment_of(draft.closed_on, deal.closed_at),
        **links(session, deal, draft),
    }


def _check(draft: Draft) -> None:
    if draft.amount is not None and not draft.currency:
        raise Invalid("Say in which currency the amount is, such as EUR.")
    if draft.outcome == Outcome.OPEN and draft.closed_on:
        raise Invalid("An open deal has no day on which it closed. Leave that empty, or say won or lost.")
    if draft.outcome != Outcome.OPEN and not draft.closed_on:
        raise Invalid(f"Say on which day the deal was {draft.outcome}.")
    if draft.opened_on and draft.closed_on and draft.closed_on < draft.opened_on:
        raise Invalid("The deal closed before it was opened. Mend one of both days.")
