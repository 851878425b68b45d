"""The whole report: key figures, the funnel's stages, months and channels."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from reports import figures
from reports.figures import RATE, Definition, Figure, Missing
from reports.roi import money
from reports.roi.input import Input, Reached, Revenue, Spend
from reports.roi.key import comparable, figure, key_figures, period


class Month(NamedTuple):
    """`spend` is None where none is recorded; revenue is None where no win is recorded at all, and in a month
    that had not begun when the data was read.
    """

    on: date
    spend: Decimal | None
    sourced: Decimal | None
    other: Decimal | None


class Channel(NamedTuple):
    name: str
    spend: Decimal | None
    revenue: Decimal
    deals: int
    roi: Decimal | Missing


class Stage(NamedTuple):
    """A stage's count, the rate from the stage before it, and what reaching it cost; the first has no rate."""

    name: str
    reached: int | None
    definition: Definition
    rate: Figure | None
    cost: Figure


@dataclass(frozen=True, slots=True)
class Report:
    given: Input
    key: tuple[Figure, ...]
    stages: tuple[Stage, ...]
    months: tuple[Month, ...]
    channels: tuple[Channel, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of them: the key figures, then each stage's rate and cost."""
        return (*self.key, *(each for stage in self.stages for each in (stage.rate, stage.cost) if each))

    def __getitem__(self, key: str) -> Figure:
        return next(each for each in self.figures if each.key == key)


def build(given: Input) -> Report:
    """Everything the document states, in the report's currency."""
    return Report(
        given=given,
        key=tuple(key_figures(given)),
        stages=tuple(stages(given)),
        months=tuple(month_row(given, on) for on in months(given.start, given.end)),
        channels=channels(given),
    )


def stages(given: Input) -> Iterator[Stage]:
    rates = [None, *(rate(given, number, pair) for number, pair in enumerate(pairwise(given.funnel), 1))]
    for number, (reached, share) in enumerate(zip(given.funnel, rates, strict=False)):
        yield Stage(reached.stage, reached.count, reached.definition, share, cost(given, number, reached))


def rate(given: Input, number: int, pair: tuple[Reached, Reached]) -> Figure:
    before, after = pair
    return figure(
        given,
        f"rate_{number}",
        f"{before.stage} to {after.stage}",
        figures.conversion(before.count, after.count),
        unit=RATE,
        basis=tuple(dict.fromkeys((before.definition, after.definition))),
        query=f"Records that reached {after.stage} divided by those that reached {before.stage}, {period(given)}.",
    )


def cost(given: Input, number: int, reached: Reached) -> Figure:
    return figure(
        given,
        f"cost_{number}",
        f"Spend per record that reached {reached.stage}",
        figures.cost_each(comparable(given), reached.count),
        basis=(reached.definition,),
        query=f"Marketing spend divided by the records that reached {reached.stage}, {period(given)}.",
    )


def months(start: date, end: date) -> Iterator[date]:
    """The first day of each month of the period, also of those where nothing happened."""
    on = start.replace(day=1)
    while on <= end:
        yield on
        on = (on + timedelta(days=32)).replace(day=1)


def month_row(given: Input, on: date) -> Month:
    spent = [row.amount for row in given.spend if counts(given, row, on)]
    spend = sum(spent, Decimal(0)) if spent else None
    if on > given.as_of.date() or isinstance(money.revenue(given, sourced_only=False), Missing):
        return Month(on, spend, None, None)
    won = [row for row in given.revenue if counts(given, row, on)]
    sourced = sum((row.amount for row in won if row.sourced), Decimal(0))
    other = sum((row.amount for row in won if not row.sourced), Decimal(0))
    return Month(on, spend, sourced, other)


def counts(given: Input, row: Spend | Revenue, on: date) -> bool:
    return row.currency == given.currency and row.month.replace(day=1) == on


def channels(given: Input) -> tuple[Channel, ...]:
    """The channel with most revenue first. Deals whose channel is not known have a row of their own, and no ROI."""
    spent = [row for row in given.spend if row.currency == given.currency]
    won = [row for row in given.revenue if row.sourced and row.currency == given.currency]
    names = {row.channel for row in spent} | {row.channel for row in won}
    rows = (
        channel(
            given,
            name,
            [row for row in spent if row.channel == name],
            [row for row in won if row.channel == name],
        )
        for name in names
    )
    return tuple(sorted(rows, key=lambda row: (-row.revenue, -(row.spend or 0), row.name)))


def channel(given: Input, name: str, spent: list[Spend], won: list[Revenue]) -> Channel:
    revenue = sum((row.amount for row in won), Decimal(0))
    cost = sum((row.amount for row in spent), Decimal(0)) if spent else Missing("No spend recorded.")
    roi = figures.marketing_roi(revenue, money.mixed(given) or cost, given.choices.margin)
    deals = sum(row.deals for row in won)
    return Channel(name or "Channel not known", figures.value_of(cost), revenue, deals, roi)
