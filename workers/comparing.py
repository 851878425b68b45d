"""The job that holds a challenger against the model that ranks, on the same newest records."""

from dataclasses import asdict
from typing import Any, Final

import numpy as np
from sqlmodel import Session

from portal.errors import Invalid, Problem
from portal.models import comparisons, registry
from portal.models.tables import Model
from scoring import comparing
from scoring.columns import FloatArray
from scoring.comparing import Newest
from workers import plans, targets, training
from workers.tasks import Claim, Effects, task
from workers.training import Read

THREADS: Final = 2
FEW: Final = 20


@task("compare")
def compare_models(job: Claim, comparison_id: int) -> Effects:
    """Keep how both rank the newest fifth of the challenger's records: the challenger by a model of the older ones, the
    champion as it stands where all of these came after its training, else anew from the older ones, as it had seen them.
    """
    with job.database.reading() as session:
        asked = comparisons.get(session, comparison_id)
        challenger, champion = (
            registry.get(session, id_) for id_ in (asked.challenger_id, asked.champion_id)
        )
    try:
        result = _compared(job, challenger, champion)
    except Problem as problem:
        with job.transaction() as session:
            comparisons.fail(session, comparison_id, problem.sentence)
        raise

    def effects(session: Session) -> dict[str, Any]:
        comparisons.keep(session, comparison_id, result)
        return {"comparison": comparison_id, "ahead": result["test"]["rivals"][0]["ahead"]}

    return effects


def _compared(job: Claim, challenger: Model, champion: Model) -> dict[str, Any]:
    read = training.read_of(job, challenger, as_of=challenger.as_of, by_content=False)
    if read.order is None:
        raise Invalid("The challenger has no order of time any more.")
    split = comparing.newest(read.table.ids, read.outcome, read.order)
    as_of = targets.days(challenger.as_of)
    ours = comparing.scores(read.table, read.outcome, split.older, split.newest, as_of, threads=THREADS)
    theirs = training.read_of(job, champion, as_of=challenger.as_of, by_content=False)
    stands = _came_later(champion, challenger, read, split)
    rival = (
        _as_it_stands(job, champion, theirs, split, as_of)
        if stands
        else comparing.scores(theirs.table, theirs.outcome, split.older, split.newest, as_of, threads=THREADS)
    )
    y = comparing.of_ids(
        read.table, split.newest, lambda rows: read.outcome[np.isin(read.table.ids, rows.ids)]
    )
    both = ~np.isnan(ours) & ~np.isnan(rival)
    if min(y[both].sum(), (1 - y[both]).sum()) < FEW:
        raise Invalid(
            f"Among the newest records that both can rank there are fewer than {FEW} with the outcome, or without: "
            "too few to tell the two apart."
        )
    test = comparing.compare(y, ours, rival)
    return {"test": training.finite(asdict(test)), "as_it_stands": stands, "left_out": int((~both).sum())}


def _came_later(champion: Model, challenger: Model, read: Read, split: Newest) -> bool:
    """Whether the champion cannot have seen any of the newest: they came after it was trained, by a date."""
    assert read.order is not None
    newest = read.order[np.isin(read.table.ids, split.newest)]
    later = bool(newest.min() > targets.days(champion.as_of))
    return read.is_dated and champion.as_of < challenger.as_of and later


def _as_it_stands(job: Claim, champion: Model, read: Read, split: Newest, as_of: float) -> FloatArray:
    model, score = plans.load(job.database, champion.id)
    return comparing.of_ids(read.table, split.newest, lambda rows: score(model.encoder.encode(rows, as_of)))
