"""The four charts of the report, each titled by its finding."""

from reports.charts import Bar, Chart, Line, Stage, Step, bars, funnel, series, waterfall
from reports.formats import compact_money, month
from reports.roi import finding
from reports.roi.report import Report


def pictures(report: Report) -> dict[str, Chart]:
    return {
        "waterfall": money_left(report),
        "months": by_month(report),
        "channels": by_channel(report),
        "funnel": by_stage(report),
    }


def money_left(report: Report) -> Chart:
    """From revenue over the cost of what was sold, where finance counts margin, to what the spend left."""
    title, currency = finding.waterfall_title(report), report.given.currency
    revenue, spend, net = (report[key].value for key in ("sourced_revenue", "spend", "net_return"))
    if revenue is None or spend is None or net is None:
        return waterfall("roi-waterfall", title, [])
    goods = revenue * (1 - report.given.choices.margin)
    steps = [Step("Marketing-sourced revenue", revenue)]
    steps += [Step("Cost of goods sold", -goods)] if goods else []
    steps.append(Step("Marketing spend", -spend))
    return waterfall("roi-waterfall", title, steps, total="Return less spend", show=compact_money(currency))


def by_month(report: Report) -> Chart:
    lines = [
        Line("Marketing-sourced revenue", [row.sourced for row in report.months]),
        Line("Marketing spend", [row.spend for row in report.months], "marketing"),
    ]
    steps = [month(row.on) for row in report.months]
    show = compact_money(report.given.currency)
    return series("roi-months", finding.months_title(report), steps, lines, show=show)


def by_channel(report: Report) -> Chart:
    """At most twelve channels; the table beside it holds all."""
    items = [Bar(row.name, row.revenue) for row in report.channels[:12]]
    show = compact_money(report.given.currency)
    title = finding.channels_title(report)
    return bars("roi-channels", title, items, names="Channel", measure="Marketing-sourced revenue", show=show)


def by_stage(report: Report) -> Chart:
    return funnel(
        "roi-funnel", finding.funnel_title(report), [Stage(row.name, row.reached) for row in report.stages]
    )
