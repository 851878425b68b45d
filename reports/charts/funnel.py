"""How many records reach each stage, and which share of each stage goes on."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from reports.charts import svg
from reports.charts.chart import NOT_KNOWN, WIDTH, Chart, at_least, breadth, empty, gutter, known, side_label
from reports.charts.palette import Role
from reports.formats import Number, count, percent

BAR, ROW = 26, 42  # pixels
HEAD = ("Stage", "Count", "Share of the stage before")


class Stage(NamedTuple):
    name: str
    reached: Number | None


def funnel(ident: str, title: str, stages: Sequence[Stage]) -> Chart:
    """Stages in order, the widest first as a rule. A missing count says so and has no rate on either side."""
    if not stages:
        return empty(ident, title, HEAD)
    rows = tuple(zip((name for name, _ in stages), map(amount, stages), rates(stages), strict=True))
    left = gutter(stage.name for stage in stages)
    room = WIDTH - left - 8 - max(breadth(shown) for _, shown, _ in rows) - 8
    widest = at_least((known(stage.reached) for stage in stages), 1)
    marks: list[str] = []
    for index, (stage, (name, shown, rate)) in enumerate(zip(stages, rows, strict=True)):
        size = max((known(stage.reached) or 0) / widest * room, 2)
        marks += stage_marks((left, index * ROW), size, name, shown, rate)
    desc = f"From {rows[0][0]}, {rows[0][1]}, to {rows[-1][0]}, {rows[-1][1]}."
    drawing = svg.drawing(ident, title, desc, (WIDTH, len(stages) * ROW - ROW + BAR + 4), marks)
    return Chart(title, drawing, HEAD, rows)


def stage_marks(at: svg.Point, size: float, name: str, shown: str, rate: str) -> list[str]:
    left, top = at
    tip = f"{name}: {shown}" + (f", {rate} of the stage before" if rate else "")
    marks = [side_label(name, left, top + 17)]
    if shown != NOT_KNOWN:
        marks.append(svg.rect((left + 8, top), (size, BAR), "accent", tip=tip, radius=2))
    else:
        size = 0
    role: Role = "muted" if shown == NOT_KNOWN else "ink"
    marks.append(svg.text((left + size + 16, top + 17), shown, role, bold=role == "ink"))
    if rate:
        marks.append(svg.text((left + 10, top - 5), f"↓ {rate} go on", "muted", size=11))
    return marks


def amount(stage: Stage) -> str:
    value = known(stage.reached)
    return NOT_KNOWN if value is None else count(value)


def rates(stages: Sequence[Stage]) -> list[str]:
    """Empty where a rate has no meaning: at the first stage, after zero, beside a missing count."""
    values = [known(stage.reached) for stage in stages]
    return [
        "",
        *(
            percent(after / before) if before and after is not None else ""
            for before, after in pairwise(values)
        ),
    ]
