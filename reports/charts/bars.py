"""Named amounts side by side, lying bars; what is below zero goes to the left, in the colour of trouble."""

from collections.abc import Sequence
from typing import NamedTuple

from reports.charts import svg
from reports.charts.chart import NOT_KNOWN, WIDTH, Chart, breadth, empty, gutter, known, side_label
from reports.charts.palette import Role
from reports.charts.scale import Scale
from reports.formats import Number, Show, count

BAR, ROW = 20, 28  # pixels


class Bar(NamedTuple):
    name: str
    value: Number | None


def bars(
    ident: str, title: str, items: Sequence[Bar], *, names: str, measure: str, show: Show = count
) -> Chart:
    """`names` and `measure` head the table's columns; the order is the caller's."""
    if not items:
        return empty(ident, title, (names, measure))
    values = [known(item.value) for item in items]
    rows = tuple((item.name, NOT_KNOWN if item.value is None else show(item.value)) for item in items)
    left = gutter(item.name for item in items) + 8
    room = max(breadth(shown) for _, shown in rows) + 6
    low, high = (
        min([0.0, *(v for v in values if v is not None)]),
        max([0.0, *(v for v in values if v is not None)]),
    )
    scale = Scale(low, high or (0.0 if low else 1.0), left + (room if low < 0 else 0), WIDTH - room)
    marks: list[str] = []
    for index, (row, value) in enumerate(zip(rows, values, strict=True)):
        marks += bar(scale, (left - 8, index * ROW), row, value)
    height = len(items) * ROW
    marks.append(svg.line((scale(0), 0), (scale(0), height - ROW + BAR), "neutral"))
    desc = f"{measure} by {names.lower()}: " + "; ".join(f"{name} {shown}" for name, shown in rows[:12]) + "."
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, height), marks), (names, measure), rows)


def bar(scale: Scale, at: svg.Point, row: tuple[str, str], value: float | None) -> list[str]:
    right, top = at
    marks = [side_label(row[0], right, top + 14)]
    if value is None:
        return [*marks, svg.text((scale(0) + 6, top + 14), NOT_KNOWN, "muted")]
    start, end = sorted((scale(0), scale(value)))
    role: Role = "trouble" if value < 0 else "accent"
    marks.append(svg.rect((start, top), (max(end - start, 1), BAR), role, tip=": ".join(row), radius=1))
    if value < 0:
        return [*marks, svg.text((start - 6, top + 14), row[1], anchor="end", bold=True)]
    return [*marks, svg.text((end + 6, top + 14), row[1], bold=True)]
