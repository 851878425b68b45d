from __future__ import annotations

import os

import numpy as np
import pytest

from scoring import booster
from scoring.booster import Booster, DigestError, ModelText
from tests.scoring.builders import QUICK


def trained(threads: int = 1) -> tuple[ModelText, np.ndarray]:
    random = np.random.default_rng(1)
    matrix = np.column_stack([random.normal(size=400), random.integers(0, 5, 400)])
    y = (matrix[:, 0] + (matrix[:, 1] == 2) > 0.5).astype(np.float64)
    binned = booster.bin_matrix(matrix, y, categorical=[1], threads=threads)
    return booster.fit(binned, QUICK, seed=3, threads=threads), matrix


def test_the_same_input_gives_the_same_text_on_any_number_of_threads():
    assert trained(1)[0] == trained(2)[0]


def test_a_changed_text_is_not_loaded():
    text, _ = trained()
    with pytest.raises(DigestError, match="does not match its digest"):
        Booster(ModelText(text.text.replace("num_leaves=4", "num_leaves=5", 1), text.digest), threads=1)


def test_contributions_add_up_to_the_raw_sum():
    text, matrix = trained()
    loaded = Booster(text, threads=1)
    assert loaded.contributions(matrix).sum(axis=1) == pytest.approx(loaded.raw_sums(matrix))


def test_gains_say_what_the_trees_split_on():
    assert (Booster(trained()[0], threads=1).gains() > 0).tolist() == [True, True]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_worker_does_not_hang_after_its_parent_used_one_thread():
    text, matrix = trained()
    expected = Booster(text, threads=1).raw_sums(matrix)
    child = os.fork()
    if not child:
        os._exit(0 if np.array_equal(Booster(text, threads=1).raw_sums(matrix), expected) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
