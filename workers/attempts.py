"""One attempt at one job: claim it, do it, record how it ended. Delivered twice it is done once."""

import logging
import secrets
from collections.abc import Callable

from portal import logs
from portal.clock import now
from portal.db import Database
from portal.errors import Problem
from portal.jobs import claims
from portal.jobs.claims import Cancelled, LeaseLost
from portal.jobs.endings import overrun
from portal.settings import Settings
from workers.claim import Claim, Heartbeat
from workers.limits import Overrun, time_limit
from workers.tasks import Effects, find

log = logging.getLogger(__name__)


def attempt(
    database: Database, settings: Settings, job_id: int, *, alone: bool, token: str | None = None
) -> bool:
    """Do a job if it is to be had; False if it is not. `alone`: this process is the job's, and may be ended with it."""
    with database.transaction() as session:
        job = claims.claim(session, job_id, token=token or new_token(), at=now())
    if job is None:
        return False
    with logs.bound(job_id=job.id, attempt=job.attempt):
        log.info("%s begins", job.kind)
        _perform(Claim.of(job, database, settings), alone=alone)
    return True


def new_token() -> str:
    """What fences off a claim: nobody else has it."""
    return secrets.token_hex(16)


def put_back_lost(database: Database, job_id: int, token: str, ending: str) -> None:
    """Put back a job whose process ended by itself, so that nobody waits for its lease to lapse."""
    reason = f"Its process ended unexpectedly ({ending}); perhaps memory was short. The log says when."
    try:
        with database.transaction() as session:
            claims.put_back(session, job_id, token=token, reason=reason, at=now())
    except LeaseLost:
        log.info("job %s had ended in order", job_id)


def _perform(claim: Claim, *, alone: bool) -> None:
    try:
        with Heartbeat(claim, alone=alone), time_limit(claim.time_limit, alone=alone):
            _finish(claim, find(claim.kind)(claim, **claim.arguments))
    except LeaseLost:
        log.warning("job %s was taken over; nothing of this attempt counts", claim.id)
    except Cancelled:
        record_stop(claim)
    except Overrun:
        record_overrun(claim)
    except Problem as problem:
        _record(claim, claims.fail, reason=problem.sentence)
    except Exception as error:
        log.exception("job %s failed in attempt %s", claim.id, claim.attempt)
        _record(claim, claims.put_back, reason=_unexpected(claim, error))


def _finish(claim: Claim, effects: Effects | None) -> None:
    with claim.database.transaction() as session:
        job = claims.finish(session, claim.id, token=claim.token, at=now())
        job.result = effects(session) if effects else {}


def record_stop(claim: Claim) -> None:
    """Record that the job stopped because a person asked for it."""
    _record(claim, claims.stop)


def record_overrun(claim: Claim) -> None:
    """Record that the job was ended at its time limit."""
    _record(claim, claims.fail, reason=overrun(claim.time_limit))


def _record(claim: Claim, how: Callable[..., object], **reason: str) -> None:
    try:
        with claim.database.transaction() as session:
            how(session, claim.id, token=claim.token, at=now(), **reason)
    except LeaseLost:
        log.warning("job %s ended elsewhere meanwhile", claim.id)


def _unexpected(claim: Claim, error: Exception) -> str:
    return f"An unexpected error stopped it ({type(error).__name__}). The log says more under job {claim.id}."
