"""The job that puts signed definitions in force when their day comes."""

from typing import Any

from sqlmodel import Session

from portal.clock import now
from portal.definitions import life
from workers.tasks import Claim, Effects, task


@task("definitions")
def put_in_force(_job: Claim) -> Effects:
    """All at once, in the transaction that marks the job done."""

    def effects(session: Session) -> dict[str, Any]:
        return {"in_force": life.enforce_due(session, at=now())}

    return effects
