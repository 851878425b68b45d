"""The job that says why records were scored as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlmodel import Session

from portal.db import microseconds
from portal.fields import Level
from portal.models.tables import Run, RunState
from portal.ranking import places, reasons, runs
from scoring.booster import Booster
from scoring.features import prior_only
from scoring.reasons import Why, explain
from workers import tables
from workers.scoring import inputs_of, load
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
    model, _ = load(job.database, run.model_id)
    with job.database.reading() as session:
        fields = inputs_of(session, run, model)
        scored = places.raw_sums(session, run, ids)
    frame = tables.some(job.database, Level(run.level), fields, ids)
    table = tables.table_of(frame, fields)
    as_of = microseconds(run.as_of) / tables.MICROSECONDS_A_DAY
    nothing = prior_only(model.encoder.encode(table, as_of)).tolist()
    whys = explain(Booster(model.trees, threads=THREADS), model.encoder, table, as_of)
    return {
        why.id: _plain(why, knows_nothing=unknown, scored=scored)
        for why, unknown in zip(whys, nothing, strict=True)
    }


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
