"""Measures over time, or any ordered steps: at most two lines, the second dashed with squares, each with its interval."""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from reports.charts import svg
from reports.charts.chart import NOT_KNOWN, WIDTH, Chart, at_least, breadth, empty, known, legend
from reports.charts.palette import Role
from reports.charts.scale import Frame, Scale, ticks, y_axis
from reports.formats import Number, Show, count

HEIGHT: Final = 240
T = TypeVar("T")
DASH: Final = "6 4"


class Line(NamedTuple):
    """A value for each step, None where it is not known; `low` and `high` bound it, or are empty."""

    name: str
    values: Sequence[Number | None]
    role: Role = "accent"
    low: Sequence[Number | None] = ()
    high: Sequence[Number | None] = ()


def series(
    ident: str,
    title: str,
    steps: Sequence[str],
    lines: Sequence[Line],
    *,
    names: str = "Month",
    show: Show = count,
) -> Chart:
    """`steps` name the places on the x axis; a value that is not known leaves a gap, never a zero."""
    head = (names, *(line.name for line in lines))
    if not 1 <= len(lines) <= 2:  # noqa: PLR2004
        raise ValueError(
            f"A chart of series takes one line or two, not {len(lines)}: draw one chart for each pair."
        )
    if not steps or all(known(value) is None for line in lines for value in line.values):
        return empty(ident, title, head)
    frame, marked = framed(len(steps), lines, show)
    drawn = [signs(line, second=index == 1) for index, line in enumerate(lines)]
    marks = [*y_axis(frame, marked, show), *step_names(frame, steps)]
    for index, line in enumerate(lines):
        marks += one_line(frame, steps, line, show, second=index == 1)
    marks += legend([(sign, line.name) for sign, line in zip(drawn, lines, strict=True)], (frame.x.start, 12))
    rows = tuple((step, *(cell(line, index, show) for line in lines)) for index, step in enumerate(steps))
    desc = f"From {steps[0]} to {steps[-1]}: " + ", ".join(line.name for line in lines) + "."
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, HEIGHT), marks), head, rows)


def framed(steps: int, lines: Sequence[Line], show: Show) -> tuple[Frame, list[float]]:
    """The scales; the y axis holds zero, so that a small change does not look like a large one."""
    values = [known(value) for line in lines for value in (*line.values, *line.low, *line.high)]
    low = min([0.0, *(value for value in values if value is not None)])
    marked = ticks(low, at_least(values, 0) if low < 0 else at_least(values, 1), 4)
    left = max(breadth(show(value), 11) for value in marked) + 8
    x = Scale(0, max(steps - 1, 1), left + 8, WIDTH - 34)
    return Frame(x, Scale(marked[0], marked[-1], HEIGHT - 28, 28)), marked


def step_names(frame: Frame, steps: Sequence[str]) -> list[str]:
    """As many names as fit without touching, always the first."""
    room = (frame.x.end - frame.x.start) / max(len(steps) - 1, 1)
    every = max(1, -int(-(max(map(breadth, steps)) + 6) // room))
    return [
        svg.text((frame.x(index), HEIGHT - 8), step, "muted", anchor="middle", size=11)
        for index, step in enumerate(steps)
        if index % every == 0
    ]


def one_line(frame: Frame, steps: Sequence[str], line: Line, show: Show, *, second: bool) -> list[str]:
    marks = []
    if line.low and line.high:
        for run in runs([both(low, high) for low, high in zip(line.low, line.high, strict=True)]):
            upper = [frame.at(index, high) for index, (_, high) in run]
            lower = [frame.at(index, low) for index, (low, _) in run]
            marks.append(svg.area([*upper, *reversed(lower)], line.role, 0.16))
    for whole in runs([known(value) for value in line.values]):
        points = [frame.at(index, value) for index, value in whole]
        marks.append(svg.path(points, line.role, dash=DASH if second else ""))
        marks += [sign(point, line.role, second=second) for point in points]
    for index, value in enumerate(line.values):
        if known(value) is not None:
            tip = f"{steps[index]}, {line.name}: {cell(line, index, show)}"
            marks.append(svg.hit(frame.at(index, value or 0), tip))
    return marks


def runs(values: Sequence[T | None]) -> list[list[tuple[int, T]]]:
    """The stretches without a gap, as (place, value)."""
    found: list[list[tuple[int, T]]] = [[]]
    for index, value in enumerate(values):
        if value is not None:
            found[-1].append((index, value))
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def both(low: Number | None, high: Number | None) -> tuple[float, float] | None:
    ends = known(low), known(high)
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def sign(at: svg.Point, role: Role, *, second: bool) -> str:
    return svg.square(at, 3, role) if second else svg.circle(at, 3, role)


def signs(line: Line, *, second: bool) -> str:
    """The legend's mark: a piece of the line with its sign."""
    stroke = svg.line((-6, 0), (6, 0), line.role, width=2, dash="3 2" if second else "")
    return stroke + sign((0, 0), line.role, second=second)


def cell(line: Line, index: int, show: Show) -> str:
    value = line.values[index]
    if value is None or known(value) is None:
        return NOT_KNOWN
    bounds = both(line.low[index], line.high[index]) if line.low and line.high else None
    return show(value) + (f" ({show(bounds[0])} to {show(bounds[1])})" if bounds else "")
