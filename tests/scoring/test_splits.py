from __future__ import annotations

import numpy as np

from scoring import splits


def test_each_record_is_asked_once_and_never_by_who_saw_it():
    y = np.repeat([0.0, 1.0], [83, 20])
    folds = splits.stratified(y, seed=1)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(103))
    assert [set(fold.train) & set(fold.test) for fold in folds] == [set()] * 5
    assert [int(y[fold.test].sum()) for fold in folds] == [4] * 5


def test_forward_trains_on_the_older_and_asks_the_newest_fifth():
    split = splits.forward(np.array([5.0, np.nan, 1, 4, 2, 3]))
    assert (split.train.tolist(), split.test.tolist()) == ([2, 3, 4, 5], [0])


def test_shuffled_folds_cover_all():
    folds = splits.shuffled(12, seed=1)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(12))
