"""The job that scores every record."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlmodel import Session

from portal import columns
from portal.clock import now
from portal.errors import Problem
from portal.fields import Level
from portal.models.tables import Run
from portal.ranking import drifts, frozen, reasons, runs
from scoring.columns import FloatArray, IntArray
from scoring.engagement import Activities
from scoring.features import prior_only
from scoring.groups import best_first
from workers import freezing, tables
from workers.freezing import Freezer
from workers.plans import Plan, plan_of
from workers.tasks import Claim, Effects, task

GROUPS: Final = 20


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
        drifts.ask(session, done, at=now())
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
    columns.refresh(
        job.database,
        Level(run.level),
        progress=lambda done, total: job.progress(done, total, "laying out columns"),
    )
    plan = plan_of(job.database, run)
    scores = joined(list(_parts(job, plan)))
    propensity = plan.model.platt.probabilities(scores.raw)
    groups = plan.model.cut_offs.groups(propensity, count=GROUPS)
    _write(job, run_id, _rows(scores, propensity, groups), total=len(scores.ids))
    return run, {
        "records": len(scores.ids),
        "scored": len(scores.ids),
        "prior_only": scores.unknown,
        "groups": _by_group(groups, propensity),
        "currency": plan.worth.currency,
        "digest": digest_of(scores.ids, propensity, scores.value, scores.engagement),
        "data_digest": scores.digest,
    }


def digest_of(*columns: npt.NDArray[Any]) -> str:
    """SHA-256 of the scores: ids, propensities, amounts, engagement."""
    found = hashlib.sha256()
    for column in columns:
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


@dataclass(frozen=True)
class Scores:
    """Of every record (n,), in the order of ids: raw sums, expected amounts (NaN where none are known) and engagement.

    `unknown` counts those of whom the model knew nothing, `digest` is that of what was read.
    """

    ids: IntArray
    raw: FloatArray
    value: FloatArray
    engagement: FloatArray
    unknown: int
    digest: str


def joined(parts: Sequence[Scores]) -> Scores:
    """The parts of a run, in the order of ids, as one."""

    def whole(name: str, dtype: type[np.generic]) -> npt.NDArray[Any]:
        return np.concatenate([np.array([], dtype), *(getattr(part, name) for part in parts)])

    return Scores(
        ids=whole("ids", np.int64),
        raw=whole("raw", np.float64),
        value=whole("value", np.float64),
        engagement=whole("engagement", np.float64),
        unknown=sum(part.unknown for part in parts),
        digest=hashlib.sha256("".join(part.digest for part in parts).encode()).hexdigest(),
    )


def _parts(job: Claim, plan: Plan) -> Iterator[Scores]:
    freezer = Freezer(plan.run.id, job.transaction, is_on=job.settings.frozen_days > 0)
    if freezer.is_on:
        with job.transaction() as session:
            frozen.begin(session, plan.run.id, freezing.plan(plan.fields, plan.weights), at=now())
    frames = tables.parts_of(
        job.database,
        plan.level,
        plan.fields,
        progress=lambda done, total: job.progress(done, total, "scoring"),
    )
    for frame in frames:
        done = plan.activities(job.database, frame["id"].to_numpy())
        freezer.keep(frame, done)
        yield score_part(plan, frame, done)


def score_part(plan: Plan, frame: pl.DataFrame, done: Activities) -> Scores:
    """The scores of some records with their activities."""
    table = plan.table(frame, done)
    matrix = plan.model.encoder.encode(table, plan.as_of)
    return Scores(
        table.ids,
        plan.score(matrix),
        plan.worth.amounts(table, plan.as_of),
        plan.rule.levels(done, table.ids, plan.as_of),
        int(prior_only(matrix).sum()),
        tables.digest(tables.table_of(frame, plan.fields), done.owners, done.times, done.kinds),
    )


def _by_group(groups: IntArray, propensity: FloatArray) -> list[dict[str, Any]]:
    """For groups 1-10 (pairs of the twenty): how many records, and their mean propensity."""
    tens = (groups + 1) // 2
    records = np.bincount(tens, minlength=GROUPS // 2 + 1)[1:]
    sums = np.bincount(tens, propensity, minlength=GROUPS // 2 + 1)[1:]
    return [
        {"group": number, "records": count, "propensity": total / count if count else None}
        for number, (count, total) in enumerate(zip(records.tolist(), sums.tolist(), strict=True), 1)
    ]


def _rows(scores: Scores, propensity: FloatArray, groups: IntArray) -> Iterator[list[runs.Row]]:
    """Rows of the run's table in the order of ranks, in parts of one short write each."""
    order = best_first(scores.raw, scores.ids)
    for start in range(0, len(order), runs.ROWS_A_WRITE):
        part = order[start : start + runs.ROWS_A_WRITE]
        ranks = range(start + 1, start + len(part) + 1)
        value = scores.value[part]
        amounts = [None] * len(part) if np.isnan(value).all() else value.tolist()
        cells = [column[part].tolist() for column in (scores.ids, scores.raw, propensity, groups)]
        yield list(zip(ranks, *cells, amounts, scores.engagement[part].tolist(), strict=True))


def _write(job: Claim, run_id: int, rows: Iterator[list[runs.Row]], *, total: int) -> None:
    with job.transaction() as session:
        runs.lay_out(session, run_id)
    done = 0
    for part in rows:
        with job.transaction() as session:
            runs.fill(session, run_id, part)
        done += len(part)
        job.progress(done, total, "writing ranks")
