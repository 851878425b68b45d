"""The job that sees what a draft of a definition would change."""

from typing import Any

from portal import columns, impact
from portal.clock import now
from portal.fields import Level
from workers.tasks import Claim, Effects, task


@task("impact")
def see_impact(job: Claim, version_id: int, months: int, edition: int = 0) -> Effects:
    """Reads only; the result is kept with the job."""
    del edition  # which text of the draft was asked about; the result says which was looked at
    for level in Level:
        columns.refresh(job.database, level)
    with job.database.reading() as session:
        found = impact.reckon(session, version_id, months=months, at=now(), progress=job.progress)
    result: dict[str, Any] = found.model_dump(mode="json")

    return lambda _: result
