"""From one amount to another by steps: what adds, what takes away, what is left."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from reports.charts import svg
from reports.charts.chart import WIDTH, Chart, empty, lines_of
from reports.charts.palette import Role
from reports.charts.scale import Scale
from reports.formats import Number, Show, count, exact, signed

HEIGHT: Final = 260
HEAD: Final = ("Step", "Change", "Then")


class Step(NamedTuple):
    name: str
    change: Number


class Column(NamedTuple):
    name: str
    start: float
    end: float
    said: str
    role: Role


def waterfall(
    ident: str, title: str, steps: Sequence[Step], *, total: str = "Net", show: Show = count
) -> Chart:
    """The last column, named by `total`, is the exact sum of the steps."""
    if not steps:
        return empty(ident, title, HEAD)
    sums = list(accumulate(exact(step.change) for step in steps))
    columns = laid(steps, [float(value) for value in sums], total, show, show(sums[-1]))
    ends = [0.0, *(column.end for column in columns)]
    y = Scale(min(ends), max(ends) or (0.0 if min(ends) else 1.0), HEIGHT - 56, 24)
    slot = (WIDTH - 16) / len(columns)
    marks = [svg.line((8, y(0)), (WIDTH - 8, y(0)), "neutral")]
    for index, column in enumerate(columns):
        marks += drawn(y, 8 + index * slot, slot, column, last=index == len(columns) - 1)
    rows = [
        (step.name, signed(show)(step.change), show(value)) for step, value in zip(steps, sums, strict=True)
    ]
    desc = f"{len(steps)} steps lead to {total.lower()} {show(sums[-1])}."
    drawing = svg.drawing(ident, title, desc, (WIDTH, HEIGHT), marks)
    return Chart(title, drawing, HEAD, (*rows, (total, "", show(sums[-1]))))


def laid(steps: Sequence[Step], sums: list[float], total: str, show: Show, last: str) -> list[Column]:
    change = signed(show)
    starts = [0.0, *sums]
    columns = [
        Column(step.name, start, end, change(step.change), "trouble" if step.change < 0 else "accent")
        for step, start, end in zip(steps, starts, sums, strict=False)
    ]
    return [*columns, Column(total, 0.0, sums[-1], last, "neutral")]


def drawn(y: Scale, left: float, slot: float, column: Column, *, last: bool) -> list[str]:
    top, foot = sorted((y(column.start), y(column.end)))
    middle, wide = left + slot / 2, slot * 0.8
    tip = f"{column.name}: {column.said}"
    marks = [
        svg.rect((middle - wide / 2, top), (wide, max(foot - top, 1)), column.role, tip=tip, radius=1),
        svg.text((middle, top - 6), column.said, anchor="middle", size=11, bold=True),
    ]
    if not last:
        marks.append(
            svg.line((middle + wide / 2, y(column.end)), (left + slot * 1.1, y(column.end)), "neutral")
        )
    for index, words in enumerate(lines_of(column.name, slot)):
        at = (middle, HEIGHT - 36 + index * 14)
        marks.append(svg.text(at, words, "muted", anchor="middle", size=11, tip=column.name))
    return marks
