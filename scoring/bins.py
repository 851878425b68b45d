"""From a value to its bin: the parts of the number line (or the categories) that no split of a model tells apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scoring.columns import FloatArray, IntArray
from scoring.trees import MISSING_ZERO, NEARLY_ZERO, Node

Codes = npt.NDArray[np.intp]
CELLS = 4096  # of the grid that finds a value's neighbourhood in one step
CROWD = 8  # cuts in one cell; with more a binary search is quicker


@dataclass(frozen=True)
class CategoryBins:
    """Category c below `size` has bin c; missing, negative and larger ones share bin `size`."""

    size: int

    def representatives(self) -> FloatArray:
        """A value of each bin."""
        return np.append(np.arange(self.size, dtype=np.float64), np.nan)

    def codes(self, column: FloatArray) -> Codes:
        inside = (column > -1) & (column < self.size)  # LightGBM truncates towards zero
        return np.where(inside, column, self.size).astype(np.intp)


@dataclass(frozen=True)
class NumberBins:
    """Bin i holds the values above cut i-1 up to cut i; the last two bins are above all cuts, and missing."""

    cuts: FloatArray

    def representatives(self) -> FloatArray:
        """A value of each bin."""
        return np.concatenate([self.cuts, [np.inf, np.nan]])

    def codes(self, column: FloatArray) -> Codes:
        codes = self._by_halving(column) if self._grid is None else self._by_grid(column, *self._grid)
        codes[np.isnan(column)] = len(self.cuts) + 1
        return codes

    def _by_grid(self, column: FloatArray, start: Codes, scale: float, steps: int) -> Codes:
        """Look up the first bin of the value's cell, then step over the cuts within it."""
        cell = self._cells(column, scale)
        codes = start.take(cell, mode="clip")
        for _ in range(steps):
            codes += column > self._bounded.take(codes, mode="clip")
        return codes

    def _by_halving(self, column: FloatArray) -> Codes:
        """A binary search of all values at once, without branches."""
        codes = np.zeros(len(column), dtype=np.intp)
        step = 1 << len(self.cuts).bit_length()
        while step := step >> 1:
            codes += (column > self._bounded.take(codes + (step - 1), mode="clip")) * step
        return codes

    def _cells(self, column: FloatArray, scale: float) -> Codes:
        with np.errstate(over="ignore"):  # beyond the grid is the last cell
            place = (column - self.cuts[0]) * scale
        np.fmax(place, 0.0, out=place)  # fmax and fmin make a missing value 0
        np.fmin(place, CELLS - 1, out=place)
        cells: Codes = place.astype(np.intp)
        return cells

    @cached_property
    def _bounded(self) -> FloatArray:
        return np.append(self.cuts, np.inf)

    @cached_property
    def _grid(self) -> tuple[Codes, float, int] | None:
        """First bin of each cell, cells per unit, most cuts in a cell; None where the cuts crowd in few cells.

        A cut's cell is found as a value's is, and that is monotone: so a value is above all cuts of lower cells.
        """
        if not len(self.cuts):
            return None
        with np.errstate(over="ignore", divide="ignore"):
            scale = np.float64(CELLS) / (self.cuts[-1] - self.cuts[0])
        if not 0 < scale < np.inf:
            return None
        filled = np.bincount(self._cells(self.cuts, scale), minlength=CELLS)
        start = np.append(0, np.cumsum(filled)[:-1]).astype(np.intp)
        return (start, float(scale), int(filled.max())) if filled.max() <= CROWD else None


Bins = CategoryBins | NumberBins


def bins_for(nodes: Iterable[Node]) -> Bins:
    """The bins that all splits on one feature need."""
    found = list(nodes)
    if any(node.categorical for node in found):
        return CategoryBins(1 + max(_largest(node.categories) for node in found))
    cuts = {node.threshold for node in found}
    if any(node.missing == MISSING_ZERO for node in found):  # zero itself gets a bin
        cuts |= {float(np.nextafter(-NEARLY_ZERO, -np.inf)), NEARLY_ZERO}
    return NumberBins(np.array(sorted(cuts)))


def _largest(categories: IntArray) -> int:
    return int(categories.max(initial=-1))
