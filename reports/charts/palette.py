"""The colours of the charts by role, for light and dark.

A mark carries the light colour as a literal attribute, which a PDF prints, and a class, by which `static/charts.css`
gives it the colour of the page's theme: `cf-ROLE` paints the fill, `cs-ROLE` the stroke, both from `--chart-ROLE`.
That file holds the same values; a test compares them.
"""

from typing import Final, Literal, NamedTuple, TypeAlias

Role: TypeAlias = Literal[
    "surface", "ink", "muted", "grid", "neutral", "accent", "on-accent", "trouble", "on-trouble", "sales", "marketing",
    "heat-0", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5",
    "on-heat-0", "on-heat-1", "on-heat-2", "on-heat-3", "on-heat-4", "on-heat-5",
]  # fmt: skip


class Colour(NamedTuple):
    light: str
    dark: str
    use: str


COLOURS: Final[dict[Role, Colour]] = {
    "surface": Colour("#ffffff", "#14181d", "what the chart stands on"),
    "ink": Colour("#1c2530", "#e6e9ed", "labels and values"),
    "muted": Colour("#57616e", "#a4adb8", "axis text, notes"),
    "grid": Colour("#d5dae0", "#323a44", "grid lines"),
    "neutral": Colour("#868f9a", "#76808c", "totals, reference lines, axes"),
    "accent": Colour("#0f6b62", "#5cc5b8", "the measure itself"),
    "on-accent": Colour("#ffffff", "#14181d", "text on accent"),
    "trouble": Colour("#a3195b", "#f08bb8", "losses, overdue, the cut"),
    "on-trouble": Colour("#ffffff", "#14181d", "text on trouble"),
    "sales": Colour("#0b5cab", "#74b7f5", "sales, always a circle"),
    "marketing": Colour("#b04a00", "#f3a867", "marketing, always a square and dashed"),
    "heat-0": Colour("#eef3f2", "#1f2a2c", "least"),
    "heat-1": Colour("#c5dedb", "#1f4644", ""),
    "heat-2": Colour("#8fc1bb", "#24655f", ""),
    "heat-3": Colour("#4d9a93", "#338a81", ""),
    "heat-4": Colour("#1d6f69", "#63b5aa", ""),
    "heat-5": Colour("#0a4744", "#a9ddd5", "most"),
    "on-heat-0": Colour("#1c2530", "#ffffff", "text on heat-0, and so on"),
    "on-heat-1": Colour("#1c2530", "#ffffff", ""),
    "on-heat-2": Colour("#1c2530", "#ffffff", ""),
    "on-heat-3": Colour("#1c2530", "#0b0e11", ""),
    "on-heat-4": Colour("#ffffff", "#0b0e11", ""),
    "on-heat-5": Colour("#ffffff", "#0b0e11", ""),
}
HEAT: Final[tuple[Role, ...]] = ("heat-0", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5")
ON_HEAT: Final[tuple[Role, ...]] = (
    "on-heat-0", "on-heat-1", "on-heat-2", "on-heat-3", "on-heat-4", "on-heat-5",
)  # fmt: skip
