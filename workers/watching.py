"""The job that looks, after a run, whether the population or the rate of the outcome moved since the model was trained."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
from sqlmodel import Session

from portal import columns
from portal.clock import now
from portal.errors import Problem
from portal.fields import Level
from portal.models import registry
from portal.models.tables import Model, Run, RunState
from portal.ranking import drifts, runs
from scoring import drift
from scoring.columns import FloatArray
from scoring.drift import Drift
from workers import doings, tables, targets
from workers.tasks import Claim, Effects, task
from workers.training import Asked, asked_of, target_of


@task("watch")
def watch_run(job: Claim, run_id: int) -> Effects:
    """Keep with the run how far its population and outcomes are from those the model learned from; warn where that moved."""
    with job.database.reading() as session:
        run = runs.get_run(session, run_id)
        model = registry.get(session, run.model_id)
    found = _moved(job, run, model) if run.state == RunState.DONE else {}

    def effects(session: Session) -> dict[str, Any]:
        if found:
            drifts.keep(session, run_id, found, at=now())
        return {"run": run_id, **{name: each["moved"] for name, each in found.items()}}

    return effects


def _moved(job: Claim, run: Run, model: Model) -> dict[str, Any]:
    found = {"population": _plain(_population(job, run))}
    if (rates := _rates(job, run, model)) is not None:
        before, now_ = rates
        found["outcome"] = _plain(drift.outcome_rate(before, now_)) | {"before": before, "now": now_}
    return found


def _plain(found: Drift) -> dict[str, Any]:
    return {name: float(value) if np.isfinite(value) else None for name, value in asdict(found).items()} | {
        "moved": bool(found.moved)
    }


def _population(job: Claim, run: Run) -> Drift:
    """The run's twenty groups against those of the records the model learned from."""
    with job.database.reading() as session:
        reference = json.loads(registry.file(session, run.model_id).document)["cut_offs"]["reference"]
        counts = drifts.groups(session, run)
    return drift.population(np.array(reference), np.array(counts))


def _rates(job: Claim, run: Run, model: Model) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Outcomes and records, at the training and now; None where nobody knows, or a field is no more.

    Where a model says how many days an outcome takes, now are those who were too young then; else all who know it now.
    """
    try:
        with job.database.reading() as session:
            asked = asked_of(session, model)
        outcome = _outcome(job, run, model, asked)
    except Problem:
        return None
    known = ~np.isnan(outcome)
    records = int(known.sum())
    return ((model.positives, model.records), (int(outcome[known].sum()), records)) if records else None


def _outcome(job: Claim, run: Run, model: Model, asked: Asked) -> FloatArray:
    """The outcomes that count as those of now, NaN for all others."""
    level = Level(model.level)
    columns.refresh(job.database, level)
    read = [field for field in (asked.outcome, asked.order, asked.only) if field]
    fields = list({field.name: field for field in read}.values())
    frame = tables.read(job.database, level, [*fields, *doings.READ.get(level, ())], source=model.source)
    if asked.only:
        frame = frame.filter(pl.col(asked.only.name).cast(pl.String) == model.only_value)
    outcome = target_of(job.database, model, asked, frame, as_of=run.as_of).outcome
    if model.within_days and asked.order:
        order = tables.floats(frame[asked.order.name])
        outcome = np.where(order > targets.days(model.as_of) - model.within_days, outcome, np.nan)
    return outcome
