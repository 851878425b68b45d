"""Housekeeping that comes every day."""

from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session

from portal.clock import now
from portal.jobs import repairs
from workers.tasks import Claim, Effects, task

KEPT: Final = timedelta(days=90)


@task("sweep")
def forget_old_jobs(job: Claim) -> Effects:
    """Delete jobs that ended more than 90 days ago; what they did stays, and so does what is said of it in the activity."""
    del job

    def forget(session: Session) -> dict[str, Any]:
        return {"forgotten": repairs.forget(session, before=now() - KEPT)}

    return forget
