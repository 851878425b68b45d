"""Long work: what waits, runs, is done or failed; how far it is, why it failed; cancelling it, starting it again."""

from datetime import datetime
from typing import Final

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from sqlmodel import Session

from portal import jobs
from portal.accounts import Right, User, users
from portal.clock import now
from portal.errors import Forbidden
from portal.jobs import Job, State
from portal.jobs.rules import OPEN, RETRIABLE, remaining
from routes.web import parse, reading, render, requires, saved, say, shows_again, transaction, user

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

PER_PAGE: Final = 50
SHOWN_AS: Final = {
    State.QUEUED: ("wait", "Waiting"),
    State.RUNNING: ("run", "Running"),
    State.DONE: ("good", "Done"),
    State.FAILED: ("bad", "Failed"),
    State.DEAD: ("bad", "Given up"),
    State.CANCELLED: ("stop", "Cancelled"),
}
GROUPS: Final = {
    "open": ("Waiting or running", OPEN),
    "done": ("Done", frozenset({State.DONE})),
    "failed": ("Failed or given up", frozenset({State.FAILED, State.DEAD})),
    "cancelled": ("Cancelled", frozenset({State.CANCELLED})),
}


class Filter(BaseModel):
    state: str = ""
    mine: bool = False
    before: int | None = None
    after: int | None = None


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    wanted = parse(Filter)
    _, states = GROUPS.get(wanted.state, ("", frozenset()))
    with reading() as session:
        page = jobs.listed(
            session,
            states=states,
            by=user().id if wanted.mine else None,
            before=wanted.before,
            after=wanted.after,
            limit=PER_PAGE,
        )
        counts, names = jobs.counts(session), users.names(session)
    return render(
        "jobs/index.html",
        "list",
        page=page,
        counts=counts,
        names=names,
        wanted=wanted,
        states_to_choose=[(name, words) for name, (words, _) in GROUPS.items()],
        polls=any(job.state in OPEN for job in page.jobs),
        **_shared(now()),
    )


@bp.get("/<int:job_id>")
@requires(Right.MEMBER)
def show(job_id: int) -> ResponseReturnValue:
    with reading() as session:
        job, names = jobs.get(session, job_id), users.names(session)
    return render("jobs/show.html", "job", job=job, names=names, **_shared(now()))


@bp.post("/<int:job_id>/cancellation")
@requires(Right.MEMBER)
@shows_again("jobs.show", "job")
def cancel(job_id: int) -> ResponseReturnValue:
    with transaction() as session:
        admit(session, job_id, user())
        job = jobs.cancel(session, job_id, by=user().id, at=now())
        names = users.names(session)
    say("Cancelled." if job.state == State.CANCELLED else "Asked to stop; it has a few seconds to do so.")
    return saved(_url(job), "jobs/show.html", "job", job=job, names=names, **_shared(now()))


@bp.post("/<int:job_id>/retry")
@requires(Right.MEMBER)
@shows_again("jobs.show", "job")
def retry(job_id: int) -> ResponseReturnValue:
    with transaction() as session:
        admit(session, job_id, user())
        job = jobs.retry(session, job_id, by=user().id, at=now())
        names = users.names(session)
    say("It waits to be done again.")
    return saved(_url(job), "jobs/show.html", "job", job=job, names=names, **_shared(now()))


def admit(session: Session, job_id: int, who: User) -> None:
    """Members stop and restart what they asked for themselves; administrators everything. Raises Forbidden, NotFound."""
    if not may_steer(jobs.get(session, job_id), who):
        raise Forbidden("Only the person who started this job, or an administrator, may do that.")


def may_steer(job: Job, who: User) -> bool:
    """Whether a user may cancel a job or start it again."""
    return who.right == Right.ADMINISTRATOR or job.created_by == who.id


def _shared(at: datetime) -> dict[str, object]:
    """What list and page both say of a job."""

    def left(job: Job) -> float | None:
        found = remaining(started_at=job.started_at, done=job.done_units, total=job.total_units, at=at)
        return found.total_seconds() if found and job.state == State.RUNNING else None

    who = user()
    return {
        "shown_as": SHOWN_AS,
        "left": left,
        "is_open": lambda job: job.state in OPEN,
        "may_cancel": lambda job: job.state in OPEN and not job.cancel_asked_at and may_steer(job, who),
        "may_retry": lambda job: job.state in RETRIABLE and may_steer(job, who),
    }


def _url(job: Job) -> str:
    return url_for("jobs.show", job_id=job.id)
