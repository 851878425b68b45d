"""A job's progress in the page that shows its outcome: asked for every two seconds until the job has ended."""

from flask import redirect
from flask.typing import ResponseReturnValue

from portal.clock import now
from portal.jobs.rules import ENDED, remaining
from portal.jobs.tables import Job
from routes.web import is_partial, render


def progress_of(job: Job | None, url: str, page: str) -> ResponseReturnValue:
    """The part `models/job.html`, which asks `url` again while the job is open; once it ended the browser loads `page` anew."""
    if not is_partial():
        return redirect(page, 303)
    response = render("models/job.html", "job", job=job, progress_url=url, left=seconds_left(job))
    if job is None or job.state in ENDED:
        response.headers["HX-Refresh"] = "true"
    return response


def seconds_left(job: Job | None) -> float | None:
    """How long a job will still take, if that can be said."""
    if job is None:
        return None
    left = remaining(started_at=job.started_at, done=job.done_units, total=job.total_units, at=now())
    return left.total_seconds() if left is not None and job.state == "running" else None
