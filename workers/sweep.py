"""Housekeeping that comes every day."""

from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session

from portal.accounts import sweeping
from portal.clock import now
from portal.exports import sweeping as exports
from portal.imports import sweeping as imports
from portal.jobs import repairs
from portal.ranking import frozen
from workers.tasks import Claim, Effects, task

KEPT: Final = timedelta(days=90)
KEPT_OF_MAIL: Final = timedelta(days=1)  # one a minute


@task("sweep")
def forget_old_jobs(job: Claim) -> Effects:
    """Delete jobs that ended more than 90 days ago, mailing after a day, exported files after two weeks,
    what runs read once it was kept long enough, and what is over of signing in.

    What jobs did stays, and so does what is said of it in the activity.
    """
    with job.database.reading() as session:
        over = exports.over(session, at=now())
        ended = imports.over(session, days=job.settings.import_files_days, at=now())
    exports.remove(job.settings.files_dir, over)
    imports.remove(job.settings.files_dir, ended)

    def forget(session: Session) -> dict[str, Any]:
        sweeping.forget(session, at=now())
        exports.forget(session, over)
        imports.forget(session, ended)
        frozen.forget(session, before=now() - timedelta(days=job.settings.frozen_days))
        old = repairs.forget(session, before=now() - KEPT)
        return {"forgotten": old + repairs.forget(session, before=now() - KEPT_OF_MAIL, kind="mail")}

    return forget
