"""What was reckoned from made-up records: it goes before they do."""

from datetime import datetime
from typing import Final

from sqlalchemy import Table, delete, or_, text
from sqlmodel import Session, SQLModel, col, select

from portal import jobs
from portal.accounts import User
from portal.demo.stories import SOURCE
from portal.exports import Export, Sent, Target
from portal.health.tables import HealthCheck, HealthList, Spelling
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job
from portal.judging import judgings
from portal.models.tables import Model, Run
from portal.ranking.frozen import FrozenBytes
from portal.ranking.terms import Terms
from portal.reports import Report, ReportFile

RUN: Final = SQLModel.metadata.tables["run"]
FROZEN: Final = SQLModel.metadata.tables[str(FrozenBytes.__tablename__)]
RECKONING: Final = frozenset(
    (
        "train",
        "score",
        "rescore",
        "replay",
        "watch",
        "explain",
        "judge",
        "report",
        "duplicates",
        "health",
        "export",
    )
)


def drop(session: Session, *, at: datetime) -> None:
    """Models, runs, reports, exports and findings about the demo. A model that learned from another source alone stays."""
    for job_id in session.exec(select(Job.id).where(col(Job.state).in_(OPEN), col(Job.kind).in_(RECKONING))):
        jobs.cancel(session, job_id, by=None, at=at)
    _drop_runs(session)
    for table in (ReportFile, Report, HealthList, HealthCheck):
        session.execute(delete(table))
    _drop_models(session)
    _drop_exports(session)
    judgings.forget_all(session)
    demo_users = select(User.id).where(col(User.is_demo))
    session.execute(delete(Spelling).where(col(Spelling.decided_by).in_(demo_users)))
    session.execute(delete(Terms).where(col(Terms.set_by).in_(demo_users)))
    _forget_jobs(session)


def _drop_runs(session: Session) -> None:
    for run_id in session.exec(select(Run.id)):
        session.connection().execute(text(f"DROP TABLE IF EXISTS score_{run_id:d}"))
    for table in (*_hanging_on("run"), RUN, FROZEN):
        session.execute(delete(table))


def _drop_models(session: Session) -> None:
    made_up = or_(col(Model.source).is_(None), col(Model.source) == SOURCE)
    for table in _hanging_on("model"):
        model_id = next(key.parent for key in table.foreign_keys if key.column.table.name == "model")
        session.execute(delete(table).where(model_id.in_(select(Model.id).where(made_up))))
    session.execute(delete(Model).where(made_up))


def _hanging_on(name: str) -> list[Table]:
    """The tables with a foreign key to this one, found in the tables themselves, so that none is forgotten."""
    return [
        table
        for table in reversed(SQLModel.metadata.sorted_tables)
        if any(key.column.table.name == name for key in table.foreign_keys)
    ]


def _drop_exports(session: Session) -> None:
    """Lists hold whatever is there, made-up records too; what another source was told of its own records stays."""
    targets = select(Target.id).where(col(Target.source) == SOURCE)
    going = or_(col(Export.target_id).is_(None), col(Export.target_id).in_(targets))
    session.execute(delete(Sent).where(col(Sent.target_id).in_(targets)))
    session.execute(delete(Export).where(going))
    session.execute(delete(Target).where(col(Target.source) == SOURCE))


def _forget_jobs(session: Session) -> None:
    """Jobs that ended and led to what is gone now; one that still makes a model of another source's stays."""
    kept = select(Model.job_id).where(col(Model.job_id).is_not(None))
    kept_of_exports = select(Export.job_id).where(col(Export.job_id).is_not(None))
    session.execute(
        delete(Job).where(
            col(Job.kind).in_(RECKONING),
            col(Job.state).not_in(OPEN),
            col(Job.id).not_in(kept),
            col(Job.id).not_in(kept_of_exports),
        )
    )
