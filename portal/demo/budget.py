"""What the demo company's marketing paid: the 24 full months before it was loaded, by channel."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from portal.demo.channels import PAID, Channel
from portal.demo.stories import stream
from portal.demo.timeline import Timeline

MONTHS: Final = 24


@dataclass(frozen=True)
class Paid:
    channel: str
    month: date
    amount: Decimal


def paid(seed: int, timeline: Timeline) -> list[Paid]:
    """Spend in the demo's currency, by channel and month; a show is paid in the month it is held."""
    random = stream(seed, "spend")
    months = _months(timeline.at)
    return [
        Paid(channel.name, month, amount)
        for channel in PAID
        for month, amount in zip(months, _amounts(random, channel, months, timeline), strict=True)
        if amount
    ]


def _months(at: datetime) -> list[date]:
    found, day = [], at.date().replace(day=1)
    for _ in range(MONTHS):
        day = (day - timedelta(days=1)).replace(day=1)
        found.append(day)
    return found[::-1]


def _amounts(
    random: np.random.Generator, channel: Channel, months: list[date], timeline: Timeline
) -> list[Decimal]:
    growth = np.linspace(0.9, 1.12, len(months))
    usual = channel.monthly * growth * random.normal(1, 0.06, len(months))
    held = [timeline.moment(burst).date().replace(day=1) for burst in channel.bursts]
    return [
        Decimal(int(round(amount / 10) * 10 + held.count(month) * channel.burst))
        for amount, month in zip(usual.tolist(), months, strict=True)
    ]
