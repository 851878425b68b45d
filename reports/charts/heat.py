"""A grid of values, darker for more; a cell that is not known stays empty."""

from collections.abc import Sequence
from typing import TypeAlias

from reports.charts import svg
from reports.charts.chart import NOT_KNOWN, WIDTH, Chart, clipped, empty, gutter, known, side_label
from reports.charts.palette import HEAT, ON_HEAT
from reports.formats import Number, Show, count

ROW, GAP, TOP = 32, 2, 24  # pixels
Grid: TypeAlias = Sequence[Sequence[Number | None]]


def heat(
    ident: str,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Grid,
    *,
    names: str,
    ends: tuple[float, float] | None = None,
    show: Show = count,
) -> Chart:
    """`values` is one row of values for each name in `rows`; `ends` are the palest and the darkest value,
    the smallest and the largest shown unless given. `names` heads the first column of the table.
    """
    head = (names, *columns)
    if not rows or not columns:
        return empty(ident, title, head)
    low, high = ends or reach(values)
    left = gutter(rows) + 8
    wide = (WIDTH - left) / len(columns)
    marks = [column_name(name, left + (index + 0.5) * wide, wide) for index, name in enumerate(columns)]
    for down, (name, line) in enumerate(zip(rows, values, strict=True)):
        top = TOP + down * ROW
        marks.append(side_label(name, left - 8, top + 20))
        for across, (column, value) in enumerate(zip(columns, line, strict=True)):
            place = (left + across * wide, top)
            shown = spoken(value, show)
            marks += cell(place, wide, step(value, low, high), shown, f"{name}, {column}: {shown}")
    said = tuple(
        (name, *(spoken(value, show) for value in line)) for name, line in zip(rows, values, strict=True)
    )
    desc = f"{len(rows)} rows and {len(columns)} columns; darker is more, from {show(low)} to {show(high)}."
    height = TOP + len(rows) * ROW
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, height), marks), head, said)


def reach(values: Grid) -> tuple[float, float]:
    found = [value for line in values for cell in line if (value := known(cell)) is not None] or [0.0]
    return min(found), max(found)


def step(value: Number | None, low: float, high: float) -> int | None:
    """The heat step 0..5; values beyond the ends take the end's colour."""
    place = known(value)
    if place is None:
        return None
    share = (place - low) / (high - low) if high > low else 0.0
    return round(min(max(share, 0), 1) * (len(HEAT) - 1))


def column_name(name: str, middle: float, wide: float) -> str:
    shown = clipped(name, wide + 8, 11)
    return svg.text((middle, 14), shown, "muted", anchor="middle", size=11, tip=name if shown != name else "")


def cell(at: svg.Point, wide: float, heat_step: int | None, shown: str, tip: str) -> list[str]:
    size = (wide - GAP, ROW - GAP)
    middle = (at[0] + size[0] / 2, at[1] + 19)
    if heat_step is None:
        return [
            svg.rect(at, size, "surface", tip=tip, radius=2, stroke="grid"),
            svg.text(middle, "\N{EN DASH}", "muted", anchor="middle"),
        ]
    words = svg.text(middle, clipped(shown, size[0]), ON_HEAT[heat_step], anchor="middle", tip=tip)
    return [svg.rect(at, size, HEAT[heat_step], tip=tip, radius=2), words]


def spoken(value: Number | None, show: Show) -> str:
    return NOT_KNOWN if value is None or known(value) is None else show(value)
