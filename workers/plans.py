"""What scoring needs beside the records themselves: the model and what scores by it, what purchases are worth, the weights."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl
from sqlmodel import Session

from portal import columns, engagement, packs
from portal.columns import Input
from portal.db import Database, microseconds
from portal.engagement import Weight
from portal.fields import Level
from portal.models import registry
from portal.models.tables import Run
from portal.packs import Columns
from scoring.activities import summaries
from scoring.booster import Booster, ModelText
from scoring.columns import FloatArray, IntArray, Table
from scoring.engagement import Activities, Rule
from scoring.packing import unpack
from scoring.training import Model
from scoring.trees import UnfitModelError
from scoring.value import ValueModel
from workers import doings, tables

THREADS: Final = 2
DAY: Final = timedelta(days=1)
Score = Callable[[FloatArray], FloatArray]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worth:
    """What a purchase is expected to be worth: by a model, else the mean of all; NaN where no amounts are known."""

    mean: float
    currency: str
    model: ValueModel | None = None
    score: Score | None = None

    def amounts(self, table: Table, as_of: float) -> FloatArray:
        """Of each record, (n,)."""
        if self.model is None or self.score is None:
            return np.full(len(table), self.mean)
        return self.model.amounts(self.score(self.model.encoder.encode(table, as_of)))


@dataclass(frozen=True)
class Read:
    """A part of the records as the model reads them, what they did, and the digest of what was read."""

    table: Table
    done: Activities
    digest: str


def _digest_of(packed: Columns, *more: str) -> str:
    named = [f"{name}\0{column.digest}" for name, column in packed.items()]
    return hashlib.sha256("\0".join([*named, *more]).encode()).hexdigest()


@dataclass(frozen=True)
class Plan:
    """All that scoring a part of a run needs."""

    run: Run
    model: Model
    score: Score
    worth: Worth
    weights: Sequence[Weight]
    fields: Sequence[Input]

    @property
    def level(self) -> Level:
        return Level(self.run.level)

    @property
    def as_of(self) -> float:
        """In days since 1970."""
        return microseconds(self.run.as_of) / tables.MICROSECONDS_A_DAY

    @property
    def rule(self) -> Rule:
        names, points = (tuple(getattr(each, part) for each in self.weights) for part in ("name", "points"))
        return Rule(names, points, engagement.HALF_LIFE / DAY)

    def activities(self, database: Database, ids: IntArray) -> Activities:
        """Those of the people with these ascending ids. A run of companies or deals looks at none."""
        return (
            doings.of_people(database, ids, self.weights) if self.level == Level.PERSON else doings.nothing()
        )

    def read(self, database: Database, part: int) -> Read:
        """One part of the records, from its packs."""
        found = packs.of_records(database, self.level, part, self.fields)
        table = tables.table_of_packs(found, self.fields)
        if self.level is not Level.PERSON:
            return Read(table, doings.nothing(), _digest_of(found))
        did = packs.of_activities(database, part)
        done = doings.of_packs(did, part, self.weights)
        digest = _digest_of({**found, **did}, repr(self.weights))
        return Read(self._with_summaries(table, done), done, digest)

    def table(self, frame: pl.DataFrame, done: Activities) -> Table:
        """Records as the model reads them: their fields, and what they did as columns, as of the run."""
        return self._with_summaries(tables.table_of(frame, self.fields), done)

    def _with_summaries(self, table: Table, done: Activities) -> Table:
        if not self.model.kinds:
            return table
        coded = doings.coded(done, self.weights, self.model.kinds)
        more = summaries(coded, table.ids, self.as_of, self.model.kinds)
        return Table(table.ids, {**more, **table.columns})


def plan_of(database: Database, run: Run) -> Plan:
    """Read what a run needs beside its data."""
    model, score = load(database, run.model_id)
    with database.reading() as session:
        worth = _worth(session, run.model_id)
        weights = engagement.weights(session)
        fields = inputs_of(session, run, model)
    return Plan(run, model, score, worth, weights, fields)


def load(database: Database, model_id: int) -> tuple[Model, Score]:
    """A model and what scores by it: our own scorer where it was verified, else LightGBM's."""
    with database.reading() as session:
        file = registry.file(session, model_id)
    model = Model.from_json(file.document)
    return model, _scorer(model.trees, file.scorer, f"model {model_id}")


def _scorer(trees: ModelText, packed: bytes | None, name: str) -> Score:
    try:
        if packed is not None:
            return unpack(packed, trees.digest).raw_sums
    except UnfitModelError as error:
        log.warning("%s is scored by LightGBM: %s", name, error)
    return Booster(trees, threads=THREADS).raw_sums


def _worth(session: Session, model_id: int) -> Worth:
    said = registry.get(session, model_id).label.get("value") or {}
    mean, currency = said.get("mean") or np.nan, said.get("currency", "")
    file = registry.file(session, model_id)
    if file.value_document is None:
        return Worth(mean, currency)
    model = ValueModel.from_json(file.value_document)
    return Worth(mean, currency, model, _scorer(model.trees, file.value_scorer, f"value of model {model_id}"))


def inputs_of(session: Session, run: Run, model: Model) -> list[Input]:
    """The fields the model learned from that there still are; the others count as missing."""
    known = columns.inputs(session, Level(run.level))
    return [known[name] for name in model.encoder.names if name in known]
