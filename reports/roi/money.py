"""Sums of the rows in the report's currency. Amounts in another currency are never added in: they are told apart."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from reports.figures import Missing
from reports.formats import money
from reports.roi.input import Input, Revenue, Spend

NO_SPEND: Final = "No spend recorded for the period."
NO_WINS: Final = "No won deal recorded for the period."


def spend(given: Input) -> Decimal | Missing:
    """No row is not a spend of zero."""
    rows = [row.amount for row in given.spend if row.currency == given.currency]
    if not rows:
        return Missing(f"No spend in {given.currency} recorded for the period." if given.spend else NO_SPEND)
    return sum(rows, Decimal(0))


def revenue(given: Input, *, sourced_only: bool) -> Decimal | Missing:
    """Zero when deals were won but none is marketing's; missing when nothing was won in the report's currency."""
    rows = [row for row in given.revenue if row.currency == given.currency]
    if not rows:
        return Missing(
            f"No won deal in {given.currency} recorded for the period." if given.revenue else NO_WINS
        )
    return sum((row.amount for row in rows if row.sourced or not sourced_only), Decimal(0))


def deals(given: Input) -> int:
    """Marketing-sourced deals, in whatever currency."""
    return sum(row.deals for row in given.revenue if row.sourced)


def left_out(rows: Iterable[Spend | Revenue], currency: str) -> str:
    """What stands in other currencies, as a sentence; empty when there is nothing."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.currency != currency:
            sums[row.currency] += row.amount
    if not sums:
        return ""
    amounts = " and ".join(money(amount, other) for other, amount in sorted(sums.items()))
    return f"Leaves out {amounts}: other currencies are not converted."


def mixed(given: Input) -> Missing | None:
    """Why spend and return cannot be compared, if they cannot: part of either stands in another currency."""
    used = {row.currency for row in given.spend} | {row.currency for row in given.revenue if row.sourced}
    others = sorted(used - {given.currency})
    if not others:
        return None
    names = " and ".join([given.currency, *others])
    return Missing(
        f"Amounts stand in {names} and no exchange rate is agreed (import all in {given.currency})."
    )
