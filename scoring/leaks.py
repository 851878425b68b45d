"""The leak guard: columns that look as if they knew the future, each with its evidence. A person decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scoring import metrics, splits
from scoring.columns import Categories, Column, FloatArray, IntArray, Table

Grade = Literal["leak", "look"]
DECIDES = {"leak": 0.85, "look": 0.80}  # AUC of one column alone; good honest columns reach 0.77
BLANKS = {"leak": 0.80, "look": 0.645}  # AUC of whether it is filled
SHARED, UNSHARED = 0.995, 0.5  # one value for all of a class, but for at most half of the other
PURE = 0.1  # the rarer outcome among a value's records, at most this part of its usual share
SUPPORT = {"leak": 0.05, "look": 0.01}  # share of the records that have a pure value
RARE = 0.1  # where an outcome is rarer, values without it are nothing special
PARTS = 32  # a number is judged by its quantiles
SMOOTH = 10.0  # records at the overall rate added to each value
MOST_RECORDS = 200_000
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    grade: Grade
    sentence: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column, how grave ("leak", or "look": look at it), its AUC alone out of fold, and sentences that say why."""

    column: str
    grade: Grade
    auc: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """A column as values of few kinds: codes (n,), 0 where missing, what each code stands for, and outcomes (n,)."""

    codes: IntArray
    names: tuple[str, ...]
    y: FloatArray

    @property
    def records(self) -> IntArray:
        return np.bincount(self.codes, minlength=len(self.names))

    @property
    def won(self) -> FloatArray:
        return np.bincount(self.codes, self.y, minlength=len(self.names)).astype(np.float64)


def suspects(table: Table, outcome: FloatArray, *, seed: int = 42) -> list[Suspect]:
    """Suspicious columns, the gravest first. `outcome` (n,) is 1, 0, or NaN where not known."""
    rows = np.argsort(table.ids)
    rows = rows[~np.isnan(outcome[rows])]
    rows = rows[:: max(1, len(rows) // MOST_RECORDS)]
    y, known = outcome[rows], table.rows(rows)
    if min(y.sum(), (1 - y).sum()) < splits.FOLDS:
        return []
    folds = splits.stratified(y, seed=seed)
    found = (_suspect(name, _facts(column, y), folds) for name, column in known.columns.items())
    return sorted((s for s in found if s), key=lambda s: (s.grade != "leak", -s.auc, s.column))


def _suspect(name: str, facts: Facts, folds: list[splits.Split]) -> Suspect | None:
    auc = _auc_alone(facts, folds)
    evidence = [*_decides(auc), *_blanks(facts), *_constant(facts), *_pure(facts)]
    if not evidence:
        return None
    grade: Grade = "leak" if any(item.grade == "leak" for item in evidence) else "look"
    return Suspect(name, grade, auc, tuple(item.sentence for item in evidence))


def _decides(auc: float) -> Iterator[Evidence]:
    grade = _grade(auc, DECIDES)
    if grade:
        yield Evidence(grade, f"It alone ranks the outcome with an AUC of {auc:.3f}.")


def _blanks(facts: Facts) -> Iterator[Evidence]:
    missing = (facts.codes == 0).astype(np.float64)
    auc = metrics.auc(facts.y, missing) if 0 < missing.sum() < len(missing) else 0.5
    auc = max(auc, 1 - auc)
    grade = _grade(auc, BLANKS)
    if grade:
        blank, filled = facts.y[missing == 1].mean(), facts.y[missing == 0].mean()
        yield Evidence(
            grade,
            f"Whether it is filled ranks the outcome with an AUC of {auc:.3f}: {filled:.0%} have the outcome "
            f"where it is filled, {blank:.0%} where it is blank.",
        )


def _constant(facts: Facts) -> Iterator[Evidence]:
    won, lost = facts.won, facts.records - facts.won
    for here, there, who in ((won, lost, "with"), (lost, won, "without")):
        top = int(np.argmax(here))
        if here[top] >= SHARED * here.sum() and there[top] <= UNSHARED * there.sum():
            share, other = here[top] / here.sum(), there[top] / there.sum()
            yield Evidence(
                "leak",
                f"It is {facts.names[top]} for {share:.1%} of the records {who} the outcome, "
                f"but for {other:.1%} of the others.",
            )


def _pure(facts: Facts) -> Iterator[Evidence]:
    """Values whose records nearly all have the outcome, or nearly all lack it: surely so, and for many records."""
    base = float(facts.y.mean())
    always = _pure_codes(facts.records - facts.won, facts.records, 1 - base)
    never = _pure_codes(facts.won, facts.records, base)
    for codes, rate, which in ((always, 1 - base, "have"), (never, base, "lack")):
        share = float(facts.records[codes].sum() / len(facts.y))
        grade = _grade(share, SUPPORT)
        if grade:
            names = _listed(
                [facts.names[code] for code in codes[np.argsort(-facts.records[codes], kind="stable")]]
            )
            yield Evidence(
                grade if rate >= RARE else "look",
                f"The {share:.1%} of the records where it is {names} nearly all {which} the outcome.",
            )


def _pure_codes(against: FloatArray, records: IntArray, usual: float) -> IntArray:
    """Codes where even the upper end of the interval of the contrary outcome's share is far below the usual."""
    return np.array(
        [
            code
            for code in np.flatnonzero(against <= PURE * usual * records)
            if metrics.wilson(float(against[code]), int(records[code]))[1] <= PURE * usual
        ],
        dtype=np.int64,
    )


def _auc_alone(facts: Facts, folds: list[splits.Split]) -> float:
    """Out of fold: each record is scored by the smoothed rate of its value among the others."""
    scores, base = np.empty(len(facts.y)), float(facts.y.mean())
    for fold in folds:
        seen = Facts(facts.codes[fold.train], facts.names, facts.y[fold.train])
        rates = (seen.won + SMOOTH * base) / (seen.records + SMOOTH)
        scores[fold.test] = rates[facts.codes[fold.test]]
    return metrics.auc(facts.y, scores)


def _facts(column: Column, y: FloatArray) -> Facts:
    if isinstance(column, Categories):
        return Facts(column.codes.astype(np.int64) + 1, ("blank", *column.levels), y)
    known = ~column.missing()
    values = column.values[known]
    cuts = (
        np.unique(np.quantile(values, np.linspace(0, 1, PARTS + 1), method="lower"))
        if known.any()
        else values
    )
    codes = np.zeros(len(y), dtype=np.int64)
    codes[known] = np.searchsorted(cuts, values) + 1
    return Facts(codes, ("blank", *_ranges(cuts)), y)


def _ranges(cuts: FloatArray) -> Iterator[str]:
    """What each code of a number stands for: the smallest value, then ranges up to a cut."""
    for number, cut in enumerate(cuts):
        yield f"{cut:g}" if number == 0 else f"over {cuts[number - 1]:g} up to {cut:g}"


def _grade(measure: float, limits: dict[str, float]) -> Grade | None:
    if measure >= limits["leak"]:
        return "leak"
    return "look" if measure >= limits["look"] else None


def _listed(names: list[str]) -> str:
    more = f" or {len(names) - SHOWN} other values" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
