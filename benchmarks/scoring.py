"""A whole scoring run, database to database, beside LightGBM's bare predict on the ready matrices in memory."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from benchmarks import scored, trial
from benchmarks.measuring import ROUNDS, Measure, compare, timed
from benchmarks.scored import Scored
from benchmarks.trial import Kind
from portal import packs
from portal.errors import Problem
from portal.models.tables import RunState
from portal.ranking import runs
from scoring.booster import Booster
from scoring.columns import FloatArray
from scoring.features import Encoder
from workers.plans import THREADS, Plan, plan_of

ROOT: Final = Path(__file__).parents[1]


def sqlite(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """Read, sum up activities, score by both models, rank and write on SQLite. The refresh of typed columns and packs comes
    before, and is timed apart.
    """
    return _measure(rows, rounds, "sqlite")


def postgresql(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """The same on PostgreSQL."""
    with trial.postgresql() as server:
        return _measure(rows, rounds, "postgresql", server)


def _measure(rows: int, rounds: int, kind: Kind, server: str = "") -> Measure:
    with scored.busy_people(rows, kind, server) as found, _horse(found) as horse:
        columns = timed(found.refresh)
        packed = timed(found.pack)
        reference = Reference(found)
        measure = compare(horse.run, reference.predict, rows=rows, rounds=rounds)
    return measure | {
        "peak_mib": max(horse.peaks),
        "cpu_ratio": median(ours / theirs for ours, theirs in zip(horse.cpu, reference.cpu, strict=True)),
        "refresh_seconds": columns,
        "pack_seconds": packed,
        "features": reference.features,
        "activities": found.activities,
        "reference": f"booster.predict of both models, {THREADS} threads",
    }


@dataclass
class Horse:
    """A process that does one run after another as a worker would."""

    found: Scored
    process: subprocess.Popen[str]
    peaks: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self) -> float:
        """Seconds of one run."""
        run = self.found.start()
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{run.job_id}\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        with self.found.portal.database.reading() as session:
            done = runs.get_run(session, run.id)
        if done.state != RunState.DONE:
            raise Problem(f"The benchmark's scoring run is {done.state}.")
        self.peaks.append(told["peak_mib"])
        self.cpu.append(told["cpu"])
        return float(told["seconds"])


@contextmanager
def _horse(found: Scored) -> Iterator[Horse]:
    settings = found.portal.settings
    environment = os.environ | {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url}
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.horse"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Horse(found, process)
    finally:
        process.communicate()


class Reference:
    """LightGBM and where its matrices come from. They are made for each round and gone after it."""

    def __init__(self, found: Scored) -> None:
        self.found, self.features = found, 0
        self.cpu: list[float] = []

    def predict(self) -> float:
        database = self.found.portal.database
        with database.reading() as session:
            run = self.found.newest(session)
        plan = plan_of(database, run)
        loaded = [
            (Booster(model.trees, threads=THREADS), self._matrix(plan, model.encoder))
            for model in (plan.model, plan.worth.model)
            if model
        ]
        self.features = loaded[0][1].shape[1]
        before = time.process_time()
        seconds = sum(timed(partial(booster.raw_sums, matrix)) for booster, matrix in loaded)
        self.cpu.append(time.process_time() - before)
        return seconds

    def _matrix(self, plan: Plan, encoder: Encoder) -> FloatArray:
        database = self.found.portal.database
        with database.reading() as session:
            parts = packs.parts(session, plan.level)
        return np.concatenate([encoder.encode(plan.read(database, part).table, plan.as_of) for part in parts])
