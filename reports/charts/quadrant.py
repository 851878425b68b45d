"""Where the records lie on two scores: a grid of counts, cut into four fields with a line of advice each."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from reports.charts import svg
from reports.charts.chart import Chart, breadth, clipped, empty
from reports.charts.palette import HEAT
from reports.formats import count, percent

SIDE: Final = 312  # pixels, the whole grid
LEFT, TOP = 24, 24
WIDTH: Final = 560
HEAD: Final = ("Field", "Records", "Share")


class Cut(NamedTuple):
    """The first column and the first row, from below, that count as high."""

    across: int
    up: int


class Fields(NamedTuple):
    """The advice for each field, the first word that of the x axis: high and high, low and high, and so on."""

    high_high: str = "Call now"
    low_high: str = "Check fit"
    high_low: str = "Warm up"
    low_low: str = "Leave"


FIELDS: Final = Fields()


def quadrant(
    ident: str,
    title: str,
    counts: Sequence[Sequence[int]],
    cut: Cut,
    *,
    x: str,
    y: str,
    fields: Fields = FIELDS,
    records: str = "leads",
) -> Chart:
    """`counts[row][column]`, the row of the lowest y first, all rows of one length."""
    total = sum(map(sum, counts))
    if not total:
        return empty(ident, title, HEAD)
    wide, high = SIDE / len(counts[0]), SIDE / len(counts)
    marks = [*cells(counts, wide, high, records), *cuts(cut, wide, high), *axis_names(x, y)]
    rows = tuple((name, count(held), percent(held / total)) for name, held in sums(counts, cut, fields))
    for index, row in enumerate(rows):
        marks += advice(index, row, records)
    desc = "; ".join(f"{name}: {held} {records}, {share}" for name, held, share in rows) + "."
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, TOP + SIDE + 28), marks), HEAD, rows)


def cells(counts: Sequence[Sequence[int]], wide: float, high: float, records: str) -> list[str]:
    """Steps by the logarithm: a few crowded cells would otherwise pale all the rest."""
    most = max(map(max, counts))
    marks = []
    for up, line in enumerate(counts):
        for across, held in enumerate(line):
            at = (LEFT + across * wide, TOP + SIDE - (up + 1) * high)
            step = math.ceil(5 * math.log1p(held) / math.log1p(most))
            marks.append(svg.rect(at, (wide - 1, high - 1), HEAT[step], tip=f"{count(held)} {records}"))
    return marks


def cuts(cut: Cut, wide: float, high: float) -> list[str]:
    x, y = LEFT + cut.across * wide - 0.5, TOP + SIDE - cut.up * high - 0.5
    ends = ((x, TOP), (x, TOP + SIDE)), ((LEFT, y), (LEFT + SIDE, y))
    return [svg.line(start, end, "trouble", width=1.5) for start, end in ends]


def axis_names(x: str, y: str) -> list[str]:
    return [
        svg.text((LEFT, 14), f"↑ {y}", "muted", size=11),
        svg.text((LEFT + SIDE / 2, TOP + SIDE + 18), f"{x} →", "muted", anchor="middle", size=11),
    ]


def sums(counts: Sequence[Sequence[int]], cut: Cut, fields: Fields) -> list[tuple[str, int]]:
    upper, lower = counts[cut.up :], counts[: cut.up]
    return [
        (fields.high_high, sum(sum(line[cut.across :]) for line in upper)),
        (fields.low_high, sum(sum(line[: cut.across]) for line in upper)),
        (fields.high_low, sum(sum(line[cut.across :]) for line in lower)),
        (fields.low_low, sum(sum(line[: cut.across]) for line in lower)),
    ]


def advice(index: int, row: tuple[str, str, str], records: str) -> list[str]:
    x, y = LEFT + SIDE + 16, TOP + 14 + index * 40
    name, held, share = row
    return [
        svg.text((x, y), clipped(name, WIDTH - x), bold=True, tip=name if breadth(name) > WIDTH - x else ""),
        svg.text((x, y + 16), f"{held} {records}, {share}", "muted", size=11),
    ]
