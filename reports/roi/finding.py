"""What the report found, in sentences: the paragraph at its head and the titles of its charts."""

from decimal import Decimal

from reports.figures import Figure, Missing, shown
from reports.formats import count, day, money, percent
from reports.roi.input import Input
from reports.roi.report import Channel, Report


def finding(report: Report) -> str:
    """One paragraph: what was spent, what came back, what is left, or why that cannot be said."""
    return " ".join([opening(report), result(report)])


def opening(report: Report) -> str:
    given, spend, sourced = report.given, report["spend"], report["sourced_revenue"]
    if spend.value is None or sourced.value is None:
        known = [
            f"{figure.name} is {figure.shown}." for figure in (spend, sourced) if figure.value is not None
        ]
        return " ".join([f"The period runs from {day(given.start)} to {day(given.end)}.", *known])
    deals = sum(row.deals for row in given.revenue if row.sourced)
    said = f"Marketing spent {spend.shown} from {day(given.start)} to {day(given.end)} and sourced {sourced.shown} of won revenue in "
    share = report["sourced_share"]
    said += f"{count(deals)} deal{'' if deals == 1 else 's'}"
    return said + (f", {share.shown} of all won revenue." if share.value is not None else ".")


def result(report: Report) -> str:
    roi, net = report["roi"], report["net_return"]
    if roi.value is None or net.value is None:
        return roi.shown
    left = f"{net.shown} is left" if net.value >= 0 else f"{money(-net.value, net.unit)} is lost"
    margin = report.given.choices.margin
    gross = "" if margin == 1 else f" at a gross margin of {percent(margin, 1)}"
    return f"After the spend{gross}, {left}: a return of {roi.shown} on marketing investment{hurdle(report.given, roi)}."


def hurdle(given: Input, roi: Figure) -> str:
    rate = given.choices.hurdle
    if rate is None or roi.value is None:
        return ""
    place = "above" if roi.value > rate else "below" if roi.value < rate else "at"
    return f", {place} the hurdle rate of {percent(rate, 1)}"


def waterfall_title(report: Report) -> str:
    net = report["net_return"]
    if net.value is None:
        return net.shown
    verb = "left" if net.value >= 0 else "lost"
    return f"{money(abs(net.value), net.unit)} is {verb} after the spend"


def months_title(report: Report) -> str:
    both = [month for month in report.months if month.spend is not None]
    if not both:
        return "No spend is recorded in any month"
    ahead = sum((month.sourced or 0) > (month.spend or 0) for month in both)
    return f"Marketing-sourced revenue exceeded spend in {ahead} of {len(both)} months with spend"


def channels_title(report: Report) -> str:
    best = max(report.channels, key=lambda row: row.revenue, default=None)
    if best is None or best.revenue <= 0:
        return "No channel has brought won revenue yet"
    return f"{best.name} brought most marketing-sourced revenue: {money(best.revenue, report.given.currency)}"


def funnel_title(report: Report) -> str:
    """The step where most are lost, by share."""
    steps = [stage.rate for stage in report.stages if stage.rate and stage.rate.value is not None]
    if not steps:
        return "No rate can be given between the stages"
    worst = min(steps, key=lambda rate: rate.value or Decimal(0))
    return f"The narrowest step is {worst.name}: {worst.shown} go on"


def channel_roi(row: Channel) -> str:
    return row.roi.why if isinstance(row.roi, Missing) else shown(row.roi, "rate")


def reconciliation(given: Input, listed: int, revenue: Figure) -> str:
    """Do the deals behind the revenue add up to it? Said in a sentence either way."""
    total = sum((deal.amount for deal in given.deals if deal.currency == given.currency), Decimal(0))
    amount = money(total, given.currency)
    if len(given.deals) < given.deals_total or revenue.value is None:
        return f"{count(listed)} of {count(given.deals_total)} deals are listed here."
    rest = "" if listed == given.deals_total else f" The first {count(listed)} are listed here."
    if total == revenue.value:
        return f"The {count(given.deals_total)} deals add up to {amount}, the marketing-sourced revenue above.{rest}"
    gap = money(abs(total - revenue.value), given.currency)
    return f"The {count(given.deals_total)} deals add up to {amount}: {gap} away from the revenue above. Check the data.{rest}"
