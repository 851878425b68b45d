"""The jobs that score every record: one leads a run, others help with its shares."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlmodel import Session

from portal import columns, jobs, judging, packs
from portal.clock import now
from portal.errors import NotFound, Problem
from portal.fields import Level
from portal.models.tables import Run
from portal.ranking import drifts, frozen, reasons, runs, shares
from scoring.columns import FloatArray, IntArray
from scoring.groups import best_first
from workers import freezing, sharing
from workers.plans import Plan, plan_of
from workers.queue.heartbeats import listening
from workers.sharing import Scores
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
        if (shown := runs.current(session, Level(run.level))) and shown.id == done.id:
            judging.after_run(session, Level(run.level), at=now())
        return {
            "run": done.id,
            "records": done.records,
            "scored": done.scored,
            "seconds": seconds,
            "digest": done.digest,
        }

    return effects


@task("share")
def help_to_score(job: Claim, run_id: int) -> Effects:
    """Take shares of a run until none is left."""
    with job.database.reading() as session:
        run = runs.get_run(session, run_id)
    done = sharing.work(job, _as_shared(job, plan_of(job.database, run))) if _is_open(job, run_id) else 0
    return lambda _: {"run": run_id, "shares": done}


def _is_open(job: Claim, run_id: int) -> bool:
    with job.database.reading() as session:
        return shares.is_open(session, run_id)


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
    _share_out(job, plan)
    plan = _as_shared(job, plan)
    sharing.work(job, plan)
    sharing.wait_for_others(job, plan)
    with job.database.reading() as session:
        scores = sharing.handed_in(session, run_id)
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


def _as_shared(job: Claim, plan: Plan) -> Plan:
    """With the weights of the moment it was shared out, whoever takes a share and whenever."""
    try:
        with job.database.reading() as session:
            said = frozen.plan_of(session, plan.run.id)
    except NotFound:
        return plan  # nothing is frozen here
    return replace(plan, weights=freezing.weights_of(said))


def _share_out(job: Claim, plan: Plan) -> None:
    """Make the shares, and ask the other workers there are to help."""
    with job.database.reading() as session:
        parts = packs.parts(session, plan.level)
    others = listening(job.settings)["scoring"] - 1 if len(parts) > 1 else 0
    with job.transaction() as session:
        if shares.share_out(session, plan.run.id, parts) and job.settings.frozen_days > 0:
            frozen.begin(session, plan.run.id, freezing.plan(plan.fields, plan.weights), at=now())
        for number in range(min(others, len(parts) - 1)):
            jobs.add(
                session,
                "share",
                title=f"Help to score in run {plan.run.id}",
                arguments={"run_id": plan.run.id},
                by=None,
                at=now(),
                key=f"share {plan.run.id} {job.attempt} {number}",
                page=f"/runs/{plan.run.id}",
            )


def digest_of(*columns_: npt.NDArray[Any]) -> str:
    """SHA-256 of the scores: ids, propensities, amounts, engagement."""
    found = hashlib.sha256()
    for column in columns_:
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


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
