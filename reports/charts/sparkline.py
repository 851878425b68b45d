"""A line the height of a word: the way something went, without axes."""

from collections.abc import Sequence
from typing import Final

from reports.charts import svg
from reports.charts.chart import NOT_KNOWN, Chart, known
from reports.charts.scale import Frame, Scale
from reports.charts.series import runs
from reports.formats import Number, Show, count

SIZE: Final = (110, 24)


def sparkline(
    ident: str, title: str, steps: Sequence[str], values: Sequence[Number | None], *, show: Show = count
) -> Chart:
    """One value a step, None for a gap; the last known one carries the dot. The y axis is the values' own reach."""
    line = [known(value) for value in values]
    found = [value for value in line if value is not None]
    y = Scale(min(found, default=0), max(found, default=0), SIZE[1] - 4, 4)
    frame = Frame(Scale(0, max(len(line) - 1, 1), 4, SIZE[0] - 4), y)
    stretches = [[frame.at(index, value) for index, value in run] for run in runs(line)]
    marks = [svg.path(points, "accent", width=1.5) for points in stretches]
    if stretches:
        marks.append(svg.circle(stretches[-1][-1], 2.5, "accent"))
    said = [NOT_KNOWN if value is None or known(value) is None else show(value) for value in values]
    desc = (
        f"From {said[0]} in {steps[0]} to {said[-1]} in {steps[-1]}."
        if said
        else "There is no data to draw yet."
    )
    rows = tuple(zip(steps, said, strict=True))
    return Chart(title, svg.drawing(ident, title, desc, SIZE, marks), ("When", "Value"), rows)
