"""The job that scores every record."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlmodel import Session

from portal import columns
from portal.clock import now
from portal.columns import Input
from portal.db import Database, microseconds
from portal.errors import Problem
from portal.fields import Level
from portal.models import registry
from portal.models.tables import Run
from portal.ranking import reasons, runs
from scoring.booster import Booster
from scoring.columns import FloatArray, IntArray
from scoring.features import prior_only
from scoring.groups import best_first
from scoring.packing import unpack
from scoring.training import Model
from scoring.trees import UnfitModelError
from workers import tables
from workers.tasks import Claim, Effects, task

GROUPS: Final = 20
THREADS: Final = 2
log = logging.getLogger(__name__)


Score = Callable[[FloatArray], FloatArray]


@task("score")
def score_records(job: Claim, run_id: int) -> Effects:
    """Score every record of the run's level with its model, rank them, and make the run current if its model ranks."""
    began = time.monotonic()
    try:
        run, facts = _score(job, run_id)
    except Problem:
        with job.transaction() as session:
            runs.fail(session, run_id)
        raise

    def effects(session: Session) -> dict[str, Any]:
        seconds = round(time.monotonic() - began, 3)
        done = runs.finish(session, run_id, at=now(), facts=facts | {"seconds": seconds})
        runs.drop_old(session, Level(run.level))
        reasons.ask_for_the_first(session, done, at=now())
        return {
            "run": done.id,
            "records": done.records,
            "scored": done.scored,
            "seconds": seconds,
            "digest": done.digest,
        }

    return effects


def _score(job: Claim, run_id: int) -> tuple[Run, dict[str, Any]]:
    """Write the run's table. Gives the run as it was, and what is now known of it."""
    with job.database.reading() as session:
        run = runs.get_run(session, run_id)
    model, score = load(job.database, run.model_id)
    columns.refresh(
        job.database,
        Level(run.level),
        progress=lambda done, total: job.progress(done, total, "laying out columns"),
    )
    sums = _sums(job, run, model, score)
    propensity = model.platt.probabilities(sums.raw)
    groups = model.cut_offs.groups(propensity, count=GROUPS)
    _write(job, run_id, _rows(sums.ids, sums.raw, propensity, groups), total=len(sums.ids))
    return run, {
        "records": len(sums.ids),
        "scored": len(sums.ids),
        "prior_only": sums.prior_only,
        "groups": _by_group(groups, propensity),
        "digest": hashlib.sha256(sums.ids.tobytes() + propensity.tobytes()).hexdigest(),
        "data_digest": sums.digest,
    }


def load(database: Database, model_id: int) -> tuple[Model, Score]:
    """A model and what scores by it: our own scorer where it was verified, else LightGBM's."""
    with database.reading() as session:
        file = registry.file(session, model_id)
    model = Model.from_json(file.document)
    try:
        if file.scorer is not None:
            return model, unpack(file.scorer, model.trees.digest).raw_sums
    except UnfitModelError as error:
        log.warning("model %s is scored by LightGBM: %s", model_id, error)
    return model, Booster(model.trees, threads=THREADS).raw_sums


@dataclass(frozen=True)
class _Sums:
    """Ids and raw sums (n,) of every record, how many the model knew nothing of, and the digest of what was read."""

    ids: IntArray
    raw: FloatArray
    prior_only: int
    digest: str


def _sums(job: Claim, run: Run, model: Model, score: Score) -> _Sums:
    with job.database.reading() as session:
        fields = inputs_of(session, run, model)
    ids, sums, unknown, digests = [np.array([], dtype=np.int64)], [np.array([])], 0, hashlib.sha256()
    for part_ids, matrix, digest in _matrices(job, run, model, fields):
        ids.append(part_ids)
        sums.append(score(matrix))
        unknown += int(prior_only(matrix).sum())
        digests.update(digest.encode())
    return _Sums(np.concatenate(ids), np.concatenate(sums), unknown, digests.hexdigest())


def inputs_of(session: Session, run: Run, model: Model) -> list[Input]:
    """The fields the model learned from that there still are; the others count as missing."""
    known = columns.inputs(session, Level(run.level))
    return [known[name] for name in model.encoder.names if name in known]


def _matrices(
    job: Claim, run: Run, model: Model, fields: list[Input]
) -> Iterator[tuple[IntArray, FloatArray, str]]:
    as_of = microseconds(run.as_of) / tables.MICROSECONDS_A_DAY
    parts = tables.parts_of(
        job.database,
        Level(run.level),
        fields,
        progress=lambda done, total: job.progress(done, total, "scoring"),
    )
    for frame in parts:
        table = tables.table_of(frame, fields)
        yield table.ids, model.encoder.encode(table, as_of), tables.digest(table)


def _by_group(groups: IntArray, propensity: FloatArray) -> list[dict[str, Any]]:
    """For groups 1-10 (pairs of the twenty): how many records, and their mean propensity."""
    tens = (groups + 1) // 2
    records = np.bincount(tens, minlength=GROUPS // 2 + 1)[1:]
    sums = np.bincount(tens, propensity, minlength=GROUPS // 2 + 1)[1:]
    return [
        {"group": number, "records": count, "propensity": total / count if count else None}
        for number, (count, total) in enumerate(zip(records.tolist(), sums.tolist(), strict=True), 1)
    ]


def _rows(
    ids: IntArray, raw: FloatArray, propensity: FloatArray, groups: IntArray
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of the run's table in the order of ranks, in parts of one short write each."""
    order = best_first(raw, ids)
    for start in range(0, len(order), runs.ROWS_A_WRITE):
        part = order[start : start + runs.ROWS_A_WRITE]
        ranks = range(start + 1, start + len(part) + 1)
        cells = (ids[part].tolist(), raw[part].tolist(), propensity[part].tolist(), groups[part].tolist())
        yield list(zip(ranks, *cells, strict=True))


def _write(job: Claim, run_id: int, rows: Iterator[list[tuple[Any, ...]]], *, total: int) -> None:
    with job.transaction() as session:
        runs.lay_out(session, run_id)
    done = 0
    for part in rows:
        with job.transaction() as session:
            runs.fill(session, run_id, part)
        done += len(part)
        job.progress(done, total, "writing ranks")
