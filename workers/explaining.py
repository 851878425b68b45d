"""The job that says why records were scored as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from sqlmodel import Session

from portal.models.tables import Run, RunState
from portal.ranking import places, reasons, runs
from scoring.booster import Booster
from scoring.columns import IntArray
from scoring.engagement import Activities
from scoring.features import prior_only
from scoring.reasons import Why, explain
from workers import doings, tables
from workers.plans import Plan, plan_of
from workers.tasks import Claim, Effects, task

THREADS: Final = 1
EQUAL: Final = 1e-9
"""Raw sums of LightGBM's contributions differ from its sums in the last digits only."""


@task("explain")
def explain_places(job: Claim, run_id: int, record_ids: Sequence[int]) -> Effects:
    """Keep what speaks for and against each of these records in a run, as far as that is not known yet."""
    with job.database.reading() as session:
        run = runs.get_run(session, run_id)
        ids = reasons.missing(session, run_id, record_ids)
    found = _explained(job, run, ids) if run.state == RunState.DONE else {}

    def effects(session: Session) -> dict[str, Any]:
        if runs.get_run(session, run_id).state == RunState.DONE:
            reasons.keep(session, run_id, found)
        return {"run": run_id, "records": len(found)}

    return effects


def _explained(job: Claim, run: Run, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    plan = plan_of(job.database, run)
    with job.database.reading() as session:
        scored = places.raw_sums(session, run, ids)
    frame = tables.some(job.database, plan.level, plan.fields, ids)
    table = plan.table(frame, _done(job, plan, frame["id"].to_numpy()))
    model = plan.model
    nothing = prior_only(model.encoder.encode(table, plan.as_of)).tolist()
    whys = explain(Booster(model.trees, threads=THREADS), model.encoder, table, plan.as_of)
    return {
        why.id: _plain(why, knows_nothing=unknown, scored=scored)
        for why, unknown in zip(whys, nothing, strict=True)
    }


def _done(job: Claim, plan: Plan, ids: IntArray) -> Activities:
    """Of a few people, far apart."""
    each = [plan.activities(job.database, ids[place : place + 1]) for place in range(len(ids))]
    columns = zip(*((done.owners, done.times, done.kinds) for done in [doings.nothing(), *each]), strict=True)
    return Activities(*map(np.concatenate, columns))


def _plain(why: Why, *, knows_nothing: bool, scored: Mapping[int, float]) -> dict[str, Any]:
    """As it is kept. Where nothing is known there are no reasons, only the average."""
    raises, lowers = ([] if knows_nothing else [asdict(r) for r in way] for way in (why.raises, why.lowers))
    return {
        "base": why.base,
        "raw": why.raw,
        "raises": raises,
        "lowers": lowers,
        "knows_nothing": knows_nothing,
        "is_changed": why.id in scored and abs(scored[why.id] - why.raw) > EQUAL,
    }
