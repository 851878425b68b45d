"""What the marketing ROI report reads: spend, won deals with why they count, and the funnel of those who came. Exact, in SQL."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal import definitions, funnel
from portal.db import EPOCH, MONEY_SCALE, canonical, microseconds
from portal.definitions import Meaning
from portal.spend import Spend


@dataclass(frozen=True)
class WonDeal:
    """A deal won in the period. `request_at` is its person's first inbound request before it was opened."""

    id: int
    name: str
    won_on: date
    amount: Decimal | None
    currency: str
    channel: str
    request_on: date | None
    came_inbound: bool

    @property
    def sourced(self) -> bool:
        return self.request_on is not None or self.came_inbound

    @property
    def why(self) -> str:
        """Why marketing sourced it, or that it did not."""
        if self.request_on is not None:
            return f"Inbound request on {self.request_on.isoformat()}, before the deal was opened"
        return (
            "The person came inbound"
            if self.came_inbound
            else "No inbound request before the deal was opened"
        )


@dataclass(frozen=True)
class Basis:
    """Everything a report of one period rests on. `funnel` counts, by term, the people who came in the period; None: unknown."""

    spend: Sequence[Spend]
    deals: Sequence[WonDeal]
    funnel: dict[str, int | None]
    undated_wins: int
    meanings: dict[str, Meaning]
    digest: str


def basis(session: Session, first_day: date, last_day: date, *, as_of: datetime) -> Basis:
    """Read what the report of a period, both days in it, rests on; people are judged as of a moment.

    The typed columns of `funnel.attributed` must be up to date.
    """
    spend = _spend(session, first_day, last_day)
    deals = _deals(session, first_day, last_day)
    reached = funnel.in_force(session, funnel.Period(first_day, last_day), as_of=as_of)
    undated = session.connection().execute(text(UNDATED)).scalar_one()
    meanings = definitions.in_force(session)
    return Basis(spend, deals, reached, undated, meanings, _digest(spend, deals, reached, meanings))


UNDATED: Final = "SELECT COUNT(*) FROM deal WHERE outcome = 'won' AND closed_at IS NULL"


def _spend(session: Session, first_day: date, last_day: date) -> Sequence[Spend]:
    return session.exec(
        select(Spend)
        .where(Spend.month >= first_day.replace(day=1), Spend.month <= last_day)
        .order_by(col(Spend.month), col(Spend.channel), col(Spend.currency))
    ).all()


def _deals(session: Session, first_day: date, last_day: date) -> list[WonDeal]:
    rows = session.connection().execute(text(DEALS), _bounds(first_day, last_day))
    return [_won(row) for row in rows]


# marketing-sourced, shipped version: an inbound request before the deal was opened, or the person came inbound
DEALS: Final = """
SELECT d.id, d.name, d.closed_at, d.amount, d.currency, COALESCE(NULLIF(p.source, ''), d.source) AS channel,
       (SELECT MIN(a.at) FROM activity a JOIN activity_kind k ON k.id = a.kind_id
         WHERE a.person_id = d.person_id AND k.is_request AND a.at <= COALESCE(d.opened_at, d.closed_at)) AS request_at,
       COALESCE(p.direction = 'inbound', FALSE) AS came_inbound
  FROM deal d LEFT JOIN person p ON p.id = d.person_id
 WHERE d.outcome = 'won' AND d.closed_at >= :start AND d.closed_at < :stop
 ORDER BY d.closed_at, d.id
"""


def _won(row: Any) -> WonDeal:
    return WonDeal(
        id=row.id,
        name=row.name,
        won_on=_day(row.closed_at),
        amount=None if row.amount is None else Decimal(row.amount) / MONEY_SCALE,
        currency=row.currency,
        channel=row.channel,
        request_on=None if row.request_at is None else _day(row.request_at),
        came_inbound=bool(row.came_inbound),
    )


def _day(instant: int) -> date:
    return (EPOCH + timedelta(microseconds=instant)).date()


def _bounds(first_day: date, last_day: date) -> dict[str, int]:
    start = datetime.combine(first_day, time(), UTC)
    stop = datetime.combine(last_day + timedelta(days=1), time(), UTC)
    return {"start": microseconds(start), "stop": microseconds(stop)}


def _digest(
    spend: Sequence[Spend],
    deals: Sequence[WonDeal],
    reached: dict[str, int | None],
    meanings: dict[str, Meaning],
) -> str:
    """SHA-256 of the rows read and the definition versions they were counted by."""
    read = {
        "spend": [[s.channel, s.month.isoformat(), str(s.amount), s.currency] for s in spend],
        "deals": [{k: str(v) for k, v in asdict(d).items()} for d in deals],
        "funnel": reached,
        "definitions": {term: meaning.version_id for term, meaning in meanings.items()},
    }
    return hashlib.sha256(canonical(read).encode()).hexdigest()
