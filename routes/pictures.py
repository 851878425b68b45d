"""The charts of models and runs. Each title states what the chart shows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from portal.models.tables import Run
from portal.ranking import economics
from portal.ranking.economics import Depth
from portal.ranking.terms import Asked, Chances
from reports import charts, formats
from reports.charts import Bar, Bin, Chart, Gain, Line, Tenth

Test = Mapping[str, Any]
STEPS: Final = 10
CLOSE: Final = 0.03  # points; nearer than this a predicted share came true


def of_test(ident: str, test: Test) -> list[Chart]:
    """Lift by tenth, gains and calibration of a model in one test."""
    return [lift(f"{ident}-lift", test), gains(f"{ident}-gains", test), calibration(f"{ident}-chance", test)]


def lift(ident: str, test: Test) -> Chart:
    tenths = [Tenth(t["lift"], t["records"], round(t["positives"])) for t in test["tenths"]]
    title = f"The best tenth holds {_number(tenths[0].lift)} times the average share of outcomes"
    return charts.lift(ident, title, tenths, outcome="with the outcome")


def gains(ident: str, test: Test) -> Chart:
    found = [tenth["gain"] for tenth in test["tenths"]]
    points = [Gain(0, 0), *(Gain(number / len(found), gain) for number, gain in enumerate(found, 1))]
    title = f"The best fifth holds {_percent(found[1])} of all outcomes"
    return charts.gains(ident, title, points, mark=0.2, worked="records", found="outcomes")


def calibration(ident: str, test: Test) -> Chart:
    bins = [
        Bin(b["predicted"], b["observed"], b["low"], b["high"], b["records"]) for b in test["calibration"]
    ]
    missed = sum(b.records * abs(b.predicted - b.observed) for b in bins) / sum(b.records for b in bins)
    points = f"{missed * 100:.1f} points"
    close = f"Predicted shares come true within {points} on average"
    title = close if missed <= CLOSE else f"Predicted shares miss what happened by {points} on average"
    return charts.calibration(ident, title, bins, outcome="had the outcome")


def groups(run: Run) -> Chart:
    """How many records of a run fall into each group."""
    found: Sequence[Mapping[str, Any]] = run.groups
    best = found[0]
    expected = f", {_percent(best['propensity'])} of them with the outcome if it comes as predicted"
    title = (
        f"Group 1 holds {best['records']:,} of {run.scored:,} records{expected if best['records'] else ''}"
    )
    bars = [Bar(f"Group {group['group']}", group["records"]) for group in found]
    return charts.bars("by-group", title, bars, names="Group", measure="Records")


def depth(found: Chances, asked: Asked, worked: Depth, paying: int) -> Chart:
    """What working down to a place brings in less what it costs, as expected."""
    end = min(len(found.propensities), max(2 * paying, 2 * worked.pursuits, STEPS))
    places = sorted({round(end * step / STEPS) for step in range(STEPS + 1)} | {worked.pursuits})
    falling = sorted(found.propensities, reverse=True)
    profits = [economics.profit(falling[:place], cost=asked.cost, margin=asked.margin) for place in places]
    title = f"The first {worked.pursuits:,} bring {formats.money(worked.profit, asked.currency)} more than they cost"
    if not worked.pursuits:
        title = "No pursuit brings more than it costs"
    line = Line("Brought in less its cost", profits)
    show = formats.compact_money(asked.currency)
    return charts.series(
        "depth", title, [f"{place:,}" for place in places], [line], names="Pursuits", show=show
    )


def _number(value: float | None) -> str:
    return "an unknown number of" if value is None else f"{value:.1f}"


def _percent(share: float | None) -> str:
    return "an unknown share" if share is None else f"{share:.0%}"
