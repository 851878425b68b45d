"""How long things have been lying where they are: a bar a stage, cut by age, the oldest in the colour of trouble."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from reports.charts import svg
from reports.charts.chart import WIDTH, Chart, breadth, empty, gutter, legend, side_label
from reports.charts.palette import HEAT, ON_HEAT, Role
from reports.formats import Show, count

BAR, ROW, TOP = 20, 28, 28  # pixels
AGES: Final[tuple[Role, ...]] = ("heat-1", "heat-2", "heat-3", "heat-4")
ON: Final[dict[Role, Role]] = {**dict(zip(HEAT, ON_HEAT, strict=True)), "trouble": "on-trouble"}


class Aged(NamedTuple):
    """A stage with its count for each age, the youngest first."""

    name: str
    counts: Sequence[int]


def ageing(
    ident: str,
    title: str,
    stages: Sequence[Aged],
    ages: Sequence[str],
    *,
    names: str = "Stage",
    show: Show = count,
) -> Chart:
    """`ages` name the two to five buckets; the last one is too old."""
    head = (names, *ages)
    if not stages or not any(sum(stage.counts) for stage in stages):
        return empty(ident, title, head)
    roles: list[Role] = [*AGES[: len(ages) - 1], "trouble"]
    left = gutter(stage.name for stage in stages) + 8
    room = WIDTH - left - breadth("1,000,000")
    scale = room / max(sum(stage.counts) for stage in stages)
    signs = [svg.square((0, 0), 5, role) for role in roles]
    marks = legend(list(zip(signs, ages, strict=True)), (left, 14))
    for index, stage in enumerate(stages):
        top = TOP + index * ROW
        sizes = [held * scale for held in stage.counts]
        marks.append(side_label(stage.name, left - 8, top + 14))
        for age, role, held, size, x in zip(
            ages, roles, stage.counts, sizes, accumulate(sizes, initial=left), strict=False
        ):
            marks += piece((x, top), size, role, show(held), f"{stage.name}, {age}: {show(held)}")
        marks.append(svg.text((left + sum(sizes) + 6, top + 14), show(sum(stage.counts)), bold=True))
    old = sum(stage.counts[-1] for stage in stages)
    desc = f"{show(old)} of {show(sum(sum(stage.counts) for stage in stages))} are {ages[-1]}."
    rows = tuple((stage.name, *map(show, stage.counts)) for stage in stages)
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, TOP + len(stages) * ROW), marks), head, rows)


def piece(at: svg.Point, size: float, role: Role, shown: str, tip: str) -> list[str]:
    """Nothing for a count of zero; the count in words where it has room."""
    if not size:
        return []
    bar = svg.rect(at, (max(size - 1, 1), BAR), role, tip=tip)
    if breadth(shown, 11) + 4 > size:
        return [bar]
    return [bar, svg.text((at[0] + size / 2, at[1] + 14), shown, ON[role], anchor="middle", size=11, tip=tip)]
