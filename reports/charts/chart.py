"""What every kind of chart gives, and the measures they share."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import east_asian_width

from reports.charts import svg
from reports.formats import Number

WIDTH: Final = 560  # pixels; the sheet and the page scale it down, never up
LETTER: Final = 0.69  # of the font size: the room one character needs in the widest font we meet
NARROW: Final = frozenset("iIjlftr.,:;'!|()[]/- ")
BROAD: Final = frozenset("mwMW@%")
NOT_KNOWN: Final = "not known"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the table that says the same: `title` states the finding, `head` and `rows` are text.

    In a template `{{ chart }}` is the picture, `documents/figure.html` the picture with its title and table.
    """

    title: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __html__(self) -> str:
        return self.svg


def empty(ident: str, title: str, head: tuple[str, ...]) -> Chart:
    """A chart of nothing says so instead of showing bare axes."""
    note = svg.text((0, 24), "There is no data to draw yet.", "muted")
    return Chart(
        title, svg.drawing(ident, title, "There is no data to draw yet.", (WIDTH, 40), [note]), head, ()
    )


def known(value: Number | None) -> float | None:
    """The value as a float; what is missing, infinite or no number is None."""
    return None if value is None or not math.isfinite(value) else float(value)


def at_least(values: Iterable[float | None], floor: float) -> float:
    """The largest known value, or the floor: a scale's upper end, never zero."""
    return max((value for value in values if value is not None), default=floor) or floor


def breadth(words: str, size: float = 12) -> float:
    """The pixels the words may need in DejaVu Sans Bold, the widest font we meet; CJK takes a whole em."""
    return size * sum(
        0.42 if letter in NARROW else 1 if letter in BROAD or east_asian_width(letter) in "WF" else LETTER
        for letter in words
    )


def gutter(labels: Iterable[str], size: float = 12, most: float = 200) -> float:
    """The room for the labels left of a chart, at most so many pixels."""
    return min(
        max((max(breadth(label, size), LETTER * size * len(label)) for label in labels), default=0), most
    )


def clipped(label: str, room: float, size: float = 12) -> str:
    """The label as far as it fits, with an ellipsis; the whole of it belongs in the tooltip."""
    if breadth(label, size) <= room:
        return label
    kept = label
    while kept and breadth(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def lines_of(label: str, room: float, size: float = 11, most: int = 2) -> list[str]:
    """The label broken at spaces into at most so many lines, the last one clipped."""
    lines: list[str] = []
    for word in label.split():
        if lines and (len(lines) == most or breadth(f"{lines[-1]} {word}", size) <= room):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [clipped(line, room, size) for line in lines]


def side_label(label: str, right: float, baseline: float, *, bold: bool = False) -> str:
    """A row's label, ending left of the chart; a clipped one tells the rest in its tooltip."""
    shown = clipped(label, right)
    return svg.text((right, baseline), shown, anchor="end", bold=bold, tip=label if shown != label else "")


def legend(names: Sequence[tuple[str, str]], at: svg.Point) -> list[str]:
    """Marks with their names in a row; each mark is drawn for the point (0, 0) and moved into place."""
    marks, (x, y) = [], at
    for drawn, name in names:
        marks.append(f'<g transform="translate({svg.number(x + 5)} {svg.number(y - 4)})">{drawn}</g>')
        marks.append(svg.text((x + 15, y), name, size=11))
        x += 15 + breadth(name, 11) + 12
    return marks
