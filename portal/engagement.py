"""Engagement: what a person did lately. Each activity adds the weight of its kind at once, and halves with every half-life.

Worked out on reading, so it is current as soon as an activity is kept, and declines by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from portal.activities import Activity, ActivityKind

HALF_LIFE: Final = timedelta(days=30)
ACTIVE: Final = 1.0
"""From here on a person counts as active: one ordinary activity just now, or two a half-life ago."""


class Weight(NamedTuple):
    """A kind of activity and the points it adds at once."""

    kind_id: int
    name: str
    points: float


def weights(session: Session) -> Sequence[Weight]:
    """All kinds there are, by their ids."""
    query = select(ActivityKind.id, ActivityKind.name, ActivityKind.weight).order_by(col(ActivityKind.id))
    return [Weight(*row) for row in session.exec(query)]


def of_person(session: Session, person_id: int, *, at: datetime) -> float:
    """The engagement of one person at a time; what lies after it is not known yet."""
    query = (
        select(ActivityKind.weight, Activity.at)
        .join(ActivityKind, col(ActivityKind.id) == col(Activity.kind_id))
        .where(Activity.person_id == person_id, Activity.at <= at)
        .order_by(col(Activity.at), col(Activity.kind_id))
    )
    return level(session.exec(query), at)


def level(done: Iterable[tuple[float, datetime]], at: datetime) -> float:
    """The points of activities, each with its weight and its time, that are left at a time."""
    return sum((points * 2.0 ** ((then - at) / HALF_LIFE) for points, then in done), 0.0)
