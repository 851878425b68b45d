"""The key figures, one function each: what was added up or divided, by which definition, of which rows."""

from collections.abc import Iterator
from decimal import Decimal

from reports import figures
from reports.figures import RATE, Definition, Figure, Missing, Rate
from reports.formats import TIMES, percent, short_day
from reports.roi import money
from reports.roi.input import Input


def key_figures(given: Input) -> Iterator[Figure]:
    yield spend(given)
    yield sourced_revenue(given)
    yield revenue(given)
    yield sourced_share(given)
    yield net_return(given)
    yield roi(given)
    yield cost_per_deal(given)


def spend(given: Input) -> Figure:
    rows = [row for row in given.spend if row.currency == given.currency]
    channels = len({row.channel for row in rows})
    query = f"Sum of {len(rows):,} spend rows of {channels:,} channels, {period(given)}."
    note = money.left_out(given.spend, given.currency)
    return figure(given, "spend", "Marketing spend", money.spend(given), query=query, note=note)


def sourced_revenue(given: Input) -> Figure:
    result = money.revenue(given, sourced_only=True)
    query = f"Sum of the amounts of {money.deals(given):,} marketing-sourced deals won {period(given)}."
    note = money.left_out([row for row in given.revenue if row.sourced], given.currency)
    basis = (given.sourced, given.won)
    return figure(
        given, "sourced_revenue", "Marketing-sourced revenue", result, basis=basis, query=query, note=note
    )


def revenue(given: Input) -> Figure:
    result = money.revenue(given, sourced_only=False)
    query = f"Sum of the amounts of all deals won {period(given)}."
    note = money.left_out(given.revenue, given.currency)
    return figure(
        given, "revenue", "Won revenue, all sources", result, basis=(given.won,), query=query, note=note
    )


def sourced_share(given: Input) -> Figure:
    part, whole = (money.revenue(given, sourced_only=only) for only in (True, False))
    return figure(
        given,
        "sourced_share",
        "Marketing-sourced share of won revenue",
        figures.share_of(part, whole),
        unit=RATE,
        basis=(given.sourced, given.won),
        query="Marketing-sourced revenue divided by won revenue of all sources.",
        note=money.left_out(given.revenue, given.currency),
    )


def net_return(given: Input) -> Figure:
    result = figures.net_return(
        money.revenue(given, sourced_only=True), comparable(given), given.choices.margin
    )
    query = f"Marketing-sourced {counted(given)}, less marketing spend."
    basis = (given.sourced, given.won)
    return figure(given, "net_return", "Return less spend", result, basis=basis, query=query)


def roi(given: Input) -> Figure:
    result = figures.marketing_roi(
        money.revenue(given, sourced_only=True), comparable(given), given.choices.margin
    )
    query = f"(Marketing-sourced {counted(given)}, less marketing spend) divided by marketing spend."
    basis = (given.sourced, given.won)
    return figure(
        given, "roi", "Return on marketing investment (ROI)", result, unit=RATE, basis=basis, query=query
    )


def cost_per_deal(given: Input) -> Figure:
    won = money.deals(given)
    result = figures.cost_each(comparable(given), won)
    query = f"Marketing spend divided by {won:,} marketing-sourced deals won."
    basis = (given.sourced, given.won)
    return figure(
        given, "cost_per_deal", "Spend per marketing-sourced deal", result, basis=basis, query=query
    )


def comparable(given: Input) -> Decimal | Missing:
    """The spend to set against the return, or why the two cannot be set against each other."""
    return money.mixed(given) or money.spend(given)


def counted(given: Input) -> str:
    margin = given.choices.margin
    return "revenue" if margin == 1 else f"revenue {TIMES} {percent(margin, 1)} gross margin"


def period(given: Input) -> str:
    return f"from {short_day(given.start)} to {short_day(given.end)}"


def figure(
    given: Input,
    key: str,
    name: str,
    result: Decimal | Rate | Missing,
    *,
    query: str,
    unit: str = "",
    basis: tuple[Definition, ...] = (),
    note: str = "",
) -> Figure:
    """The result with all that finance needs to check it; the unit is the report's currency unless named."""
    unit = unit or given.currency
    if isinstance(result, Missing):
        return Figure(key, name, None, unit, basis, given.digest, query, result.why, note=note)
    if isinstance(result, Rate):
        ends = (result.low, result.high)
        return Figure(key, name, result.value, unit, basis, given.digest, query, interval=ends, note=note)
    return Figure(key, name, result, unit, basis, given.digest, query, note=note)
