"""What may be sent of a record: scores of the run that ranks, and a few facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from portal.db import EPOCH, MONEY_SCALE
from portal.exports.layouts import Value
from portal.fields import Level
from portal.models.tables import Run


class As(StrEnum):
    """How a value comes from the database."""

    PLAIN = "plain"
    YES = "yes"
    MOMENT = "moment"
    DAY = "day"
    MONEY = "money"


@dataclass(frozen=True)
class Offer:
    """One value: its word, and what reads it from the record `r`, or from its score `s`."""

    word: str
    sql: str
    kind: As = As.PLAIN

    @property
    def is_score(self) -> bool:
        return self.sql.startswith("s.")

    def value(self, stored: Any) -> Value:
        """What was read, as the value it is; an empty text is no value."""
        if stored is None or stored == "":
            return None
        if self.kind is As.PLAIN:  # first: most are
            plain: Value = stored
            return plain
        match self.kind:
            case As.YES:
                return bool(stored)
            case As.MOMENT:
                return EPOCH + timedelta(microseconds=stored)
            case As.DAY:
                return stored if isinstance(stored, date) else date.fromisoformat(stored)
            case As.MONEY:
                return (Decimal(stored) / MONEY_SCALE).quantize(Decimal("0.01"))


SCORES: Final = {
    "rank": Offer("Rank, 1 is the first", "s.rank"),
    "group": Offer("Group 1 to 20, 1 is the best", "s.grp"),
    "propensity": Offer("Propensity, 0 to 1", "s.propensity"),
    "value": Offer("Expected amount of a purchase", "s.value"),
    "expected": Offer("Expected value: propensity times amount", "s.propensity * s.value"),
    "engagement": Offer("Engagement as of the run", "s.engagement"),
}
USUAL: Final = ("rank", "group", "propensity")
"""What a new target is sent. Engagement declines by itself: with it every record would have changed each time."""
OFFERED: Final[Mapping[str, Mapping[str, Offer]]] = {
    Level.PERSON: {
        **SCORES,
        "owner": Offer("Owner", "r.owner"),
        "source": Offer("Source", "r.source"),
        "status": Offer("Status", "r.status"),
        "direction": Offer("Direction", "r.direction"),
        "created_at": Offer("Created on", "r.came_at", As.MOMENT),
        "customer": Offer("Is a customer", "CASE WHEN r.customer_at IS NULL THEN 0 ELSE 1 END", As.YES),
        "customer_since": Offer("Customer since", "r.customer_at", As.MOMENT),
        "opted_out": Offer("Opted out", "CASE WHEN r.opted_out_at IS NULL THEN 0 ELSE 1 END", As.YES),
    },
    Level.COMPANY: {
        **SCORES,
        "owner": Offer("Owner", "r.owner"),
        "industry": Offer("Industry", "r.industry"),
        "employees": Offer("Employees", "r.employees"),
        "revenue": Offer("Revenue a year", "r.revenue", As.MONEY),
    },
    Level.DEAL: {
        **SCORES,
        "owner": Offer("Owner", "r.owner"),
        "stage": Offer("Stage", "r.stage"),
        "outcome": Offer("Outcome", "r.outcome"),
        "amount": Offer("Amount", "r.amount", As.MONEY),
        "expected_close": Offer("Expected close", "r.expected_close_on", As.DAY),
        "closed_at": Offer("Closed on", "r.closed_at", As.MOMENT),
    },
}


def words(level: str) -> dict[str, str]:
    """What may be sent of a record of a level: a word by key."""
    return {key: offer.word for key, offer in OFFERED[level].items()}


def expression(offer: Offer, run: Run | None) -> str:
    """The SQL of a value; without a run there are no scores."""
    return "NULL" if offer.is_score and run is None else offer.sql
