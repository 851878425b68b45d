"""Groups 1-10 or 1-20, group 1 the best, by cut-offs of a reference population: so a group means the same next month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from scoring.columns import FloatArray, IntArray

FINEST = 20


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Lowest scores of groups 1 to 19 of 20, falling, and the reference records in each of the 20, to measure drift against.

    Ten groups are pairs of these twenty.
    """

    scores: tuple[float, ...]
    reference: tuple[int, ...]

    @classmethod
    def of(cls, reference: FloatArray) -> Self:
        """Cut-offs by which the reference scores (n,) fall into twenty parts as even as their ties allow."""
        if not len(reference):
            raise ValueError("Groups need a reference population: score some records first.")
        falling = np.sort(reference)[::-1]
        places = np.ceil(np.arange(1, FINEST) * len(falling) / FINEST).astype(np.int64) - 1
        cuts = tuple(falling[places].tolist())
        return cls(cuts, tuple(np.bincount(_worse(cuts, falling), minlength=FINEST).tolist()))

    def groups(self, scores: FloatArray, *, count: int = 10) -> IntArray:
        """Group of each score, 1 to `count` (10 or 20). A score equal to a cut-off belongs to the better group."""
        if count not in {FINEST, FINEST // 2}:
            raise ValueError(f"There are 10 or {FINEST} groups, not {count}.")
        return _worse(self.scores, scores) * count // FINEST + 1


def _worse(cuts: tuple[float, ...], scores: FloatArray) -> IntArray:
    """How many of the twenty groups are better, (n,)."""
    return np.searchsorted(-np.array(cuts), -scores, side="left").astype(np.int64)


def best_first(scores: FloatArray, ids: IntArray) -> IntArray:
    """Row numbers in order of rank: the highest score first, the lowest id first among equals. The order is total."""
    return np.lexsort((ids, -scores))


def rank(scores: FloatArray, ids: IntArray) -> IntArray:
    """Rank of each row, 1 the best, (n,)."""
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[best_first(scores, ids)] = np.arange(1, len(scores) + 1)
    return ranks
