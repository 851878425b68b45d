"""The colours of the stylesheet, light and dark: text is readable, and sales is told from marketing by anybody.

Contrast as WCAG 2.2 defines it; differences of colours in OKLab (Ottosson, 2020) times 100; colour blindness simulated
with the matrices of Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB.
"""

import re
from itertools import product
from pathlib import Path
from typing import Final

import pytest

CSS: Final = (Path(__file__).parents[2] / "static" / "concord.css").read_text()
PAIRS: Final = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", CSS))
THEMES: Final = ("light", "dark")

Rgb = tuple[float, float, float]

TEXTS: Final = [
    (ink, ground)
    for ink, grounds in {
        "ink": ("surface", "panel", "good-ground", "wait-ground", "bad-ground"),
        "muted": ("surface", "panel"),
        "accent": ("surface", "panel"),
        "on-accent": ("accent",),
        "good": ("surface", "good-ground"),
        "wait": ("wait-ground",),
        "bad": ("surface", "panel", "bad-ground"),
        "on-party": ("sales", "marketing", "finance"),
        "sales": ("surface",),
        "marketing": ("surface",),
    }.items()
    for ground in grounds
]
BLINDNESS: Final = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def linear(name: str, theme: str) -> Rgb:
    """A colour of the palette in linear RGB, 0 to 1."""
    text = PAIRS[name].split(", ")[THEMES.index(theme)]
    parts = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def times(matrix: tuple[tuple[float, ...], ...], colour: tuple[float, ...]) -> Rgb:
    red, green, blue = (sum(m * c for m, c in zip(row, colour, strict=True)) for row in matrix)
    return red, green, blue


def luminance(colour: Rgb) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Rgb, other: Rgb) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(colour: Rgb) -> Rgb:
    to_cones = (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
    to_lab = (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
    cones = times(to_cones, tuple(max(0.0, min(1.0, c)) for c in colour))
    return times(to_lab, tuple(max(c, 0.0) ** (1 / 3) for c in cones))


def difference(one: Rgb, other: Rgb) -> float:
    return 100 * sum((a - b) ** 2 for a, b in zip(oklab(one), oklab(other), strict=True)) ** 0.5


@pytest.mark.parametrize(("pair", "theme"), [*product(TEXTS, THEMES)])
def test_text_is_readable(pair: tuple[str, str], theme: str) -> None:
    ink, ground = pair

    assert contrast(linear(ink, theme), linear(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_controls_are_seen(theme: str) -> None:
    assert contrast(linear("edge", theme), linear("surface", theme)) >= 3


@pytest.mark.parametrize(("theme", "kind"), [*product(THEMES, BLINDNESS)])
def test_sales_is_told_from_marketing_by_anybody(theme: str, kind: str) -> None:
    sales, marketing = (times(BLINDNESS[kind], linear(side, theme)) for side in ("sales", "marketing"))

    assert round(difference(sales, marketing), 1) >= 19.8


@pytest.mark.parametrize("theme", THEMES)
def test_the_sides_have_the_contrast_that_was_settled(theme: str) -> None:
    assert min(contrast(linear(s, theme), linear("surface", theme)) for s in ("sales", "marketing")) >= 5.08


@pytest.mark.parametrize("theme", THEMES)
def test_the_heat_scale_goes_one_way(theme: str) -> None:
    steps = [luminance(linear(f"heat-{step}", theme)) for step in range(6)]

    assert steps == sorted(steps, reverse=theme == "light")
