"""The one place that knows LightGBM. A model is LightGBM text with its digest; nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import numpy as np

from scoring.columns import FloatArray, IntArray

Objective = Literal["binary", "gamma"]
SMALL, LARGE = 5_000, 50_000  # records


class DigestError(ValueError):
    """The model's text is not the one that was stored."""


@dataclass(frozen=True, slots=True)
class Parameters:
    trees: int = 200
    leaves: int = 31
    learning_rate: float = 0.05
    min_in_leaf: int = 20

    @classmethod
    def suited(cls, records: int) -> Parameters:
        """Smaller trees for fewer records: what ranked best out of fold on samples of 500 to 45,000 real ones."""
        if records >= LARGE:
            return cls()
        return cls(leaves=15) if records >= SMALL else cls(leaves=4)


@dataclass(frozen=True, slots=True)
class ModelText:
    """LightGBM's own text and the SHA-256 (hex) of its UTF-8 bytes."""

    text: str
    digest: str

    @classmethod
    def of(cls, text: str) -> ModelText:
        return cls(text, digest_of(text))


class Booster:
    """A loaded model. Never load one in the web process: a damaged text can end the process."""

    def __init__(self, model: ModelText, *, threads: int) -> None:
        lightgbm = library()

        if digest_of(model.text) != model.digest:
            raise DigestError(
                "The model's text does not match its digest. Train it again, or restore it from a backup."
            )
        self._booster = lightgbm.Booster(model_str=model.text)
        self._threads = threads

    def raw_sums(self, matrix: FloatArray) -> FloatArray:
        """Sum of leaf values per row, (n,): log-odds for a binary outcome, log of the amount for a value."""
        return np.asarray(self._predict(matrix, raw_score=True), dtype=np.float64)

    def contributions(self, matrix: FloatArray) -> FloatArray:
        """SHAP values (n, k + 1); the last column is the base, each row sums to its raw sum. About 1 ms a row."""
        return np.asarray(self._predict(matrix, pred_contrib=True), dtype=np.float64)

    def gains(self) -> FloatArray:
        """Total gain of the splits on each feature, (k,)."""
        return np.asarray(self._booster.feature_importance("gain"), dtype=np.float64)

    def _predict(self, matrix: FloatArray, **kind: bool) -> Any:
        return self._booster.predict(matrix, num_threads=self._threads, **kind)


@dataclass(frozen=True, slots=True)
class Binned:
    """A matrix cut into LightGBM's bins once, so that several models can be trained on parts of it."""

    dataset: Any


@cache
def library() -> ModuleType:
    """LightGBM. Its idle threads are told to sleep: spinning, they slow everything else on a busy machine."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return import_module("lightgbm")


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def bin_matrix(matrix: FloatArray, labels: FloatArray, *, categorical: Sequence[int], threads: int) -> Binned:
    """Bins of a matrix (n, k) with its labels (n,)."""
    lightgbm = library()

    parameters = {
        "verbosity": -1,
        "num_threads": threads,
        "force_row_wise": True,
        "feature_pre_filter": False,
    }
    dataset = lightgbm.Dataset(
        matrix, labels, categorical_feature=list(categorical), params=parameters, free_raw_data=True
    )
    return Binned(dataset.construct())


def fit(
    binned: Binned,
    parameters: Parameters,
    *,
    seed: int,
    threads: int,
    rows: IntArray | None = None,
    objective: Objective = "binary",
) -> ModelText:
    """Train on all binned rows, or on some. The same input, seed and version of LightGBM give the same text."""
    lightgbm = library()

    used = binned.dataset if rows is None else binned.dataset.subset(rows)
    settings = _settings(parameters, objective, seed, threads)
    booster = lightgbm.train(settings, used, num_boost_round=parameters.trees)
    return ModelText.of(_without_settings(booster.model_to_string()))


# Quantised gradients would train faster, but with random rounding a model changes with the number of threads, and without
# it small gradients, those of the many records without a rare outcome, are rounded away.
def _settings(parameters: Parameters, objective: Objective, seed: int, threads: int) -> dict[str, Any]:
    return {
        "objective": objective,
        "num_leaves": parameters.leaves,
        "learning_rate": parameters.learning_rate,
        "min_data_in_leaf": parameters.min_in_leaf,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "num_threads": threads,
        "verbosity": -1,
    }


def _without_settings(text: str) -> str:
    """The number of threads is among the settings and must not change a model's digest."""
    return text.split("\nparameters:\n", 1)[0] + "\n"
