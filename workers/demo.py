"""The job that clears the demo company."""

from typing import Any

from sqlmodel import Session

from portal.clock import now
from portal.demo import clearing
from portal.exports import sweeping
from workers.tasks import Claim, Effects, task


@task("clear_demo")
def clear_demo(job: Claim, by: int | None = None) -> Effects:
    """Step by step, each in a short write; begun again it goes on where it was killed."""
    counts: clearing.Counts = {}
    for done, step in enumerate(clearing.STEPS):
        job.progress(done, len(clearing.STEPS), "clearing")
        with job.transaction() as session:
            counts |= step(session, now())
    with job.database.reading() as session:
        known = sweeping.known(session)
    sweeping.remove_unknown(job.settings.files_dir, known)

    def effects(session: Session) -> dict[str, Any]:
        clearing.finish(session, counts, by=by, at=now())
        return dict(counts)

    return effects
