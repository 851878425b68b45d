"""From raw sums to probabilities that can be believed: Platt's two numbers. Strictly rising, so ranks never change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from scoring.columns import FloatArray

FLATTEST = 1e-3  # a model that ranks backwards is refused elsewhere; a slope must still rise


@dataclass(frozen=True, slots=True)
class Platt:
    """p = 1 / (1 + exp(-(slope * raw + intercept))), slope > 0."""

    slope: float
    intercept: float

    def probabilities(self, raw: FloatArray) -> FloatArray:
        p: FloatArray = special.expit(self.slope * raw + self.intercept)
        return p


def fit(raw: FloatArray, y: FloatArray) -> Platt:
    """Maximum likelihood with Platt's targets (Platt 1999), which keep p off 0 and 1. `raw` must be out of fold."""
    won = float(y.sum())
    targets = np.where(y > 0, (won + 1) / (won + 2), 1 / (len(y) - won + 2))

    def loss(point: FloatArray) -> tuple[float, FloatArray]:
        z = point[0] * raw + point[1]
        error = special.expit(z) - targets
        value = float(np.mean(np.logaddexp(0, z) - targets * z))
        return value, np.array([np.mean(error * raw), np.mean(error)])

    found = optimize.minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(FLATTEST, None), (None, None)]
    )
    return Platt(float(found.x[0]), float(found.x[1]))
