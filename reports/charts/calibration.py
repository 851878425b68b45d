"""Does a predicted chance come true? Predicted against observed share, each with its interval."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from reports.charts import svg
from reports.charts.chart import WIDTH, Chart, at_least, empty
from reports.charts.scale import Frame, Scale, ticks, x_axis, y_axis
from reports.formats import count, percent

HEIGHT: Final = 300
HEAD: Final = ("Predicted", "Observed", "95% interval", "Records")


class Bin(NamedTuple):
    """Records of similar predictions: mean prediction, share observed with its interval (all 0..1), how many."""

    predicted: float
    observed: float
    low: float
    high: float
    records: int


def calibration(ident: str, title: str, bins: Sequence[Bin], *, outcome: str = "won") -> Chart:
    """Points on the diagonal mean that a predicted 20% happens in 20 of 100 cases."""
    if not bins:
        return empty(ident, title, HEAD)
    marked = ticks(0, at_least((max(each.predicted, each.high) for each in bins), 0.1))
    top = marked[-1]
    frame = Frame(Scale(0, top, 44, WIDTH - 24), Scale(0, top, HEIGHT - 44, 24))
    marks = [
        *y_axis(frame, marked, percent),
        *x_axis(frame, marked, percent),
        *axis_names(frame, top, outcome),
        *points(frame, sorted(bins)),
    ]
    furthest = max(bins, key=lambda each: abs(each.predicted - each.observed))
    desc = f"Furthest from the diagonal: {sentence(furthest)}."
    rows = tuple(row(each) for each in sorted(bins))
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, HEIGHT), marks), HEAD, rows)


def axis_names(frame: Frame, top: float, outcome: str) -> list[str]:
    middle = (frame.x.start + frame.x.end) / 2
    return [
        svg.text((frame.x.start, 11), f"Share that {outcome}", "muted", size=11),
        svg.text((middle, HEIGHT - 6), "Predicted share", "muted", anchor="middle", size=11),
        svg.line(frame.at(0, 0), frame.at(top, top), "neutral", dash="4 4"),
        svg.line((frame.x.end - 112, 7), (frame.x.end - 84, 7), "neutral", dash="4 4"),
        svg.text((frame.x.end, 11), "as predicted", "muted", anchor="end", size=11),
    ]


def points(frame: Frame, bins: list[Bin]) -> list[str]:
    marks = [svg.path([frame.at(each.predicted, each.observed) for each in bins], "accent")]
    for each in bins:
        x, y = frame.at(each.predicted, each.observed)
        marks.append(svg.line((x, frame.y(each.low)), (x, frame.y(each.high)), "accent", width=1.5))
        ends = frame.y(each.low), frame.y(each.high)
        marks += [svg.line((x - 3, end), (x + 3, end), "accent") for end in ends]
        marks += [svg.circle((x, y), 3.5, "accent"), svg.hit((x, y), sentence(each))]
    return marks


def sentence(each: Bin) -> str:
    predicted, observed, interval, records = row(each)
    return f"{predicted} predicted, {observed} observed (95% interval {interval}, {records} records)"


def row(each: Bin) -> tuple[str, str, str, str]:
    interval = f"{percent(each.low, 1)} to {percent(each.high, 1)}"
    return percent(each.predicted, 1), percent(each.observed, 1), interval, count(each.records)
