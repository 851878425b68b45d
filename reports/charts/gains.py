"""Working the best ranked first: which share of the wins lies in which share of the records."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from reports.charts import svg
from reports.charts.chart import WIDTH, Chart, breadth, empty, known
from reports.charts.scale import Frame, Scale, x_axis, y_axis
from reports.formats import Number, percent

HEIGHT: Final = 300
FIFTHS: Final = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]


class Gain(NamedTuple):
    """Of the records, best first, the share worked holds this share of the wins (both 0..1)."""

    worked: Number
    found: Number | None


def gains(
    ident: str,
    title: str,
    points: Sequence[Gain],
    *,
    mark: float | None = None,
    worked: str = "leads",
    found: str = "wins",
) -> Chart:
    """The curve from (0, 0) against a random order; `mark` points at one share worked and says what it holds."""
    head = (f"Share of {worked} worked", f"Share of {found} held")
    whole = [(float(x), y) for x, found_share in points if (y := known(found_share)) is not None]
    if not whole:
        return empty(ident, title, head)
    frame = Frame(Scale(0, 1, 44, WIDTH - 24), Scale(0, 1, HEIGHT - 44, 24))
    said = "" if mark is None else f"Best {percent(mark)} hold {percent(between(whole, mark))} of {found}"
    marks = [
        *y_axis(frame, FIFTHS, percent),
        *x_axis(frame, FIFTHS, percent),
        *axis_names(frame, worked, found),
        *curve(frame, whole, worked, found),
        *([] if mark is None else pointer(frame, mark, between(whole, mark), said)),
    ]
    desc = f"{said}. " if said else ""
    desc += f"The more the curve bends above the diagonal, the earlier the {found} come."
    rows = tuple((percent(x), percent(y)) for x, y in whole)
    return Chart(title, svg.drawing(ident, title, desc, (WIDTH, HEIGHT), marks), head, rows)


def axis_names(frame: Frame, worked: str, found: str) -> list[str]:
    middle = (frame.x.start + frame.x.end) / 2
    return [
        svg.text((frame.x.start, 11), f"Share of {found} found", "muted", size=11),
        svg.text(
            (middle, HEIGHT - 6), f"Share of {worked} worked, best first", "muted", anchor="middle", size=11
        ),
        svg.line(frame.at(0, 0), frame.at(1, 1), "neutral", dash="4 4"),
        svg.text(frame.at(0.82, 0.7), "random order", "muted", size=11),
    ]


def curve(frame: Frame, whole: list[svg.Point], worked: str, found: str) -> list[str]:
    corners = [(0.0, 0.0), *whole] if whole[0][0] > 0 else whole
    marks = [svg.path([frame.at(x, y) for x, y in corners], "accent")]
    marks += [svg.circle(frame.at(x, y), 3, "accent") for x, y in corners]
    marks += [
        svg.hit(frame.at(x, y), f"The best {percent(x)} of {worked} hold {percent(y)} of {found}")
        for x, y in whole
    ]
    return marks


def pointer(frame: Frame, mark: float, height: float, said: str) -> list[str]:
    """The cut and its words, low under the diagonal where nothing else is."""
    x, bottom = frame.at(mark, 0)
    right = x + 6 + breadth(said) <= frame.x.end
    words = svg.text(
        (x + 6 if right else x - 6, bottom - 8), said, anchor="start" if right else "end", bold=True
    )
    return [svg.line((x, bottom), frame.at(mark, height), "trouble", width=1.5), words]


def between(whole: list[svg.Point], at: float) -> float:
    """The curve's height there, on the straight line between its neighbours."""
    before = max((point for point in whole if point[0] <= at), default=(0.0, 0.0))
    after = min((point for point in whole if point[0] >= at), default=before)
    span = after[0] - before[0]
    return before[1] + (after[1] - before[1]) * ((at - before[0]) / span if span else 0)
