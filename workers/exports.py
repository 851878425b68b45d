"""The job that makes an export."""

from typing import Any

from sqlmodel import Session

from portal import exports
from portal.clock import now
from portal.exports import Work
from workers.tasks import Claim, Effects, task


@task("export")
def make_file(job: Claim, export_id: int) -> Effects:
    """Write the file under a name of this attempt; what it tells counts with the job's end."""
    with job.database.reading() as session:
        export = exports.get(session, export_id)
    place = job.settings.files_dir / f"export-{export_id}-{job.token[:12]}.{export.format}"
    work = Work(job.database, job.transaction, lambda rows: job.progress(rows, step="reading"), place)
    made = exports.make(work, export_id, at=now())

    def effects(session: Session) -> dict[str, Any]:
        kept = exports.keep(session, export_id, made, at=now())
        return {"export": export_id, "rows": kept.rows, "left_out": kept.left_out, "sha256": kept.sha256}

    return effects
