"""The score label: what every model says about itself, as plain data for a page, a command and a store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scoring import metrics
from scoring.columns import FloatArray
from scoring.metrics import Auc, Bin, Tenth
from scoring.rankings import Asked, Ranking


@dataclass(frozen=True, slots=True)
class Quality:
    """One ranking in one test. The AUC has a 95 % interval; a ranking without probabilities has no log loss and no Brier score."""

    records: int
    positives: int
    auc: float
    auc_low: float
    auc_high: float
    log_loss: float | None
    brier: float | None
    lift_10: float


@dataclass(frozen=True, slots=True)
class Rival:
    """A ranking the model has to beat: its quality, and by how much the model's AUC is higher (95 % interval, paired)."""

    name: str
    quality: Quality
    ahead: float
    ahead_low: float
    ahead_high: float


@dataclass(frozen=True, slots=True)
class Test:
    """The model's quality in one test, with its rivals, lift by tenth and calibration."""

    __test__ = False  # a word of the field, not a test case

    quality: Quality
    rivals: Sequence[Rival]
    tenths: Sequence[Tenth]
    calibration: Sequence[Bin]


def measure(asked: Asked) -> Test:
    model, *others = asked.rankings
    p = model.scores if model.probabilities is None else model.probabilities
    return Test(
        _quality(asked.y, model),
        [_rival(asked.y, model, other) for other in others],
        metrics.lift_by_tenth(asked.y, model.scores),
        metrics.calibration(asked.y, p) if model.probabilities is not None else [],
    )


@dataclass(frozen=True, slots=True)
class DataSheet:
    """One column: its kind, the share missing (0 to 1), distinct values, share of the model's gain, and why it was left out, if so."""

    name: str
    kind: str
    missing: float
    distinct: int
    importance: float
    left_out: str | None


@dataclass(frozen=True, slots=True)
class Label:
    """What a model says about itself. `unknown` counts the records left out because their outcome is not known."""

    records: int
    positives: int
    unknown: int
    out_of_fold: Test | None
    forward: Test | None
    usable: bool
    promotable: bool
    why: str
    warnings: Sequence[str]
    features: Sequence[DataSheet]

    def as_data(self) -> dict[str, Any]:
        """Plain dicts and lists, ready for JSON."""
        data: dict[str, Any] = asdict(self)
        return data

    def to_json(self) -> str:
        return json.dumps(self.as_data(), ensure_ascii=False, sort_keys=True)


def brief(test: Test | None) -> Mapping[str, float | None] | None:
    """The four numbers people compare."""
    if test is None:
        return None
    quality = test.quality
    return {
        "auc": quality.auc,
        "log_loss": quality.log_loss,
        "brier": quality.brier,
        "lift_10": quality.lift_10,
    }


def _quality(y: FloatArray, ranking: Ranking) -> Quality:
    auc, p = metrics.auc_with_error(y, ranking.scores), ranking.probabilities
    return Quality(
        len(y),
        int(y.sum()),
        auc.value,
        auc.low,
        auc.high,
        None if p is None else metrics.log_loss(y, p),
        None if p is None else metrics.brier(y, p),
        metrics.lift_10(y, ranking.scores),
    )


def _rival(y: FloatArray, model: Ranking, other: Ranking) -> Rival:
    ahead: Auc = metrics.auc_difference(y, model.scores, other.scores)
    return Rival(other.name, _quality(y, other), ahead.value, ahead.low, ahead.high)
