"""Two ways to rank the same newest records: by how much is one ahead, beyond chance?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring import label, rankings, splits
from scoring.booster import Booster, Parameters
from scoring.columns import FloatArray, IntArray, Table
from scoring.features import AsOf, Encoder
from scoring.label import Test
from scoring.rankings import Asked, Effort, Known, Ranking

SEED = 42
Score = Callable[[Table], FloatArray]


@dataclass(frozen=True, slots=True)
class Newest:
    """Ids of the older records, to learn from, and of the newest fifth, to be asked about, among those with a known outcome."""

    older: IntArray
    newest: IntArray


def newest(ids: IntArray, outcome: FloatArray, order: FloatArray) -> Newest:
    """Split records by their order of time; those without an outcome (NaN) or an order take no part."""
    known = np.flatnonzero(~np.isnan(outcome))
    split = splits.forward(order[known])
    return Newest(ids[known[split.train]], ids[known[split.test]])


def scores(
    table: Table, outcome: FloatArray, older: IntArray, asked: IntArray, as_of: AsOf, *, threads: int = 1
) -> FloatArray:
    """Raw sums of the records asked about, by a model of the older ones alone, (n,): NaN for those the table does not have."""
    learn = np.flatnonzero(np.isin(table.ids, older) & ~np.isnan(outcome))
    known = Known(table.rows(learn), outcome[learn], None, as_of)
    encoder = Encoder.learn(known.table, as_of)
    prepared = rankings.prepare(known, encoder, threads)
    trees = rankings.fit_all(prepared, Effort(Parameters.suited(len(learn)), SEED, threads))
    booster = Booster(trees, threads=threads)
    return of_ids(table, asked, lambda rows: booster.raw_sums(encoder.encode(rows, as_of)))


def of_ids(table: Table, asked: IntArray, score: Score) -> FloatArray:
    """The scores of these records, in their order; NaN for those the table does not have."""
    place = {id_: row for row, id_ in enumerate(table.ids.tolist())}
    rows = np.array([place.get(id_, -1) for id_ in asked.tolist()], dtype=np.int64)
    there = rows >= 0
    found = np.full(len(asked), np.nan)
    ordered = np.sort(rows[there])
    if len(ordered):
        sums = dict(zip(ordered.tolist(), score(table.rows(ordered)).tolist(), strict=True))
        found[there] = [sums[row] for row in rows[there].tolist()]
    return found


def compare(y: FloatArray, challenger: FloatArray, champion: FloatArray) -> Test:
    """The challenger's test with the champion as its rival, on the records (n,) that both could rank."""
    both = ~np.isnan(challenger) & ~np.isnan(champion)
    ways = [Ranking("challenger", challenger[both], None), Ranking("champion", champion[both], None)]
    return label.measure(Asked(y[both], ways))
