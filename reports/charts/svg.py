"""The few SVG marks a chart is made of, as text: literal attributes and classes, tooltips inside, everything escaped."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, Literal, TypeAlias

from reports.charts.palette import COLOURS, Role

Anchor: TypeAlias = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]

FONTS: Final = "Liberation Sans, DejaVu Sans, sans-serif"
NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def drawing(ident: str, title: str, desc: str, size: tuple[float, float], marks: Iterable[str]) -> str:
    """The whole picture, `size` in pixels. `ident` comes from the caller, so that two charts of a page differ and
    the same chart is the same text every time.
    """
    if not IDENTIFIER.fullmatch(ident):
        raise ValueError(
            f"A chart's id starts with a letter and holds letters, digits, - and _: {ident!r} does not."
        )
    width, height = (number(side) for side in size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart-drawing" id="{ident}" role="img"'
        f' aria-labelledby="{ident}-title {ident}-desc" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="{FONTS}" font-size="12">'
        f'<title id="{ident}-title">{words(title)}</title><desc id="{ident}-desc">{words(desc)}</desc>'
        f"{''.join(marks)}</svg>"
    )


def rect(
    at: Point,
    size: tuple[float, float],
    fill: Role,
    *,
    tip: str = "",
    radius: float = 0,
    stroke: Role | None = None,
) -> str:
    """`at` is the upper left corner."""
    corners = f' rx="{number(radius)}"' if radius else ""
    place = f'x="{number(at[0])}" y="{number(at[1])}" width="{number(size[0])}" height="{number(size[1])}"'
    return mark("rect", place + corners + paint(fill, stroke), tip)


def line(start: Point, end: Point, stroke: Role, *, width: float = 1, dash: str = "") -> str:
    ends = f'x1="{number(start[0])}" y1="{number(start[1])}" x2="{number(end[0])}" y2="{number(end[1])}"'
    return mark("line", ends + paint(None, stroke) + strokes(width, dash))


def path(points: Sequence[Point], stroke: Role, *, width: float = 2, dash: str = "") -> str:
    """A broken line through the points; nothing for fewer than two."""
    if len(points) < 2:  # noqa: PLR2004
        return ""
    way = f'd="{through(points)}" stroke-linejoin="round"'
    return mark("path", way + paint(None, stroke) + strokes(width, dash))


def area(points: Sequence[Point], fill: Role, opacity: float) -> str:
    """A closed, see-through shape: the band of an interval."""
    return mark("path", f'd="{through(points)}Z" fill-opacity="{number(opacity)}"' + paint(fill, None))


def circle(at: Point, radius: float, fill: Role) -> str:
    return mark(
        "circle", f'cx="{number(at[0])}" cy="{number(at[1])}" r="{number(radius)}"' + paint(fill, None)
    )


def square(at: Point, half: float, fill: Role) -> str:
    """`at` is the centre."""
    return rect((at[0] - half, at[1] - half), (2 * half, 2 * half), fill)


def hit(at: Point, tip: str, radius: float = 9) -> str:
    """An unseen disc, so that a tooltip does not ask for a steady hand."""
    place = f'cx="{number(at[0])}" cy="{number(at[1])}" r="{number(radius)}"'
    return mark("circle", place + ' fill="none" pointer-events="all"', tip)


def text(
    at: Point,
    content: str,
    role: Role = "ink",
    *,
    anchor: Anchor = "start",
    size: float = 12,
    bold: bool = False,
    tip: str = "",
) -> str:
    """`at` is the baseline at the start, middle or end of the words."""
    place = f'x="{number(at[0])}" y="{number(at[1])}"' + paint(role, None)
    place += f' text-anchor="{anchor}"' if anchor != "start" else ""
    place += f' font-size="{number(size)}"' if size != 12 else ""  # noqa: PLR2004
    place += ' font-weight="700"' if bold else ""
    return mark("text", place, tip, words(content))


def mark(name: str, attributes: str, tip: str = "", content: str = "") -> str:
    content += f"<title>{words(tip)}</title>" if tip else ""
    return f"<{name} {attributes}>{content}</{name}>" if content else f"<{name} {attributes}/>"


def paint(fill: Role | None, stroke: Role | None) -> str:
    classes = [f"cf-{fill}"] * bool(fill) + [f"cs-{stroke}"] * bool(stroke)
    colours = f' fill="{COLOURS[fill].light if fill else "none"}"'
    colours += f' stroke="{COLOURS[stroke].light}"' if stroke else ""
    return f' class="{" ".join(classes)}"{colours}'


def strokes(width: float, dash: str) -> str:
    return f' stroke-width="{number(width)}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def through(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def number(value: float) -> str:
    """Two decimals at most: a hundredth of a pixel is enough, and the text stays short."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def words(content: str) -> str:
    return escape(NOT_IN_XML.sub("", content))
