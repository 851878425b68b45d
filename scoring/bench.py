"""What scoring and training cost, against their references, in one run: absolute times are noise, ratios are not."""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from scoring import booster, metrics
from scoring.booster import Booster, Parameters
from scoring.columns import FloatArray
from scoring.scorer import Scorer

ROUNDS = 5
COLUMNS, CATEGORICAL = 40, 8
SAMPLE = 200_000  # rows a scorer's model is trained on
SEED = 42
Measure = dict[str, float]


class MissingReferenceError(RuntimeError):
    """What to compare with is not installed."""


def scorer(rows: int = 1_000_000, *, rounds: int = ROUNDS) -> Measure:
    """CPU seconds of our scorer against booster.predict, one thread each, on the same float64 matrix in memory."""
    matrix, labels = synthetic(rows)
    binned = booster.bin_matrix(matrix[:SAMPLE], labels[:SAMPLE], categorical=_categorical(), threads=1)
    model = booster.fit(binned, Parameters(), seed=SEED, threads=1)
    ours, reference = Scorer.of(model.text, model.digest), Booster(model, threads=1)
    if not np.array_equal(ours.raw_sums(matrix[:SAMPLE]), reference.raw_sums(matrix[:SAMPLE])):
        raise AssertionError("The fast scorer's sums differ from LightGBM's.")
    pairs = [
        (
            _seconds(time.process_time, ours.raw_sums, matrix),
            _seconds(time.process_time, reference.raw_sums, matrix),
        )
        for _ in range(rounds)
    ]
    return _measure(pairs, rows)


def training(rows: int = 800_000, *, rounds: int = ROUNDS) -> Measure:
    """Wall seconds of binning and training 200 trees against scikit-learn's HistGradientBoosting; adds both AUCs on fresh rows."""
    matrix, labels = synthetic(rows + rows // 4)
    known, asked = (matrix[:rows], labels[:rows]), (matrix[rows:], labels[rows:])
    theirs, threads = _reference_trainer(), os.cpu_count() or 1
    scores: dict[str, FloatArray] = {}

    def train_ours() -> None:
        binned = booster.bin_matrix(*known, categorical=_categorical(), threads=threads)
        model = booster.fit(binned, Parameters(), seed=SEED, threads=threads)
        scores["ours"] = Booster(model, threads=threads).raw_sums(asked[0])

    def train_theirs() -> None:
        scores["theirs"] = theirs.fit(*known).decision_function(asked[0])

    pairs = [
        (_seconds(time.perf_counter, train_ours), _seconds(time.perf_counter, train_theirs))
        for _ in range(rounds)
    ]
    aucs = {
        "auc": metrics.auc(asked[1], scores["ours"]),
        "reference_auc": metrics.auc(asked[1], scores["theirs"]),
    }
    return _measure(pairs, rows) | aucs


def synthetic(rows: int) -> tuple[FloatArray, FloatArray]:
    """A made-up matrix (rows, 40), the last 8 columns categorical, with some values missing, and outcomes of 20 %."""
    random = np.random.default_rng(SEED)
    matrix = np.empty((rows, COLUMNS), order="F")
    for number in range(COLUMNS - CATEGORICAL):
        draw = (random.normal, random.exponential, lambda size: random.poisson(4, size))[number % 3]
        matrix[:, number] = draw(size=rows)
    for number in range(COLUMNS - CATEGORICAL, COLUMNS):
        matrix[:, number] = random.integers(0, 6 * (number - COLUMNS + CATEGORICAL + 1), rows)
    signal = matrix[:, :12] @ random.normal(size=12) + 2 * np.sin(matrix[:, 35]) + matrix[:, 0] * matrix[:, 1]
    noisy = signal + random.normal(size=rows) * 4
    matrix[random.random(rows) < 0.1, 3] = np.nan  # noqa: PLR2004
    return matrix, (noisy > np.quantile(noisy, 0.8)).astype(np.float64)


def _categorical() -> range:
    return range(COLUMNS - CATEGORICAL, COLUMNS)


def _reference_trainer() -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as error:
        raise MissingReferenceError(
            "The training benchmark compares with scikit-learn, which is not installed: pip install -r requirements/dev.txt."
        ) from error
    ours = Parameters()
    return HistGradientBoostingClassifier(
        learning_rate=ours.learning_rate,
        max_iter=ours.trees,
        max_leaf_nodes=ours.leaves,
        min_samples_leaf=ours.min_in_leaf,
        categorical_features=list(_categorical()),
        early_stopping=False,
        random_state=SEED,
    )


def _seconds(clock: Callable[[], float], work: Callable[..., object], *given: object) -> float:
    start = clock()
    work(*given)
    return clock() - start


def _measure(pairs: list[tuple[float, float]], rows: int) -> Measure:
    """Medians of the times, and of the ratios round by round."""
    return {
        "seconds": statistics.median(ours for ours, _ in pairs),
        "reference_seconds": statistics.median(theirs for _, theirs in pairs),
        "ratio": statistics.median(ours / theirs for ours, theirs in pairs),
        "rows": rows,
        "peak_mib": _peak_mib(),
    }


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kibibytes on Linux, bytes on macOS
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
