"""Two dimensions, not one: what a record is (propensity) against what it does (engagement), and what to do about it."""

from enum import StrEnum
from typing import Final

from portal.engagement import ACTIVE

LIKELY: Final = 5
"""Groups 1 to 5 of 10."""


class Quadrant(StrEnum):
    """`advice` is one line for the person who works the list."""

    NOW = "likely and active"
    WARM_UP = "likely but quiet"
    CHECK = "active but unlikely"
    LATER = "unlikely and quiet"

    @property
    def advice(self) -> str:
        return _ADVICE[self]


_ADVICE: Final = {
    Quadrant.NOW: "Call first: they resemble those who bought, and they are busy with us now.",
    Quadrant.WARM_UP: "Hard to reach and not ready yet: give them a reason to come back, then call.",
    Quadrant.CHECK: "Eager but unlikely: ask early what they need and whether they can buy.",
    Quadrant.LATER: "Leave to nurture: look again when they do something.",
}


def of(group: int, engagement: float) -> Quadrant:
    """The quadrant of a record in a group of ten with so much engagement."""
    if group <= LIKELY:
        return Quadrant.NOW if engagement >= ACTIVE else Quadrant.WARM_UP
    return Quadrant.CHECK if engagement >= ACTIVE else Quadrant.LATER
