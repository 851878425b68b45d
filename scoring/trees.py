"""LightGBM's text model, read without LightGBM. Anything the fast scorer cannot represent is refused, never approximated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.columns import BoolArray, FloatArray, IntArray

CATEGORICAL, DEFAULT_LEFT = 1, 2  # bits of decision_type; bits 2 and 3 are the kind of missing value
MISSING_ZERO, MISSING_NAN = 1, 2
NEARLY_ZERO = float(np.float32(1e-35))  # LightGBM's kZeroThreshold
MOST_LEAVES = 64
WORD = 32  # bits in a word of a category set


class UnfitModelError(ValueError):
    """The fast scorer cannot represent a model; use LightGBM's own predict."""


@dataclass(frozen=True, slots=True)
class Node:
    """A split. Children: a node's number, or -1 - the leaf's number."""

    feature: int
    threshold: float
    decision: int
    left: int
    right: int
    categories: IntArray  # go left; empty for a number

    @property
    def categorical(self) -> bool:
        return bool(self.decision & CATEGORICAL)

    @property
    def missing(self) -> int:
        return (self.decision >> 2) & 3

    def goes_left(self, values: FloatArray) -> BoolArray:
        """Which of the values (n,) go left: LightGBM's NumericalDecision and CategoricalDecision."""
        absent = np.isnan(values)
        if self.categorical:
            return np.isin(np.trunc(values), self.categories)
        known = np.where(absent, 0.0, values) if self.missing != MISSING_NAN else values
        astray = absent if self.missing == MISSING_NAN else self._zero(known)
        return np.where(astray, bool(self.decision & DEFAULT_LEFT), known <= self.threshold)

    def _zero(self, values: FloatArray) -> BoolArray:
        return (np.abs(values) <= NEARLY_ZERO) & (self.missing == MISSING_ZERO)


@dataclass(frozen=True, slots=True)
class Tree:
    nodes: Sequence[Node]  # none where the tree is one leaf
    leaves: FloatArray


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose leaf values are summed, over a matrix of so many features."""

    features: int
    trees: Sequence[Tree]


def parse(text: str) -> Forest:
    """Read a text model of format version 4 with one sum per row."""
    head, *trees = text.split("\n\n\nend of trees", 1)[0].split("\nTree=")
    if "end of trees" not in text:
        raise UnfitModelError("The model's text is incomplete.")
    about = _pairs(head)
    for key, wanted in {"version": "v4", "num_class": "1", "num_tree_per_iteration": "1"}.items():
        if about.get(key) != wanted:
            raise UnfitModelError(f"The model's {key} is {about.get(key)}, not {wanted}.")
    if "average_output" in head.splitlines():
        raise UnfitModelError("The model averages its trees.")
    return Forest(int(about["max_feature_idx"]) + 1, [_tree(_pairs(part)) for part in trees])


def _pairs(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _tree(about: Mapping[str, str]) -> Tree:
    leaves = _floats(about["leaf_value"])
    if about.get("is_linear", "0") != "0":
        raise UnfitModelError("The model has linear trees.")
    if len(leaves) > MOST_LEAVES:
        raise UnfitModelError(f"A tree of the model has {len(leaves)} leaves, more than {MOST_LEAVES}.")
    return Tree(list(_nodes(about)) if len(leaves) > 1 else [], leaves)


def _nodes(about: Mapping[str, str]) -> Iterator[Node]:
    names = "split_feature", "decision_type", "left_child", "right_child"
    rows = zip(*(_ints(about[name]).tolist() for name in names), strict=True)
    thresholds = _floats(about["threshold"]).tolist()
    for (feature, decision, left, right), threshold in zip(rows, thresholds, strict=True):
        categories = _categories(about, int(threshold)) if decision & CATEGORICAL else np.empty(0, np.int64)
        yield Node(feature, threshold, decision, left, right, categories)


def _categories(about: Mapping[str, str], number: int) -> IntArray:
    """A category set is a run of 32-bit words, lowest category in the lowest bit."""
    first, after = _ints(about["cat_boundaries"])[number : number + 2]
    words = _ints(about["cat_threshold"])[first:after]
    bits = (words[:, None] >> np.arange(WORD)) & 1
    return np.flatnonzero(bits.ravel())


def _ints(text: str) -> IntArray:
    return np.array(text.split(), dtype=np.int64)


def _floats(text: str) -> npt.NDArray[np.float64]:
    return np.array([float(part) for part in text.split()], dtype=np.float64)
