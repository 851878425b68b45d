"""Text on a chart can be read, and sales and marketing can be told apart; axe does not look inside an SVG."""

import re
from pathlib import Path

import pytest

from reports.charts.palette import COLOURS, HEAT, ON_HEAT

STYLESHEET = (Path(__file__).parents[3] / "static" / "charts.css").read_text()
THEMES = ("light", "dark")


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other, theme):
    lighter, darker = sorted(
        (luminance(getattr(COLOURS[role], theme)) for role in (one, other)), reverse=True
    )
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", ["ink", "muted", "accent", "trouble", "sales", "marketing"])
def test_text_and_marks_stand_out_from_the_surface(role, theme):
    assert contrast(role, "surface", theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "pair", [*zip(HEAT, ON_HEAT, strict=True), ("trouble", "on-trouble"), ("accent", "on-accent")]
)
def test_words_on_a_filled_mark_can_be_read(pair, theme):
    assert contrast(*pair, theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_reference_lines_and_totals_stand_out_as_graphics(theme):
    assert contrast("neutral", "surface", theme) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_heat_steps_go_one_way(theme):
    steps = [luminance(getattr(COLOURS[role], theme)) for role in HEAT]
    assert steps == sorted(steps, reverse=theme == "light")


@pytest.mark.parametrize("theme", THEMES)
def test_the_stylesheet_holds_the_same_colours(theme):
    colours = re.findall(r"--chart-([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", STYLESHEET)
    written = {role: light if theme == "light" else dark for role, light, dark in colours}
    assert written == {role: getattr(colour, theme) for role, colour in COLOURS.items()}


def test_the_stylesheet_paints_every_role():
    assert set(re.findall(r"\.cf-([a-z0-9-]+) \{ fill: var\(--chart-\1\); \}", STYLESHEET)) == set(COLOURS)
