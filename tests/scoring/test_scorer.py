from __future__ import annotations

import subprocess
import sys
import tracemalloc

import lightgbm
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring import packing
from scoring.bins import NumberBins
from scoring.booster import Booster, ModelText
from scoring.scorer import Scorer
from scoring.trees import UnfitModelError

SPECIAL = np.array(
    [0.0, -0.0, 1e-36, -1e-36, 1e-34, 1.0, -1.0, 0.5, 300.0, 1e300, -1e300, np.inf, -np.inf, np.nan]
)


def sample(rows: int, seed: int) -> np.ndarray:
    """Seven columns: normal, skewed, counts, mostly zero, and three of categories; with blanks."""
    random = np.random.default_rng(seed)
    columns = [
        random.normal(size=rows),
        np.exp(3 * random.normal(size=rows)),
        random.poisson(3, rows).astype(np.float64),
        random.normal(size=rows) * (random.random(rows) < 0.3),
        random.integers(0, 3, rows).astype(np.float64),
        random.integers(0, 40, rows).astype(np.float64),
        random.integers(0, 250, rows).astype(np.float64),
    ]
    matrix = np.column_stack(columns)
    matrix[random.random(matrix.shape) < 0.08] = np.nan
    return matrix


def model(seed: int = 1, rows: int = 800, trees: int = 12, **changes: object) -> ModelText:
    matrix = sample(rows, seed)
    clean = np.nan_to_num(matrix)
    odds = clean[:, 0] + np.sin(clean[:, 2]) + (clean[:, 5] % 3 == 0) + clean[:, 3] * (clean[:, 4] == 1)
    y = (odds + np.random.default_rng(seed).normal(size=rows) > 0.5).astype(np.float64)
    settings = {
        "objective": "binary",
        "verbosity": -1,
        "num_threads": 1,
        "min_data_in_leaf": 3,
        "min_data_per_group": 5,
    }
    settings |= changes
    dataset = lightgbm.Dataset(matrix, y, categorical_feature=[4, 5, 6], params=settings)
    return ModelText.of(lightgbm.train(settings, dataset, num_boost_round=trees).model_to_string())


def odd_values(seed: int) -> np.ndarray:
    """Rows of values no training saw: around zero, huge, infinite, fractions of categories, unseen categories."""
    random = np.random.default_rng(seed)
    matrix = sample(400, seed + 1)
    odd = random.random(matrix.shape) < 0.4
    matrix[odd] = random.choice(SPECIAL, odd.sum())
    matrix[:, 4:] = np.where(
        np.abs(matrix[:, 4:]) > 1e9, np.nan, matrix[:, 4:]
    )  # beyond int, LightGBM is undefined
    return matrix


def assert_equal_sums(text: ModelText, matrix: np.ndarray) -> None:
    ours = Scorer.of(text.text, text.digest).raw_sums(matrix)
    np.testing.assert_array_equal(ours, Booster(text, threads=1).raw_sums(matrix))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    leaves=st.sampled_from([2, 7, 31, 32, 33, 64]),
    missing=st.sampled_from([{}, {"use_missing": False}, {"zero_as_missing": True}]),
    onehot=st.sampled_from([1, 4, 100]),
)
def test_sums_are_lightgbms_bit_for_bit(seed, leaves, missing, onehot):
    text = model(seed, num_leaves=leaves, max_cat_to_onehot=onehot, **missing)
    assert_equal_sums(text, sample(500, seed + 1))
    assert_equal_sums(text, odd_values(seed))


def test_sums_of_values_exactly_at_the_cuts():
    text = model()
    scorer = Scorer.of(text.text, text.digest)
    matrix = sample(2_000, 3)
    for feature, bins in scorer.bins.items():
        if isinstance(bins, NumberBins):
            near = np.concatenate(
                [bins.cuts, np.nextafter(bins.cuts, -np.inf), np.nextafter(bins.cuts, np.inf)]
            )
            matrix[: len(near), feature] = near[:2_000]
    assert_equal_sums(text, matrix)


def test_trees_of_one_leaf():
    assert_equal_sums(model(rows=60, trees=3, min_data_in_leaf=60), sample(50, 2))


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_batches_and_order_change_nothing(size):
    text = model()
    scorer, matrix = Scorer.of(text.text, text.digest), sample(30_000, 5)
    whole = scorer.raw_sums(matrix)
    order = np.random.default_rng(1).permutation(len(matrix))
    np.testing.assert_array_equal(scorer.raw_sums(matrix[order]), whole[order])
    some = range(0, min(len(matrix), 100 * size), size)
    parts = np.concatenate([scorer.raw_sums(matrix[start : start + size]) for start in some])
    np.testing.assert_array_equal(parts, whole[: len(parts)])


def test_the_memory_order_of_the_matrix_changes_nothing():
    text, matrix = model(), sample(500, 5)
    scorer = Scorer.of(text.text, text.digest)
    np.testing.assert_array_equal(scorer.raw_sums(np.asfortranarray(matrix)), scorer.raw_sums(matrix))


def test_no_rows():
    text = model()
    assert Scorer.of(text.text, text.digest).raw_sums(np.empty((0, 7))).tolist() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"num_leaves": 200, "min_data_in_leaf": 1}, "more than 64"),
        ({"linear_tree": True}, "linear"),
        ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, "averages"),
        ({"objective": "multiclass", "num_class": 2}, "num_class is 2"),
    ],
)
def test_models_it_cannot_represent_are_refused(changes, why):
    text = model(**changes)
    with pytest.raises(UnfitModelError, match=why):
        Scorer.of(text.text, text.digest)
    assert packing.pack_if_equal(text, sample(50, 1), threads=1) is None


def test_incomplete_text_is_refused():
    with pytest.raises(UnfitModelError, match="incomplete"):
        Scorer.of(model().text[:2_000], "")


def test_packed_and_unpacked_it_scores_the_same():
    text, matrix = model(num_leaves=40), sample(500, 9)
    packed = packing.pack_if_equal(text, matrix, threads=1)
    assert packed is not None
    scorer = packing.unpack(packed, text.digest)
    np.testing.assert_array_equal(scorer.raw_sums(matrix), Booster(text, threads=1).raw_sums(matrix))
    assert packing.pack(scorer) == packed


def test_packed_bytes_of_another_model_or_damaged_are_refused():
    packed = packing.pack_if_equal(model(), sample(50, 1), threads=1)
    with pytest.raises(UnfitModelError, match="another model"):
        packing.unpack(packed, "0" * 64)
    for damaged in (b"", b"no archive", packed[: len(packed) // 2]):
        with pytest.raises(UnfitModelError, match="cannot be read"):
            packing.unpack(damaged, model().digest)


def test_cuts_that_crowd_are_searched_by_halving():
    cuts = np.sort(np.exp(np.linspace(-300, 300, 200)))
    values = np.concatenate([cuts, np.exp(np.random.default_rng(1).uniform(-320, 320, 500)), [-1.0, np.inf]])
    assert NumberBins(cuts)._grid is None
    np.testing.assert_array_equal(NumberBins(cuts).codes(values), np.searchsorted(cuts, values))


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30, unique=True),
    st.data(),
)
def test_a_bin_is_the_number_of_cuts_below(cuts, data):
    cuts = np.unique(np.array(cuts))
    values = np.array(
        data.draw(st.lists(st.floats(allow_nan=False) | st.sampled_from(cuts.tolist()), min_size=1))
    )
    np.testing.assert_array_equal(NumberBins(cuts).codes(values), np.searchsorted(cuts, values))


def test_the_scoring_path_imports_no_heavy_library():
    code = "import sys, scoring.packing, scoring.features, scoring.groups, scoring.calibration, scoring.engagement\n"
    code += "print([name for name in ('lightgbm', 'pandas', 'sklearn', 'polars') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_extra_memory_does_not_grow_with_the_rows():
    text = model()
    scorer, matrix = Scorer.of(text.text, text.digest), np.asfortranarray(np.tile(sample(10_000, 5), (20, 1)))
    tracemalloc.start()
    scorer.raw_sums(matrix)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 2**20
