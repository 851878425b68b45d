"""The job that undoes imports: in short writes, each of which takes away what it has done; begun again it goes on."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from portal import judging
from portal.clock import now
from portal.fields import Level
from portal.imports import links, pages
from portal.imports.tables import Import, ImportState
from portal.imports.targets import TARGETS
from portal.imports.undoing import commands, removing
from portal.imports.undoing.restoring import restore
from portal.models import reigns
from portal.ranking import runs
from workers.tasks import Claim, Effects, task


@task("undo")
def undo_imports(job: Claim, import_ids: list[int], by: int | None = None) -> Effects:
    """Undo imports one after another, in the order given. What was built on them was looked for when this was asked."""
    with job.database.reading() as session:
        undone = [pages.get(session, each) for each in import_ids]
        counts = {each.id: each.created for each in undone}
    for each in undone:
        if each.state == ImportState.UNDOING:
            _undo(job, each)
            with job.transaction() as session:
                commands.finish(session, each.id, counts[each.id], by=by, at=now())

    def effects(session: Session) -> dict[str, Any]:
        commands.finish_export(session, undone[0].delivery_id)
        _follow(session, undone, by)
        return {
            "undone": len(undone),
            "removed": sum(counts.values()),
            "put_back": sum(each.updated for each in undone),
        }

    return effects


def _undo(job: Claim, found: Import) -> None:
    with job.transaction() as session:
        session.connection().execute(text("DELETE FROM pending_link WHERE import_id = :id"), {"id": found.id})
    _restore(job, found, spend=False)
    for piece in _let_go(job, found):
        with job.transaction() as session:
            removing.let_go(session, found.id, *piece)
    with job.database.reading() as session:
        among = list(removing.ranges(session, found.id, found.kind))
    for done, each in enumerate(among):
        with job.transaction() as session:
            removing.remove(session, found.id, each)
        job.progress(done + 1, len(among), f"removing what {found.filename} brought")
    _settle(job, found)
    _restore(job, found, spend=True)


def _restore(job: Claim, found: Import, *, spend: bool) -> None:
    done = 0
    while True:
        with job.transaction() as session:
            count = restore(session, found.id, spend=spend, at=now())
        if not count:
            return
        done += count
        job.progress(done, None, f"putting back what {found.filename} replaced")


def _let_go(job: Claim, found: Import) -> Iterator[tuple[Any, ...]]:
    with job.database.reading() as session:
        pieces = list(removing.pointing(session, found.kind))
    yield from pieces


def _settle(job: Claim, found: Import) -> None:
    """What was linked by name to what is gone may mean another now."""
    with job.database.reading() as session:
        among = list(links.ranges(session, found.kind))
    for each in among:
        with job.transaction() as session:
            links.settle(session, each, found.kind)
        job.check()


def _follow(session: Session, undone: list[Import], by: int | None) -> None:
    """Everything is judged again, as counts held what is gone; and scored again, where a model ranks."""
    if judging.current(session):
        judging.ask(session, by=by, at=now())
    levels = {TARGETS[each.kind].level for each in undone} & set(Level)
    for level in sorted(levels):
        if champion := reigns.champion(session, Level(level)):
            runs.start_run(session, champion, by=by, at=now())
