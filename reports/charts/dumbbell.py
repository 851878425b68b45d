"""Two sides' answers to one question, and the gap between them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from reports.charts import svg
from reports.charts.chart import NOT_KNOWN, WIDTH, Chart, empty, gutter, known, legend, side_label
from reports.charts.scale import Scale, ticks
from reports.formats import Number, count, plain

ROW, TOP = 28, 44  # pixels
HEAD: Final = ("Question", "Sales", "Marketing", "Gap")


class Pair(NamedTuple):
    name: str
    sales: Number | None
    marketing: Number | None


def dumbbell(
    ident: str, title: str, pairs: Sequence[Pair], *, ends: tuple[float, float] = (1, 5), wide: float = 1
) -> Chart:
    """`ends` are the scale's; a gap of `wide` or more is drawn bold. A side without an answer has no mark."""
    if not pairs:
        return empty(ident, title, HEAD)
    left = gutter(pair.name for pair in pairs) + 20
    x = Scale(*ends, left, WIDTH - 108)
    height = TOP + len(pairs) * ROW
    signs = [(svg.circle((0, 0), 5, "sales"), "Sales"), (svg.square((0, 0), 4.5, "marketing"), "Marketing")]
    marks = [*legend(signs, (left - 6, 12)), *axis(x, height)]
    for index, pair in enumerate(pairs):
        marks += drawn(x, left - 20, TOP + index * ROW + ROW / 2, pair, wide)
    rows = tuple((pair.name, shown(pair.sales), shown(pair.marketing), shown(gap(pair))) for pair in pairs)
    broad = [pair.name for pair in pairs if (gap(pair) or 0) >= wide]
    desc = f"Sales and marketing lie {wide:g} or more apart on {', '.join(broad) or 'nothing'}."
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, height), marks), HEAD, rows)


def axis(x: Scale, height: float) -> list[str]:
    marks = []
    for value in ticks(x.low, x.high, 4):
        marks.append(svg.line((x(value), TOP - 8), (x(value), height), "grid"))
        marks.append(svg.text((x(value), TOP - 14), count(value), "muted", anchor="middle", size=11))
    return marks


def drawn(x: Scale, right: float, y: float, pair: Pair, wide: float) -> list[str]:
    sales, marketing, apart = known(pair.sales), known(pair.marketing), gap(pair)
    bold = apart is not None and apart >= wide
    marks = [side_label(pair.name, right, y + 4, bold=bold)]
    if sales is not None and marketing is not None:
        marks.append(svg.line((x(sales), y), (x(marketing), y), "neutral", width=4 if bold else 1.5))
    if marketing is not None:
        marks += [
            svg.square((x(marketing), y), 5, "marketing"),
            svg.hit((x(marketing), y), said(pair, "Marketing")),
        ]
    if sales is not None:
        marks += [svg.circle((x(sales), y), 5.5, "sales"), svg.hit((x(sales), y), said(pair, "Sales"))]
    words = f"gap {shown(apart)}" if apart is not None else "one side only"
    marks.append(svg.text((x.end + 16, y + 4), words, "ink" if bold else "muted", size=11, bold=bold))
    return marks


def said(pair: Pair, side: str) -> str:
    return f"{pair.name}, {side}: {shown(pair.sales if side == 'Sales' else pair.marketing)}"


def gap(pair: Pair) -> float | None:
    sales, marketing = known(pair.sales), known(pair.marketing)
    return None if sales is None or marketing is None else round(abs(sales - marketing), 6)


def shown(value: Number | None) -> str:
    return NOT_KNOWN if value is None or known(value) is None else plain(value, 1)
