"""The job that works a run out again from what it read, and the one that starts the runs of a timetable."""

from dataclasses import replace
from typing import Any

from sqlmodel import Session

from portal.clock import now
from portal.fields import Level
from portal.jobs.tables import Job
from portal.models import reigns
from portal.ranking import frozen, runs
from workers import freezing
from workers.plans import Read, plan_of
from workers.scoring import digest_of
from workers.sharing import Scores, score
from workers.tasks import Claim, Effects, task


@task("replay")
def replay_run(job: Claim, run_id: int) -> Effects:
    """Score the frozen rows once more, and note whether every score is the same to the bit."""
    with job.database.reading() as session:
        run, said = runs.get_run(session, run_id), frozen.plan_of(session, run_id)
    plan = replace(
        plan_of(job.database, run), fields=freezing.fields_of(said), weights=freezing.weights_of(said)
    )
    parts = []
    for frame, done in freezing.thawed(job.database, run_id):
        parts.append(score(plan, Read(plan.table(frame, done), done, "")))
        job.progress(sum(len(part.ids) for part in parts), run.records, "scoring what it read")
    scores = Scores.joined(parts)
    propensity = plan.model.platt.probabilities(scores.raw)
    digest = digest_of(scores.ids, propensity, scores.value, scores.engagement)

    def effects(session: Session) -> dict[str, Any]:
        same = frozen.replayed(
            session, run_id, digest=digest, by=session.get_one(Job, job.id).created_by, at=now()
        )
        return {"run": run_id, "replayed": len(scores.ids), "digest": digest, "identical": same}

    return effects


@task("rescore")
def start_scheduled_run(job: Claim, level: str) -> Effects:
    """Start a run with the model that ranks, if one does."""
    del job

    def effects(session: Session) -> dict[str, Any]:
        model = reigns.champion(session, Level(level))
        if model is None:
            return {"run": None}
        return {"run": runs.start_run(session, model, by=None, at=now()).id}

    return effects
