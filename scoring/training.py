"""Train a model from columns, test it on records it never saw, and say whether it may be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from scoring import calibration, label, packing, rankings, splits, verdict
from scoring.booster import Booster, ModelText, Parameters
from scoring.calibration import Platt
from scoring.columns import Categories, Column, FloatArray, Table
from scoring.features import AsOf, Encoder
from scoring.groups import CutOffs
from scoring.label import DataSheet, Label, Test
from scoring.rankings import Asked, Effort, Known, Prepared
from scoring.verdict import Verdict

SEED = 42


class OutcomeError(ValueError):
    """The outcome given is not one."""


@dataclass(frozen=True, slots=True)
class Model:
    """All that scoring needs: the trees, the encoder, the calibration, the groups' cut-offs (in propensity).

    `kinds` are the kinds of activity that are summarised into columns for it.
    """

    trees: ModelText
    encoder: Encoder
    platt: Platt
    cut_offs: CutOffs
    kinds: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Self:
        data = json.loads(text)
        return cls(
            ModelText(**data["trees"]),
            Encoder.from_json(json.dumps(data["encoder"])),
            Platt(**data["platt"]),
            CutOffs(**{name: tuple(values) for name, values in data["cut_offs"].items()}),
            tuple(data.get("kinds", ())),
        )

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Trained:
    """`model` is None where there were too few outcomes to learn from; `packed` is its fast scorer (see packing), where it fits one."""

    model: Model | None
    packed: bytes | None
    label: Label


def train(
    table: Table,
    outcome: FloatArray,
    *,
    order: FloatArray | None = None,
    as_of: AsOf = None,
    seed: int = SEED,
    parameters: Parameters | None = None,
    threads: int = 1,
) -> Trained:
    """Learn which records have the outcome.

    `outcome` (n,) is 1, 0, or NaN where it is not known yet; such records are left out and counted. `order` (n,) is
    any number that rises with time, NaN where unknown. `as_of` is the time dates are aged at, in days since
    1970-01-01 UTC. The result depends on neither the order of rows nor of columns, and repeats to the byte.
    """
    known = _known(table, outcome, order, as_of)
    encoder = Encoder.learn(known.table, known.as_of)
    lack = _lack(known, encoder)
    if lack:
        return Trained(
            None, None, _label(known, table, (None, None), verdict.refuse(lack), _sheets(known, encoder))
        )
    effort = Effort(parameters or Parameters.suited(len(known.y)), seed, threads)
    return _train(known, table, encoder, effort)


def _train(known: Known, table: Table, encoder: Encoder, effort: Effort) -> Trained:
    prepared = rankings.prepare(known, encoder, effort.threads)
    folds = splits.stratified(known.y, seed=effort.seed)
    asked = rankings.out_of_fold(prepared, known.order, folds, effort)
    tests = label.measure(asked), _forward(known, asked, effort)
    found = verdict.judge(*tests, ordered=known.order is not None)
    model = _model(prepared, encoder, asked, effort)
    sheets = _sheets(known, encoder, Booster(model.trees, threads=effort.threads).gains())
    packed = packing.pack_if_equal(model.trees, prepared.matrix, threads=effort.threads)
    return Trained(model, packed, _label(known, table, tests, found, sheets))


def _known(table: Table, outcome: FloatArray, order: FloatArray | None, as_of: AsOf) -> Known:
    if len(outcome) != len(table):
        raise OutcomeError(f"There are {len(table):,} records, but {len(outcome):,} outcomes.")
    if not np.isin(outcome[~np.isnan(outcome)], (0.0, 1.0)).all():
        raise OutcomeError("An outcome is 1 or 0, or missing where it is not known yet.")
    by_id = np.argsort(table.ids)
    return Known(table, outcome, order, as_of).rows(by_id[~np.isnan(outcome[by_id])])


def _lack(known: Known, encoder: Encoder) -> str | None:
    """Why no model can be trained, or None."""
    positives = int(known.y.sum())
    few = verdict.too_few(positives, len(known.y) - positives)
    if few or encoder.features:
        return few
    return "There is nothing to learn from: no column is filled and varies."


def _forward(known: Known, asked: Asked, effort: Effort) -> Test | None:
    """None without an order, or where the older or the newest records are all of one outcome."""
    if known.order is None:
        return None
    split = splits.forward(known.order)
    if any(len(np.unique(known.y[rows])) < 2 for rows in (split.train, split.test)):  # noqa: PLR2004
        return None
    platt = calibration.fit(asked.rankings[0].scores[split.train], known.y[split.train])
    return label.measure(rankings.forward(known, split, platt, effort))


def _model(prepared: Prepared, encoder: Encoder, asked: Asked, effort: Effort) -> Model:
    """Trained on all; calibrated, and cut into groups, by what was said of records before they were seen."""
    raw = asked.rankings[0].scores
    platt = calibration.fit(raw, prepared.y)
    return Model(rankings.fit_all(prepared, effort), encoder, platt, CutOffs.of(platt.probabilities(raw)))


def _label(
    known: Known,
    table: Table,
    tests: tuple[Test | None, Test | None],
    found: Verdict,
    sheets: list[DataSheet],
) -> Label:
    return Label(
        records=len(known.y),
        positives=int(known.y.sum()),
        unknown=len(table) - len(known.y),
        out_of_fold=tests[0],
        forward=tests[1],
        usable=found.usable,
        promotable=found.promotable,
        why=found.why,
        warnings=found.warnings,
        features=sheets,
    )


def _sheets(known: Known, encoder: Encoder, gains: FloatArray | None = None) -> list[DataSheet]:
    """One for every column, the most important first."""
    total = 0.0 if gains is None else float(gains.sum())
    shares = (
        {} if gains is None or not total else dict(zip(encoder.names, (gains / total).tolist(), strict=True))
    )
    sheets = _unsorted_sheets(known.table, encoder, shares)
    return sorted(sheets, key=lambda sheet: (-sheet.importance, sheet.name))


def _unsorted_sheets(table: Table, encoder: Encoder, shares: dict[str, float]) -> Iterator[DataSheet]:
    for name, column in table.columns.items():
        missing = float(column.missing().mean()) if len(column) else 1.0
        yield DataSheet(
            name, column.kind, missing, _distinct(column), shares.get(name, 0.0), encoder.left_out.get(name)
        )


def _distinct(column: Column) -> int:
    values = column.codes if isinstance(column, Categories) else column.values
    return len(np.unique(values[~column.missing()]))
