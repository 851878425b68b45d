"""The second number: how much a record is expected to be worth, if it buys. Learned from the amounts of those that did."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from scoring import booster, packing, splits
from scoring.booster import Binned, Booster, ModelText, Parameters
from scoring.columns import FloatArray, Table
from scoring.features import AsOf, Encoder
from scoring.metrics import Z95
from scoring.rankings import Effort

NEEDED = 50  # amounts
SEED = 42


@dataclass(frozen=True, slots=True)
class ValueModel:
    """Expected amount = factor * exp(raw sum); the factor makes the out-of-fold total equal the real one."""

    trees: ModelText
    encoder: Encoder
    factor: float

    @classmethod
    def from_json(cls, text: str) -> Self:
        data = json.loads(text)
        return cls(ModelText(**data["trees"]), Encoder.from_json(json.dumps(data["encoder"])), data["factor"])

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    def amounts(self, raw: FloatArray) -> FloatArray:
        amounts: FloatArray = self.factor * np.exp(raw)
        return amounts


@dataclass(frozen=True, slots=True)
class ValueLabel:
    """`explained` is the share of gamma deviance explained out of fold, `unusable` counts amounts that are not above zero."""

    records: int
    unusable: int
    mean: float
    explained: float | None
    usable: bool
    why: str


@dataclass(frozen=True, slots=True)
class TrainedValue:
    """Where it is not usable, expect the mean of everybody. `model` is None where there were too few amounts."""

    model: ValueModel | None
    packed: bytes | None
    label: ValueLabel


def train_value(
    table: Table,
    amounts: FloatArray,
    *,
    as_of: AsOf = None,
    seed: int = SEED,
    parameters: Parameters | None = None,
    threads: int = 1,
) -> TrainedValue:
    """Learn amounts (n,), NaN where there was no purchase. Row order changes nothing; the same input repeats to the byte."""
    rows = np.argsort(table.ids)
    rows = rows[amounts[rows] > 0]
    known, y = table.rows(rows), amounts[rows]
    times = as_of[rows] if isinstance(as_of, np.ndarray) else as_of
    unusable = int((amounts <= 0).sum())
    encoder = Encoder.learn(known, times)
    if len(y) < NEEDED or not encoder.features:
        return TrainedValue(None, None, _refused(y, unusable))
    effort = Effort(parameters or Parameters.suited(len(y)), seed, threads)
    return _train(encoder, encoder.encode(known, times), y, unusable, effort)


def _train(
    encoder: Encoder, matrix: FloatArray, y: FloatArray, unusable: int, effort: Effort
) -> TrainedValue:
    binned = booster.bin_matrix(matrix, y, categorical=encoder.categorical, threads=effort.threads)
    means, raw = _out_of_fold(binned, matrix, y, effort)
    factor = float(y.sum() / np.exp(raw).sum())
    trees = _fit(binned, effort)
    packed = packing.pack_if_equal(trees, matrix, threads=effort.threads)
    return TrainedValue(
        ValueModel(trees, encoder, factor), packed, _label(y, unusable, means, factor * np.exp(raw))
    )


def _out_of_fold(
    binned: Binned, matrix: FloatArray, y: FloatArray, effort: Effort
) -> tuple[FloatArray, FloatArray]:
    """The plain mean and the model's raw sum for each record, from the other folds."""
    means, raw = np.empty(len(y)), np.empty(len(y))
    for split in splits.shuffled(len(y), seed=effort.seed):
        means[split.test] = y[split.train].mean()
        trees = _fit(binned, effort, split)
        raw[split.test] = Booster(trees, threads=effort.threads).raw_sums(matrix[split.test])
    return means, raw


def _fit(binned: Binned, effort: Effort, split: splits.Split | None = None) -> ModelText:
    rows = None if split is None else split.train
    return booster.fit(
        binned, effort.parameters, seed=effort.seed, threads=effort.threads, rows=rows, objective="gamma"
    )


def _label(y: FloatArray, unusable: int, means: FloatArray, expected: FloatArray) -> ValueLabel:
    """Usable where the gain in deviance over the plain mean is surely positive (95 %)."""
    plain, ours = _deviance(y, means), _deviance(y, expected)
    gain = plain - ours
    usable = bool(gain.mean() > Z95 * gain.std(ddof=1) / np.sqrt(len(y)))
    explained = float(gain.sum() / plain.sum()) if plain.sum() else 0.0
    return ValueLabel(len(y), unusable, float(y.mean()), explained, usable, _why(usable, explained))


def _deviance(y: FloatArray, expected: FloatArray) -> FloatArray:
    """Gamma deviance of each record: errors count in proportion to the amount."""
    ratio = y / expected
    deviance: FloatArray = 2 * (ratio - 1 - np.log(ratio))
    return deviance


def _why(usable: bool, explained: float) -> str:
    if usable:
        return (
            f"It tells large amounts from small ones: {explained:.0%} of the spread is explained out of fold."
        )
    return "No useful model of amounts: it does not clearly beat the plain mean, which is used instead."


def _refused(y: FloatArray, unusable: int) -> ValueLabel:
    why = f"Too few amounts to learn from: {len(y):,}, and at least {NEEDED} are needed, with a column that varies."
    mean = float(y.mean()) if len(y) else 0.0
    return ValueLabel(
        len(y), unusable, mean, None, usable=False, why=f"{why} The plain mean is used instead."
    )
