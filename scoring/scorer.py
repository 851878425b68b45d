"""The same sums as LightGBM's own predict, bit for bit, in plain NumPy at a fraction of its time.

Per tree and feature a table from a value's bin to a bit mask of the leaves it can still reach; AND-ed over the tree's
features one bit is left, the exit leaf (after QuickScorer: Lucchese et al., SIGIR 2015).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from scoring.bins import Bins, Codes, bins_for
from scoring.columns import FloatArray
from scoring.trees import Node, Tree, parse

BLOCK = 16_384  # rows; what they need stays in the processor's cache
NARROW = 31  # leaves whose masks are positive 32-bit integers
Masks = npt.NDArray[Any]  # int32, or uint64 for trees of more leaves


@dataclass(frozen=True, slots=True)
class TreeTable:
    """A tree: the features it splits on, for each a mask per bin, and its leaves' values by float exponent of their bit."""

    features: Sequence[int]
    masks: Sequence[Masks]
    exits: FloatArray

    @classmethod
    def of(cls, features: Sequence[int], masks: Sequence[npt.NDArray[np.uint64]], leaves: FloatArray) -> Self:
        narrow = len(leaves) <= NARROW
        fitting = [mask.astype(np.int32 if narrow else np.uint64) for mask in masks]
        return cls(features, fitting, np.concatenate([np.zeros(_bias(narrow=narrow)), leaves]))

    @property
    def narrow(self) -> bool:
        return len(self.exits) <= _bias(narrow=True) + NARROW

    @property
    def leaves(self) -> FloatArray:
        return self.exits[_bias(narrow=self.narrow) :]


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model ready to score. `digest` is that of the model's text."""

    digest: str
    bins: Mapping[int, Bins]
    tables: Sequence[TreeTable]

    @classmethod
    def of(cls, text: str, digest: str) -> Self:
        """From a LightGBM text model. UnfitModelError where only LightGBM itself can score it."""
        forest = parse(text)
        nodes = [node for tree in forest.trees for node in tree.nodes]
        used = sorted({node.feature for node in nodes})
        bins = {feature: bins_for(n for n in nodes if n.feature == feature) for feature in used}
        return cls(digest, bins, [_table(tree, bins) for tree in forest.trees])

    def raw_sums(self, matrix: FloatArray) -> FloatArray:
        """Sum of leaf values per row of a float64 matrix (n, k), in blocks: extra memory does not grow with n."""
        sums = np.zeros(len(matrix))
        for start in range(0, len(matrix), BLOCK):
            block = matrix[start : start + BLOCK]
            codes = {
                feature: bins.codes(np.ascontiguousarray(block[:, feature]))
                for feature, bins in self.bins.items()
            }
            self._add(codes, sums[start : start + BLOCK])
        return sums

    def _add(self, codes: Mapping[int, Codes], sums: FloatArray) -> None:
        """Add the trees' leaves in LightGBM's order, so that rounding is the same."""
        value = np.empty(len(sums))
        narrow, wide = _Scratch(len(sums), np.int32), _Scratch(len(sums), np.uint64)
        for table in self.tables:
            if table.features:
                scratch = narrow if table.narrow else wide
                np.take(table.exits, scratch.exits(table, codes), out=value, mode="clip")
                sums += value
            else:
                sums += table.exits[-1]


class _Scratch:
    """Reused arrays of one block."""

    def __init__(self, rows: int, mask: type[np.int32 | np.uint64]) -> None:
        number, self._shift = (np.float32, 23) if mask is np.int32 else (np.float64, 52)
        self._left, self._mask = np.empty(rows, mask), np.empty(rows, mask)
        self._float = np.empty(rows, number)
        self._bits = self._float.view(np.int32 if mask is np.int32 else np.int64)

    def exits(self, table: TreeTable, codes: Mapping[int, Codes]) -> npt.NDArray[Any]:
        """Exponent of the one bit left per row: a power of two is exact as a float."""
        first, *rest = zip(table.features, table.masks, strict=True)
        np.take(first[1], codes[first[0]], out=self._left, mode="clip")
        for feature, masks in rest:
            np.take(masks, codes[feature], out=self._mask, mode="clip")
            np.bitwise_and(self._left, self._mask, out=self._left)
        np.copyto(self._float, self._left, casting="unsafe")
        np.right_shift(self._bits, self._shift, out=self._bits)
        return self._bits


def _table(tree: Tree, bins: Mapping[int, Bins]) -> TreeTable:
    features = sorted({node.feature for node in tree.nodes})
    below = _leaves_below(tree)
    return TreeTable.of(
        features, [_masks(tree, feature, bins[feature], below) for feature in features], tree.leaves
    )


def _masks(tree: Tree, feature: int, bins: Bins, below: Mapping[int, int]) -> npt.NDArray[np.uint64]:
    """Leaves a row can still reach, (bins,), knowing only this feature's bin."""
    values = bins.representatives()
    every = np.uint64(2 ** len(tree.leaves) - 1)
    masks = np.full(len(values), every)
    for node in tree.nodes:
        if node.feature == feature:
            lost = np.where(node.goes_left(values), np.uint64(below[node.right]), np.uint64(below[node.left]))
            masks &= ~lost
    return masks


def _leaves_below(tree: Tree) -> dict[int, int]:
    """Bits of the leaves under each child; children have larger numbers than their parents, leaves negative ones."""
    bits = {-1 - leaf: 1 << leaf for leaf in range(len(tree.leaves))}
    for number in reversed(range(len(tree.nodes))):
        node: Node = tree.nodes[number]
        bits[number] = bits[node.left] | bits[node.right]
    return bits


def _bias(*, narrow: bool) -> int:
    """Exponent of 1.0 in a float of 32 or 64 bits."""
    return 127 if narrow else 1023
