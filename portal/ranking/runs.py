"""Scoring runs and the table each writes.

A run writes a table of its own, `score_<run id>`, in the order of ranks, and becomes current in one step. Nothing is
updated in place; the run before stays readable until then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, text
from sqlalchemy.orm import defer
from sqlmodel import Session, col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import events, jobs, plain
from portal.errors import Invalid, NotFound
from portal.fields import Level
from portal.jobs.rules import ENDED
from portal.jobs.tables import Job
from portal.models import standing, words
from portal.models.standing import Standing
from portal.models.tables import CurrentRun, Model, Reason, Run, RunState
from portal.ranking import quadrants, shares
from portal.ranking.quadrants import Quadrant

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
        title=f"Score all {words.LEVELS[model.level][1]} with model {model.id}",
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
    rest = "FROM run JOIN current_run ON current_run.run_id = run.id WHERE current_run.level = :level"
    found = plain.first(session, (Run,), rest, level=level)
    return found[0] if found else None


@dataclass(frozen=True)
class Line:
    """A run in the list, its model without the label, its job, and whether the ranked list shows it."""

    run: Run
    model: Model
    job: Job | None
    is_current: bool

    @property
    def stands(self) -> Standing:
        state = self.job.state if self.job else None
        return standing.of_run(self.run, state, is_current=self.is_current)


def listed(
    session: Session, *, before: int | None = None, model_id: int | None = None, limit: int = 50
) -> Sequence[Line]:
    """Runs, the newest first; all, or those of a model."""
    query = _lines().order_by(col(Run.id).desc()).limit(limit)
    if before:
        query = query.where(Run.id < before)
    if model_id:
        query = query.where(Run.model_id == model_id)
    return [_line(*row) for row in session.exec(query)]


def detail(session: Session, run_id: int) -> Line:
    """One run, as in the list. Raises NotFound."""
    if (row := session.exec(_lines().where(Run.id == run_id)).first()) is None:
        raise NotFound(f"There is no run {run_id}.")
    return _line(*row)


def _lines() -> SelectOfScalar[Any]:
    query: Any = select(Run, Model, Job, CurrentRun.run_id)
    query = query.join(Model, col(Model.id) == col(Run.model_id))
    query = query.outerjoin(Job, col(Job.id) == col(Run.job_id))
    query = query.outerjoin(CurrentRun, col(CurrentRun.run_id) == col(Run.id))
    found: SelectOfScalar[Any] = query.options(defer(Model.label))  # type: ignore[arg-type]
    return found


def _line(run: Run, model: Model, job: Job | None, current_id: int | None) -> Line:
    return Line(run, model, job, current_id is not None)


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Run)).one()


# Writing a run: laid out, filled in parts, indexed, made current.


def lay_out(session: Session, run_id: int) -> None:
    """An empty table for a run; what a killed attempt left is dropped."""
    connection = session.connection()
    connection.execute(text(f"DROP TABLE IF EXISTS score_{run_id:d}"))
    connection.execute(
        text(
            f"CREATE TABLE score_{run_id:d} (rank INTEGER PRIMARY KEY, record_id INTEGER NOT NULL, "
            "score DOUBLE PRECISION NOT NULL, propensity DOUBLE PRECISION NOT NULL, grp INTEGER NOT NULL, "
            "value DOUBLE PRECISION, engagement DOUBLE PRECISION NOT NULL)"
        )
    )


Row = tuple[int, int, float, float, int, float | None, float]


def fill(session: Session, run_id: int, rows: Sequence[Row]) -> None:
    """Add rows to a run's table: rank, record id, raw score, propensity, group 1-20, expected amount, engagement."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None
    columns = f"score_{run_id:d} (rank, record_id, score, propensity, grp, value, engagement)"
    if connection.dialect.name == "sqlite":
        driver.executemany(f"INSERT INTO {columns} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
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
    shares.forget(session, run_id)
    model = session.get_one(Model, run.model_id)
    if model.promoted_at is not None and model.retired_at is None:
        session.merge(CurrentRun(level=run.level, run_id=run_id, since=at))
    events.record(
        session, "run.finished", "run", run_id, by=None, at=at, model=run.model_id, records=run.scored
    )
    session.flush()
    return run


def fail(session: Session, run_id: int) -> None:
    """Scoring ended without a result: what it wrote is dropped."""
    get_run(session, run_id).state = RunState.FAILED
    _drop(session, run_id)


def drop_old(session: Session, level: Level, *, keep: int = KEPT_RUNS) -> int:
    """Drop the scores of all but the newest runs of a level, and of those that ended unfinished; the current ones stay.

    Returns how many runs that were done lost theirs.
    """
    shown = current(session, level)
    done = select(Run).where(Run.level == level, Run.state == RunState.DONE).order_by(col(Run.id).desc())
    old = [run for run in session.exec(done.offset(keep)) if shown is None or run.id != shown.id]
    for run in old:
        _drop(session, run.id)
        run.state = RunState.DROPPED
    for run in _abandoned(session, level):
        fail(session, run.id)
    return len(old)


def _drop(session: Session, run_id: int) -> None:
    session.connection().execute(text(f"DROP TABLE IF EXISTS score_{run_id:d}"))
    shares.forget(session, run_id)
    session.exec(delete(Reason).where(col(Reason.run_id) == run_id))


def _abandoned(session: Session, level: Level) -> Sequence[Run]:
    """Runs whose job was cancelled or given up in the middle."""
    return session.exec(
        select(Run)
        .join(Job, col(Job.id) == col(Run.job_id))
        .where(Run.level == level, Run.state == RunState.RUNNING, col(Job.state).in_(ENDED))
    ).all()


def with_scores(session: Session, run_id: int) -> Run:
    """A run whose scores are there. Raises NotFound."""
    run = get_run(session, run_id)
    if run.state == RunState.DROPPED:
        raise NotFound(f"The scores of run {run_id} are no longer kept; those of newer runs are.")
    if run.state != RunState.DONE:
        raise NotFound(f"Run {run_id} has no scores: it is not done.")
    return run


SCORES: Final = (
    "SELECT s.record_id, (SELECT MIN(e.external_id) FROM external_id e "
    "WHERE e.level = :level AND e.record_id = s.record_id), s.rank, s.grp, s.propensity, s.value, "
    "s.propensity * s.value, s.engagement FROM {table} s "
    "WHERE s.rank > :after ORDER BY s.rank LIMIT :limit"
)


@dataclass(frozen=True)
class Scored:
    """One record's score in a run: rank 1 is best, group 1-20, propensity 0 to 1.

    `value` is the amount expected of it if it buys, `expected` that times the propensity; none where no amounts are known.
    """

    record_id: int
    external_id: str | None
    rank: int
    group: int
    propensity: float
    value: float | None
    expected: float | None
    engagement: float

    @property
    def quadrant(self) -> Quadrant:
        return quadrants.of((self.group + 1) // 2, self.engagement)

    def cells(self) -> list[object]:
        """As a row under SCORE_HEADS."""
        return [getattr(self, head) for head in SCORE_HEADS]


SCORE_HEADS: Final = (
    "record_id",
    "external_id",
    "rank",
    "group",
    "propensity",
    "value",
    "expected",
    "engagement",
    "quadrant",
)


def scores(session: Session, run: Run, *, batch: int = 5_000) -> Iterator[Scored]:
    """All scores of a run in the order of ranks, read in pages."""
    query, after = text(SCORES.format(table=f"score_{run.id:d}")), 0
    while True:
        rows = session.connection().execute(query, {"level": run.level, "after": after, "limit": batch}).all()
        yield from (Scored(*row) for row in rows)
        if len(rows) < batch:
            return
        after = rows[-1][2]
