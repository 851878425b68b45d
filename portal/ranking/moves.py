"""What moved for a person since the run before: their place then and now, and what was seen to change in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from portal.activities import Activity, ActivityKind
from portal.fields import Level
from portal.models import words
from portal.models.tables import Run, RunState
from portal.people import FieldChange
from portal.ranking import places, runs
from portal.ranking.places import Score

SHOWN: Final = 20
NOTHING: Final = "\N{EN DASH}"


@dataclass(frozen=True)
class Change:
    """A field that was seen to change between two runs."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Moved:
    """Two runs, what each says of a person (None: not scored), and what lies between them. No earlier run: `before` is None."""

    now: Run
    before: Run | None
    score: Score | None
    earlier: Score | None
    changes: Sequence[Change]
    activities: Sequence[tuple[datetime, str]]

    @property
    def other_model(self) -> bool:
        return self.before is not None and self.before.model_id != self.now.model_id

    @property
    def sentence(self) -> str:
        """The move in a sentence."""
        if self.before is None or self.score is None:
            return "There is no run before to compare with."
        if self.earlier is None:
            return f"New in the list since run {self.before.id}."
        places_ = self.earlier.rank - self.score.rank
        if not places_:
            return f"The same place as in run {self.before.id}."
        way = "Up" if places_ > 0 else "Down"
        return (
            f"{way} {abs(places_):,} {'place' if abs(places_) == 1 else 'places'} since run {self.before.id}."
        )


def of_person(session: Session, person_id: int) -> Moved | None:
    """What moved for a person; None where no model ranks."""
    now = runs.current(session, Level.PERSON)
    if now is None:
        return None
    before = session.exec(
        select(Run)
        .where(Run.level == Level.PERSON, Run.state == RunState.DONE, Run.id < now.id)
        .order_by(col(Run.id).desc())
        .limit(1)
    ).first()
    score = places.score_of(session, now, person_id)
    if before is None:
        return Moved(now, None, score, None, (), ())
    earlier = places.score_of(session, before, person_id)
    between = before.as_of, now.as_of
    return Moved(
        now,
        before,
        score,
        earlier,
        _changes(session, person_id, *between),
        _done(session, person_id, *between),
    )


def _changes(session: Session, person_id: int, since: datetime, until: datetime) -> list[Change]:
    query = select(FieldChange).where(
        FieldChange.level == Level.PERSON,
        FieldChange.record_id == person_id,
        FieldChange.seen_at > since,
        FieldChange.seen_at <= until,
    )
    found = session.exec(query.order_by(col(FieldChange.id).desc()).limit(SHOWN))
    return [Change(words.title(each.field), _plain(each.before), _plain(each.after)) for each in found]


def _plain(kept: str | None) -> str:
    """JSON text as people read it; a dash for nothing."""
    return (kept or "").strip('"') or NOTHING


def _done(session: Session, person_id: int, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    query = (
        select(Activity.at, ActivityKind.name)
        .join(ActivityKind, col(ActivityKind.id) == col(Activity.kind_id))
        .where(Activity.person_id == person_id, Activity.at > since, Activity.at <= until)
    )
    return [(at, name) for at, name in session.exec(query.order_by(col(Activity.at).desc()).limit(SHOWN))]
