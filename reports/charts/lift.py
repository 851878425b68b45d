"""How much better than average each tenth of the ranking does."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from reports.charts import svg
from reports.charts.chart import NOT_KNOWN, WIDTH, Chart, at_least, breadth, empty, known
from reports.charts.scale import Frame, Scale, ticks, y_axis
from reports.formats import TIMES, count, plain

HEIGHT: Final = 240
HEAD: Final = ("Tenth, 1 is best", "Lift", "Records", "Outcomes")


class Tenth(NamedTuple):
    """A group of the ranking: its rate over the rate of all (None where it holds nothing), and its counts."""

    lift: float | None
    records: int
    outcomes: int


def lift(ident: str, title: str, tenths: Sequence[Tenth], *, outcome: str = "won") -> Chart:
    """Bars from the best group to the last; the line at 1 is the average of all."""
    if not tenths:
        return empty(ident, title, HEAD)
    marked = ticks(0, at_least((known(tenth.lift) for tenth in tenths), 1))
    frame = Frame(Scale(0, len(tenths), 44, WIDTH - 72), Scale(0, marked[-1], HEIGHT - 40, 24))
    marks = [*y_axis(frame, marked, times), *average(frame)]
    for index, tenth in enumerate(tenths):
        marks += bar(frame, index, tenth, outcome)
    desc = f"The best group holds {shown(tenths[0])} the average share."
    rows = tuple(row(index, tenth) for index, tenth in enumerate(tenths, 1))
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, HEIGHT), marks), HEAD, rows)


def average(frame: Frame) -> list[str]:
    y, middle = frame.y(1), (frame.x.start + frame.x.end) / 2
    return [
        svg.line((frame.x.start, y), (frame.x.end, y), "neutral", width=1.5, dash="4 4"),
        svg.text((frame.x.end + 6, y + 4), "average", "muted", size=11),
        svg.text((middle, HEIGHT - 6), "Tenth of the ranking, 1 is best", "muted", anchor="middle", size=11),
    ]


def bar(frame: Frame, index: int, tenth: Tenth, outcome: str) -> list[str]:
    left, right = frame.x(index + 0.12), frame.x(index + 0.88)
    middle, foot = (left + right) / 2, frame.y.start
    value = known(tenth.lift)
    name = svg.text((middle, foot + 16), str(index + 1), "muted", anchor="middle", size=11)
    if value is None:
        return [name, svg.text((middle, foot - 5), "-", "muted", anchor="middle", size=11, tip=NOT_KNOWN)]
    top, label = frame.y(value), shown(tenth)
    said = f"Tenth {index + 1}: {label}, {count(tenth.outcomes)} of {count(tenth.records)} {outcome}"
    half = breadth(label, 11) / 2
    return [
        name,
        svg.rect((left, top), (right - left, max(foot - top, 1)), "accent", tip=said, radius=1),
        svg.rect((middle - half, top - 15), (2 * half, 13), "surface"),
        svg.text((middle, top - 5), label, anchor="middle", size=11, bold=True),
    ]


def row(index: int, tenth: Tenth) -> tuple[str, str, str, str]:
    return str(index), shown(tenth), count(tenth.records), count(tenth.outcomes)


def shown(tenth: Tenth) -> str:
    value = known(tenth.lift)
    return NOT_KNOWN if value is None else f"{plain(value, 2)}{TIMES}"


def times(value: object) -> str:
    return f"{value:g}{TIMES}"
