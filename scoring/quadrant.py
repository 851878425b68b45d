"""Two dimensions, not one: what a record is (propensity) against what it does (engagement), and what to do about it."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from scoring.columns import FloatArray, IntArray

LIKELY = 5  # groups 1 to 5 of 10


class Quadrant(StrEnum):
    """`advice` is one line for the person who works the list."""

    NOW = "likely and active"
    WARM_UP = "likely but quiet"
    CHECK = "active but unlikely"
    LATER = "unlikely and quiet"

    @property
    def advice(self) -> str:
        return _ADVICE[self]


_ADVICE = {
    Quadrant.NOW: "Call first: they resemble those who bought, and they are busy with us now.",
    Quadrant.WARM_UP: "Hard to reach and not ready yet: give them a reason to come back, then call.",
    Quadrant.CHECK: "Eager but unlikely: ask early what they need and whether they can buy.",
    Quadrant.LATER: "Leave to nurture: look again when they do something.",
}


def quadrants(groups: IntArray, engagement: FloatArray, *, active: float) -> npt.NDArray[np.str_]:
    """Quadrant of each record, (n,), from its group of 10 and its engagement; `active` is the level from which it counts."""
    likely, busy = groups <= LIKELY, engagement >= active
    names = [str(name) for name in (Quadrant.NOW, Quadrant.WARM_UP, Quadrant.CHECK)]
    return np.select([likely & busy, likely, busy], names, default=str(Quadrant.LATER))
