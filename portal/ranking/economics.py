"""How far down the list to work: to where one pursuit more brings in less than it costs, or to what the team can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import fsum
from typing import Literal

CENT = Decimal("0.01")
Limit = Literal["worth", "capacity", "list"]


@dataclass(frozen=True, slots=True)
class Depth:
    """How many to pursue, what ends it, and the money expected.

    `last_worth` is what the last pursuit brings in less its cost (None where there is none): one call fewer loses it.
    `next_worth` is the same for the next below the cut-off (None at the end of the list): one call more adds it.
    """

    pursuits: int
    limit: Limit
    cut_off: float | None
    profit: Decimal
    last_worth: Decimal | None
    next_worth: Decimal | None


def depth(
    probabilities: Sequence[float], *, cost: Decimal, margin: Decimal, capacity: int | None = None
) -> Depth:
    """Work a list of win probabilities (n,) from the best down.

    `cost` is that of one pursuit, `margin` what one win brings before it, in one currency; `capacity` is the number of
    pursuits the team can make. A pursuit pays as long as probability times margin exceeds its cost.
    """
    falling = sorted(probabilities, reverse=True)
    paying = paying_depth(falling, cost=cost, margin=margin)
    pursuits = paying if capacity is None else min(paying, max(capacity, 0))
    return Depth(
        pursuits,
        "capacity" if pursuits < paying else "list" if pursuits == len(falling) else "worth",
        falling[pursuits - 1] if pursuits else None,
        profit(falling[:pursuits], cost=cost, margin=margin),
        _worth(falling, pursuits - 1, cost, margin),
        _worth(falling, pursuits, cost, margin),
    )


def profit(probabilities: Sequence[float], *, cost: Decimal, margin: Decimal) -> Decimal:
    """What pursuing all of these brings in less what it costs, as expected."""
    return _money(Decimal(repr(fsum(probabilities))) * margin - len(probabilities) * cost)


def paying_depth(rates: Sequence[float], *, cost: Decimal, margin: Decimal) -> int:
    """How many of these falling rates, of records or of whole groups, bring in more than they cost."""
    low, high = 0, len(rates)
    while low < high:
        middle = (low + high) // 2
        pays = Decimal(repr(rates[middle])) * margin > cost
        low, high = (middle + 1, high) if pays else (low, middle)
    return low


def _worth(falling: Sequence[float], place: int, cost: Decimal, margin: Decimal) -> Decimal | None:
    if not 0 <= place < len(falling):
        return None
    return _money(Decimal(repr(falling[place])) * margin - cost)


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)
