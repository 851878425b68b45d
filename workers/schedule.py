"""The portal's own recurring work. The reconciler inserts each job when it is due."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session

from portal.jobs import schedules
from portal.settings import Settings


class Recurring(NamedTuple):
    """One line of the timetable."""

    name: str
    kind: str
    title: str
    every: timedelta


SWEEP: Final = Recurring("sweep", "sweep", "Forget old jobs", timedelta(days=1))
HEALTH: Final = Recurring("health", "health", "Examine the data", timedelta(days=1))
IN_FORCE: Final = Recurring(
    "definitions", "definitions", "Put definitions in force whose day has come", timedelta(minutes=10)
)
JUDGE: Final = Recurring("judge", "judge", "Judge every record", timedelta(days=1))
MAIL: Final = Recurring("mail", "mail", "Mail notices", timedelta(minutes=1))


def ensure(session: Session, settings: Settings, *, at: datetime) -> None:
    """Have the schedules that these settings ask for: mail only where there is a mail server. Safe to repeat."""
    for name, kind, title, every in (SWEEP, HEALTH, IN_FORCE, JUDGE, *((MAIL,) if settings.smtp_url else ())):
        schedules.ensure(session, name, kind=kind, title=title, every=every, at=at)
