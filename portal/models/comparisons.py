"""Champion and challenger: the model that ranks and another, held against each other on the same newest records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from portal import jobs
from portal.errors import Conflict, Invalid, NotFound
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job
from portal.models.tables import Comparison, Model


@dataclass(frozen=True)
class Compared:
    """The newest comparison of a challenger, and the job that makes it."""

    comparison: Comparison
    job: Job | None

    @property
    def is_open(self) -> bool:
        return self.job is not None and self.job.state in OPEN

    @property
    def finding(self) -> str:
        """Who ranks better, as a sentence."""
        rival = self.comparison.result["test"]["rivals"][0]
        ahead, low, high = (rival[name] or 0.0 for name in ("ahead", "ahead_low", "ahead_high"))
        by = f"{abs(ahead):.3f} of AUC ({min(abs(low), abs(high)):.3f} to {max(abs(low), abs(high)):.3f})"
        if low > 0:
            return f"The challenger ranks better, by {by}, beyond chance."
        if high < 0:
            return f"Model {self.comparison.champion_id} ranks better, by {by}, beyond chance."
        return f"Neither ranks surely better: they differ by {ahead:+.3f} of AUC ({low:+.3f} to {high:+.3f})."


def ask(session: Session, challenger: Model, champion: Model | None, *, by: int | None, at: datetime) -> Job:
    """Have a challenger held against the model that ranks. Raises Invalid where that cannot be, Conflict while it goes on."""
    if champion is None or champion.id == challenger.id:
        raise Invalid("There is no other model that ranks, so there is nothing to compare with.")
    if not challenger.digest or not challenger.order_by:
        raise Invalid(
            f"Model {challenger.id} cannot be compared on the newest records: train it with a field that says what came first."
        )
    found = newest(session, challenger.id)
    if found and found.is_open:
        raise Conflict("This comparison is being made already.")
    comparison = Comparison(challenger_id=challenger.id, champion_id=champion.id, asked_at=at, asked_by=by)
    session.add(comparison)
    session.flush()
    job = jobs.add(
        session,
        "compare",
        title=f"Compare model {challenger.id} with model {champion.id}, which ranks",
        arguments={"comparison_id": comparison.id},
        by=by,
        at=at,
        page=f"/models/{challenger.id}",
    )
    comparison.job_id = job.id
    return job


def get(session: Session, comparison_id: int) -> Comparison:
    if (found := session.get(Comparison, comparison_id)) is None:
        raise NotFound(f"There is no comparison {comparison_id}.")
    return found


def newest(session: Session, challenger_id: int) -> Compared | None:
    """The newest comparison of a challenger, if there is one."""
    query = select(Comparison, Job).outerjoin(Job, col(Job.id) == col(Comparison.job_id))
    query = query.where(Comparison.challenger_id == challenger_id).order_by(col(Comparison.id).desc())
    row = session.exec(query.limit(1)).first()
    return Compared(*row) if row else None


def keep(session: Session, comparison_id: int, result: Mapping[str, Any]) -> None:
    """Keep what a comparison found."""
    found = get(session, comparison_id)
    found.result = dict(result)
    session.add(found)


def fail(session: Session, comparison_id: int, reason: str) -> None:
    """Keep why there is no comparison."""
    found = get(session, comparison_id)
    found.reason = reason[:500]
    session.add(found)
