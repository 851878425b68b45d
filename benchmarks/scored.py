"""A portal full of made-up leads with a model of whether they convert: what scoring and the list are measured on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from benchmarks import leads, trial
from benchmarks.trial import Kind, Trial
from portal import columns
from portal.clock import now
from portal.errors import Problem
from portal.fields import Level
from portal.models import registry
from portal.models.registry import Recipe
from portal.models.tables import CurrentRun, Model, Run, RunState
from portal.ranking import runs
from workers.attempts import attempt

LEARNED_FROM: Final = 20_000


@dataclass(frozen=True)
class Scored:
    """A portal and its model."""

    portal: Trial
    model: Model

    def run(self) -> Run:
        """One scoring run, done here."""
        with self.portal.database.transaction() as session:
            run = runs.start_run(session, self.model, by=None, at=now())
        assert run.job_id is not None
        attempt(self.portal.database, self.portal.settings, run.job_id, alone=False)
        with self.portal.database.reading() as session:
            done = runs.get_run(session, run.id)
        if done.state != RunState.DONE:
            raise Problem(f"The benchmark's scoring run is {done.state}.")
        return done

    def show(self, run: Run) -> None:
        """Make it what the list is ranked by, whatever the model is worth."""
        with self.portal.database.transaction() as session:
            session.merge(CurrentRun(level=Level.PERSON, run_id=run.id, since=now()))

    def newest(self, session: Session) -> Run:
        """The run made last."""
        return session.exec(select(Run).order_by(col(Run.id).desc())).first() or self.run()

    def refresh(self) -> int:
        return columns.refresh(self.portal.database, Level.PERSON)


@contextmanager
def people(rows: int, kind: Kind, server: str = "") -> Iterator[Scored]:
    """So many people; the model has learned from the first 20,000 at most."""
    with trial.portal(kind, server) as empty:
        few = min(rows, LEARNED_FROM)
        fill(empty, few)
        with empty.database.transaction() as session:
            model = registry.start_training(
                session, Recipe(outcome=leads.OUTCOME, promote=False), by=None, at=now()
            )
        empty.work()
        if rows > few:
            fill(empty, rows - few, first=few)
        with empty.database.reading() as session:
            yield Scored(empty, registry.get(session, model.id))


def fill(empty: Trial, rows: int, *, first: int = 0) -> None:
    """Import so many leads."""
    path = Path(empty.settings.data_dir) / "leads.csv"
    leads.write(path, rows, first=first)
    empty.take_in(path)
    path.unlink()
