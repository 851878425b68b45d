"""Ways to draw: one of several, a share of the time, by weights."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from portal.demo.timeline import FloatArray

T = TypeVar("T")


def happens(random: np.random.Generator, share: float) -> bool:
    """True that share of the time."""
    return bool(random.random() < share)


def shares(weights: Sequence[float]) -> FloatArray:
    """Weights as shares of one."""
    values: FloatArray = np.asarray(weights, dtype=np.float64)
    return values * (1 / float(values.sum()))


def pick(random: np.random.Generator, among: Sequence[T]) -> T:
    """One of them, each as likely as the others."""
    return among[int(random.random() * len(among))]


def round_to_two(value: float) -> float:
    """To two significant digits, as people state sizes."""
    return float(f"{value:.2g}")
