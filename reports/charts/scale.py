"""From a value to a pixel, and round numbers to mark an axis with."""

import math
from typing import NamedTuple

from reports.charts import svg
from reports.formats import Number, Show


class Scale(NamedTuple):
    """Maps low..high to start..end pixels, linearly; a scale of one value puts it at the start."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Number) -> float:
        span = self.high - self.low
        share = (float(value) - self.low) / span if span else 0.0
        return self.start + share * (self.end - self.start)


class Frame(NamedTuple):
    """A plot's two scales; y grows upwards, so its start lies below its end."""

    x: Scale
    y: Scale

    def at(self, x: Number, y: Number) -> svg.Point:
        return self.x(x), self.y(y)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values covering low..high, steps of 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low:
        high = low + (abs(low) or 1)
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12 - math.floor(math.log10(step))) for index in range(first, last + 1)]


def y_axis(frame: Frame, values: list[float], show: Show) -> list[str]:
    """A grid line and its number for each value."""
    marks = []
    for value in values:
        y = frame.y(value)
        marks.append(svg.line((frame.x.start, y), (frame.x.end, y), "grid"))
        marks.append(svg.text((frame.x.start - 6, y + 4), show(value), "muted", anchor="end", size=11))
    return marks


def x_axis(frame: Frame, values: list[float], show: Show) -> list[str]:
    """Numbers below the plot, no lines: the horizontal ones are enough to read by."""
    y = frame.y.start + 16
    return [svg.text((frame.x(value), y), show(value), "muted", anchor="middle", size=11) for value in values]
