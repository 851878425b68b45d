"""A portal full of made-up leads with a model of whether they convert: what scoring and the list are measured on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, func, select

from benchmarks import doing, leads, trial
from benchmarks.trial import Kind, Trial
from portal import columns, packs
from portal.clock import now
from portal.errors import Problem
from portal.fields import Level
from portal.models import registry
from portal.models.registry import Recipe
from portal.models.tables import CurrentRun, Model, Run, RunState
from portal.people import Person
from portal.ranking import runs
from workers.attempts import attempt

LEARNED_FROM: Final = 20_000
LEARNED_FROM_BUSY: Final = 60_000
ENOUGH: Final = 5_000
"""Of fewer people nothing is measured, only tried out; what they are worth may then be their mean."""


@dataclass(frozen=True)
class Scored:
    """A portal and its model."""

    portal: Trial
    model: Model
    activities: int = 0
    at: datetime | None = None

    def start(self) -> Run:
        """A run that waits to be done."""
        with self.portal.database.transaction() as session:
            return runs.start_run(session, self.model, by=None, at=self.at or now())

    def run(self) -> Run:
        """One scoring run, done here."""
        run = self.start()
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

    def pack(self) -> None:
        packs.refresh(self.portal.database, Level.PERSON)


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


@contextmanager
def busy_people(rows: int, kind: Kind, server: str = "") -> Iterator[Scored]:
    """So many people with ten activities each; models of who converts and of what they are worth have learned from the first
    60,000 at most: from so many on, trees are as large as they get.
    """
    with trial.portal(kind, server) as empty:
        few = min(rows, LEARNED_FROM_BUSY)
        fill(empty, few)
        done = doing.fill(empty, 1, few)
        doing.sell(empty)
        recipe = Recipe(outcome=leads.OUTCOME, promote=False)
        with empty.database.transaction() as session:
            model = registry.start_training(session, recipe, by=None, at=_later(session))
        empty.work()
        if rows > few:
            fill(empty, rows - few, first=few)
            done += doing.fill(empty, few + 1, rows)
        with empty.database.reading() as session:
            trained, at = registry.get(session, model.id), _later(session)
        learned = trained.label["value"]["usable"] and trained.label["activities"]
        if rows >= ENOUGH and not learned:
            raise Problem(f"The benchmark's models are not what they should be: {trained.why}")
        yield Scored(empty, trained, done, at)


def _later(session: Session) -> datetime:
    """When all that happened has happened."""
    last: datetime = session.exec(select(func.max(Person.arrived_at))).one()
    return last + timedelta(days=60)


def fill(empty: Trial, rows: int, *, first: int = 0) -> None:
    """Import so many leads."""
    path = Path(empty.settings.data_dir) / "leads.csv"
    leads.write(path, rows, first=first)
    empty.take_in(path)
    path.unlink()
