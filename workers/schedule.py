"""The portal's own recurring work. The reconciler inserts each job when it is due."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session

from portal.jobs import schedules


class Recurring(NamedTuple):
    """One line of the timetable."""

    name: str
    kind: str
    title: str
    every: timedelta


TIMETABLE: Final = (Recurring("sweep", "sweep", "Forget old jobs", timedelta(days=1)),)


def ensure(session: Session, *, at: datetime) -> None:
    """Have every schedule of the timetable. Safe to repeat."""
    for name, kind, title, every in TIMETABLE:
        schedules.ensure(session, name, kind=kind, title=title, every=every, at=at)
