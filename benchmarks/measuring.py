"""Rounds that alternate between ours and a reference, and what is said of them: medians, of the ratios round by round too."""

import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

ROUNDS: Final = 5
Measure = dict[str, Any]
Seconds = Callable[[], float]

CLEAR: Final = Path("/proc/self/clear_refs")
STATUS: Final = Path("/proc/self/status")


def compare(ours: Seconds, reference: Seconds, *, rows: int, rounds: int) -> Measure:
    """`seconds`, `reference_seconds`, `ratio`, `rows`, and `peak_mib` of this process while ours worked."""
    pairs, peaks = [], []
    for _ in range(rounds):
        forget_peak()
        mine = ours()
        peaks.append(peak_mib())
        pairs.append((mine, reference()))
    return {
        "seconds": median(mine for mine, _ in pairs),
        "reference_seconds": median(theirs for _, theirs in pairs),
        "ratio": median(mine / theirs for mine, theirs in pairs),
        "rows": rows,
        "peak_mib": max(peaks),
    }


def timed(work: Callable[[], object]) -> float:
    """Wall seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def forget_peak() -> None:
    """Begin to measure memory afresh, where the system can (Linux)."""
    if CLEAR.exists():
        CLEAR.write_text("5")


def peak_mib() -> float:
    """The most memory the process held: since `forget_peak` on Linux, since it began elsewhere."""
    if STATUS.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())):
        return int(found[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kibibytes on Linux, bytes on macOS
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
