"""The demo's own time: 730 even units, laid over the working hours of two years that end when it is loaded.

Everything is drawn in these units, so that what happened, and in which order, does not depend on the day of
loading; weekends, holidays and slack seasons only decide on which dates it falls.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from portal.db import EPOCH, microseconds

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SPAN: Final = 730.0
OPENS: Final = time(7, 30)
CLOSES: Final = time(17, 30)
SECOND: Final = 1_000_000


class Timeline:
    """Two years that end at `at`. `micro` is strictly rising, so order in units is order in time."""

    def __init__(self, at: datetime) -> None:
        self.at: Final = at.astimezone(UTC).replace(microsecond=0)
        days = [self.at.date() - timedelta(days=back) for back in range(int(SPAN), -1, -1)]
        open_days = [day for day in days if _pace(day) > 0 and _opening(day) + timedelta(hours=1) <= self.at]
        starts = [_opening(day) for day in open_days]
        ends = [min(datetime.combine(day, CLOSES, UTC), self.at) for day in open_days]
        self._starts = np.array([microseconds(start) for start in starts])
        self._lengths = np.array([microseconds(end) for end in ends]) - self._starts
        edges = np.append(0.0, np.cumsum([_pace(day) for day in open_days]))
        self._edges = edges * (SPAN / edges[-1])
        self._days = self._edges.tolist(), self._starts.tolist(), self._lengths.tolist()

    def micro(self, units: FloatArray) -> IntArray:
        """Units, any shape, cut to 0 … 730, as microseconds since 1970 on whole seconds."""
        inside = np.clip(units, 0.0, SPAN)
        day = np.minimum(np.searchsorted(self._edges, inside, side="right") - 1, len(self._starts) - 1)
        share = (inside - self._edges[day]) / (self._edges[day + 1] - self._edges[day])
        found: IntArray = (self._starts[day] + share * self._lengths[day]).astype(np.int64)
        return found // SECOND * SECOND

    def moment(self, unit: float) -> datetime:
        """One unit as an aware time: what `micro` says of it, reckoned without NumPy, which is slow for one."""
        edges, starts, lengths = self._days
        inside = min(max(unit, 0.0), SPAN)
        day = min(bisect_right(edges, inside) - 1, len(starts) - 1)
        share = (inside - edges[day]) / (edges[day + 1] - edges[day])
        return instant(int(starts[day] + share * lengths[day]) // SECOND * SECOND)


def instant(micro: int) -> datetime:
    """Microseconds since 1970 as an aware time."""
    return EPOCH + timedelta(microseconds=micro)


def _opening(day: date) -> datetime:
    return datetime.combine(day, OPENS, UTC)


def _pace(day: date) -> float:
    """How much happens on a day: nothing at weekends, little around the new year, less in August."""
    if day.weekday() >= 5 or (day.month, day.day) in {(12, 25), (12, 26), (1, 1)}:  # noqa: PLR2004
        return 0.0
    if (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 4):
        return 0.3
    return 0.7 if day.month == 8 else 1.0  # noqa: PLR2004
