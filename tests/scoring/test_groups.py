from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.groups import CutOffs, best_first, rank

scores = st.lists(st.integers(0, 30), min_size=1, max_size=80).map(
    lambda values: np.array(values, dtype=np.float64)
)


def test_a_reference_population_falls_into_even_groups_group_1_the_best():
    reference = np.arange(1_000.0)
    cut_offs = CutOffs.of(reference)
    assert np.bincount(cut_offs.groups(reference)).tolist() == [0, *[100] * 10]
    assert np.bincount(cut_offs.groups(reference, count=20)).tolist() == [0, *[50] * 20]
    assert cut_offs.reference == (50,) * 20
    assert cut_offs.groups(np.array([5_000.0, 999.0, 0.0, -3.0])).tolist() == [1, 1, 10, 10]


def test_a_group_means_the_same_in_another_population():
    cut_offs = CutOffs.of(np.arange(1_000.0))
    assert cut_offs.groups(np.full(50, 950.0)).tolist() == [1] * 50


@given(scores, scores)
def test_a_better_score_is_never_in_a_worse_group(reference, asked):
    for count in (10, 20):
        groups = CutOffs.of(reference).groups(np.sort(asked), count=count)
        assert (np.diff(groups) <= 0).all()
        assert groups.min() >= 1
        assert groups.max() <= count


@given(scores)
def test_ten_groups_are_pairs_of_twenty(reference):
    cut_offs = CutOffs.of(reference)
    twenty = cut_offs.groups(reference, count=20)
    assert cut_offs.groups(reference).tolist() == ((twenty + 1) // 2).tolist()


@given(scores, st.randoms())
def test_ranks_are_total_and_depend_on_score_then_id_only(values, random):
    ids = np.array(random.sample(range(1_000), len(values)))
    order = np.array(random.sample(range(len(values)), len(values)))
    ranks = rank(values, ids)
    assert sorted(ranks) == list(range(1, len(values) + 1))
    assert rank(values[order], ids[order]).tolist() == ranks[order].tolist()
    best = best_first(values, ids)
    assert list(zip(-values[best], ids[best], strict=True)) == sorted(zip(-values, ids, strict=True))


def test_other_numbers_of_groups_are_refused():
    with pytest.raises(ValueError, match="10 or 20 groups, not 7"):
        CutOffs.of(np.arange(3.0)).groups(np.arange(3.0), count=7)


def test_no_reference_population_is_refused():
    with pytest.raises(ValueError, match="score some records first"):
        CutOffs.of(np.empty(0))
