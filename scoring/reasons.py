"""Why this score: what speaks for a record and against it, from LightGBM's own SHAP values, with the record's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scoring.booster import Booster
from scoring.columns import Categories, Column, FloatArray, Table
from scoring.features import AsOf, Encoder, Feature

TOP = 3
SLIGHT = 0.02  # log-odds; a smaller effect is not worth a sentence


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's effect on one record, in raw sums (log-odds), with the record's own value in words."""

    feature: str
    value: str
    effect: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Why:
    """The base all records share, and the strongest reasons of each direction, the strongest first."""

    id: int
    base: float
    raw: float
    raises: Sequence[Reason]
    lowers: Sequence[Reason]


def explain(
    booster: Booster, encoder: Encoder, table: Table, as_of: AsOf = None, *, top: int = TOP
) -> list[Why]:
    """One Why for each row of the table: for the records shown, as it takes about 1 ms each."""
    matrix = encoder.encode(table, as_of)
    effects = booster.contributions(matrix)
    return [_why(encoder, table, row, (matrix[row], effects[row]), top) for row in range(len(table))]


def _why(encoder: Encoder, table: Table, row: int, found: tuple[FloatArray, FloatArray], top: int) -> Why:
    encoded, effects = found
    reasons = [
        _reason(feature, table.columns.get(feature.name), row, float(encoded[number]), float(effects[number]))
        for number, feature in enumerate(encoder.features)
        if abs(effects[number]) >= SLIGHT
    ]
    reasons.sort(key=lambda reason: (-abs(reason.effect), reason.feature))
    return Why(
        int(table.ids[row]),
        float(effects[-1]),
        float(effects.sum()),
        [reason for reason in reasons if reason.effect > 0][:top],
        [reason for reason in reasons if reason.effect < 0][:top],
    )


def _reason(feature: Feature, column: Column | None, row: int, encoded: float, effect: float) -> Reason:
    value = _value(feature, column, row, encoded)
    direction: Literal["raises", "lowers"] = "raises" if effect > 0 else "lowers"
    return Reason(feature.name, value, effect, f"{feature.name} is {value}: {direction} it.")


def _value(feature: Feature, column: Column | None, row: int, encoded: float) -> str:
    if np.isnan(encoded):
        return "not known"
    if isinstance(column, Categories):
        return column.text(row) or "not known"
    if feature.kind == "boolean":
        return "yes" if encoded else "no"
    return _ago(encoded) if feature.kind == "date" else _number(encoded)


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _ago(days: float) -> str:
    whole = round(abs(days))
    unit = "day" if whole == 1 else "days"
    return f"{whole:,} {unit} ago" if days >= 0 else f"{whole:,} {unit} ahead"
