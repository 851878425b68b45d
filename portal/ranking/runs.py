"""Scoring runs and the table each writes.

A run writes a table of its own, `score_<run id>`, in the order of ranks, and becomes current in one step. Nothing is
updated in place; the run before stays readable until then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal import events, jobs
from portal.errors import Invalid, NotFound
from portal.fields import Level
from portal.models.tables import CurrentRun, Model, Run, RunState

ROWS_A_WRITE: Final = 20_000
KEPT_RUNS: Final = 5


def start_run(
    session: Session, model: Model, *, by: int | None, at: datetime, definition_version_id: int | None = None
) -> Run:
    """Add a run that scores every record of the model's level, and the job that does it."""
    if not model.digest:
        raise Invalid(f"Model {model.id} cannot score: {model.why or 'it is not trained.'}")
    run = Run(
        level=model.level,
        model_id=model.id,
        as_of=at,
        created_at=at,
        definition_version_id=definition_version_id,
    )
    session.add(run)
    session.flush()
    job = jobs.add(
        session,
        "score",
        title=f"Score every {model.level} with model {model.id}",
        arguments={"run_id": run.id},
        by=by,
        at=at,
        page=f"/runs/{run.id}",
    )
    run.job_id = job.id
    events.record(session, "run.started", "run", run.id, by=by, at=at, model=model.id)
    return run


def get_run(session: Session, run_id: int) -> Run:
    if (run := session.get(Run, run_id)) is None:
        raise NotFound(f"There is no run {run_id}.")
    return run


def current(session: Session, level: Level) -> Run | None:
    """The run the ranked list shows."""
    return session.exec(
        select(Run).join(CurrentRun, col(CurrentRun.run_id) == col(Run.id)).where(CurrentRun.level == level)
    ).first()


def runs(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[Run]:
    """Runs, the newest first."""
    query = select(Run).order_by(col(Run.id).desc()).limit(limit)
    return session.exec(query.where(Run.id < before) if before else query).all()


# Writing a run: laid out, filled in parts, indexed, made current.


def lay_out(session: Session, run_id: int) -> None:
    """An empty table for a run; what a killed attempt left is dropped."""
    connection = session.connection()
    connection.execute(text(f"DROP TABLE IF EXISTS score_{run_id:d}"))
    connection.execute(
        text(
            f"CREATE TABLE score_{run_id:d} (rank INTEGER PRIMARY KEY, record_id INTEGER NOT NULL, "
            "score DOUBLE PRECISION NOT NULL, propensity DOUBLE PRECISION NOT NULL, grp INTEGER NOT NULL)"
        )
    )


def fill(session: Session, run_id: int, rows: Sequence[tuple[int, int, float, float, int]]) -> None:
    """Add rows (rank, record id, raw score, propensity, group 1-20) to a run's table."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None
    columns = f"score_{run_id:d} (rank, record_id, score, propensity, grp)"
    if connection.dialect.name == "sqlite":
        driver.executemany(f"INSERT INTO {columns} VALUES (?, ?, ?, ?, ?)", rows)
        return
    with driver.cursor().copy(f"COPY {columns} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def finish(session: Session, run_id: int, *, at: datetime, facts: Mapping[str, Any]) -> Run:
    """Index a filled table and, where the run's model ranks, make the run current: one step."""
    session.connection().execute(
        text(f"CREATE UNIQUE INDEX IF NOT EXISTS score_{run_id:d}_record ON score_{run_id:d} (record_id)")
    )
    run = get_run(session, run_id)
    for name, value in facts.items():
        setattr(run, name, value)
    run.state, run.finished_at = RunState.DONE, at
    model = session.get_one(Model, run.model_id)
    if model.promoted_at is not None and model.retired_at is None:
        session.merge(CurrentRun(level=run.level, run_id=run_id, since=at))
    events.record(
        session, "run.finished", "run", run_id, by=None, at=at, model=run.model_id, records=run.scored
    )
    session.flush()
    return run


def drop_old(session: Session, level: Level, *, keep: int = KEPT_RUNS) -> int:
    """Drop the tables of all but the newest runs of a level; the current one stays. Returns how many."""
    shown = current(session, level)
    old = session.exec(
        select(Run)
        .where(Run.level == level, Run.state == RunState.DONE)
        .order_by(col(Run.id).desc())
        .offset(keep)
    ).all()
    dropped = [run for run in old if shown is None or run.id != shown.id]
    for run in dropped:
        session.connection().execute(text(f"DROP TABLE IF EXISTS score_{run.id:d}"))
        run.state = RunState.DROPPED
    return len(dropped)
