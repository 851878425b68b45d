"""The job that scores every record."""

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from sqlmodel import Session

from portal import columns
from portal.clock import now
from portal.columns import Input
from portal.db import microseconds
from portal.fields import Level
from portal.models import registry
from portal.models.tables import Run
from portal.ranking import runs
from scoring.booster import Booster
from scoring.columns import FloatArray, IntArray
from scoring.features import prior_only
from scoring.groups import best_first
from scoring.scorer import Scorer
from scoring.training import Model
from scoring.trees import UnfitModelError
from workers import tables
from workers.tasks import Claim, Effects, task

GROUPS: Final = 20
THREADS: Final = 2


@task("score")
def score_records(job: Claim, run_id: int) -> Effects:
    """Score every record of the run's level with its model, rank them, and make the run current if its model ranks."""
    began = time.monotonic()
    with job.database.reading() as session:
        run = runs.get_run(session, run_id)
        model = Model.from_json(registry.document(session, run.model_id))
    level = Level(run.level)
    columns.refresh(
        job.database, level, progress=lambda done, total: job.progress(done, total, "laying out columns")
    )
    ids, raw, unknown, read = _sums(job, run, model)
    propensity = model.platt.probabilities(raw)
    rows = _rows(ids, raw, propensity, model.cut_offs.groups(propensity, count=GROUPS))
    _write(job, run_id, rows, total=len(ids))
    facts = {
        "records": len(ids),
        "scored": len(ids),
        "prior_only": unknown,
        "digest": hashlib.sha256(ids.tobytes() + propensity.tobytes()).hexdigest(),
        "data_digest": read,
    }

    def effects(session: Session) -> dict[str, Any]:
        seconds = round(time.monotonic() - began, 3)
        done = runs.finish(session, run_id, at=now(), facts=facts | {"seconds": seconds})
        runs.drop_old(session, level)
        return {
            "run": done.id,
            "records": done.records,
            "scored": done.scored,
            "seconds": seconds,
            "digest": done.digest,
        }

    return effects


def _sums(job: Claim, run: Run, model: Model) -> tuple[IntArray, FloatArray, int, str]:
    """Ids and raw sums of every record, how many the model knew nothing of, and the digest of what was read."""
    with job.database.reading() as session:
        known = columns.inputs(session, Level(run.level))
    fields = [known[name] for name in model.encoder.names if name in known]
    score = _scorer(model)
    ids, sums, unknown, digests = [], [], 0, hashlib.sha256()
    for part_ids, matrix, digest in _matrices(job, run, model, fields):
        ids.append(part_ids)
        sums.append(score(matrix))
        unknown += int(prior_only(matrix).sum())
        digests.update(digest.encode())
    if not ids:
        return np.array([], dtype=np.int64), np.array([]), 0, digests.hexdigest()
    return np.concatenate(ids), np.concatenate(sums), unknown, digests.hexdigest()


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


def _scorer(model: Model) -> Callable[[FloatArray], FloatArray]:
    """Our own scorer, or LightGBM's where a model does not fit it."""
    try:
        return Scorer.of(model.trees.text, model.trees.digest).raw_sums
    except UnfitModelError:
        return Booster(model.trees, threads=THREADS).raw_sums


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
