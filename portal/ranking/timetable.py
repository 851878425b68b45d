"""When everybody is scored again by itself: daily or weekly at a time of day in UTC, by the model that ranks then."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlmodel import Session, select

from portal import events
from portal.errors import Invalid
from portal.fields import Level
from portal.jobs import Schedule, schedules
from portal.models import words

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAILY: Final = "daily"
WEEKLY: Final = "weekly"
NEVER: Final = "never"
EVERY: Final = {DAILY: timedelta(days=1), WEEKLY: timedelta(days=7)}


@dataclass(frozen=True)
class Timed:
    """How often, at which time of day (UTC), and, for weekly, on which weekday (0 is Monday)."""

    how: str
    at: time = time(5)
    weekday: int = 0

    @property
    def sentence(self) -> str:
        """Such as "daily at 05:00 UTC"."""
        if self.how == NEVER:
            return "never by itself"
        on = f" on {WEEKDAYS[self.weekday]}" if self.how == WEEKLY else ""
        return f"{self.how}{on} at {self.at:%H:%M} UTC"


def of(session: Session, level: Level) -> tuple[Timed, Schedule | None]:
    """When a level is scored again, and its schedule where it is at all."""
    found = session.exec(select(Schedule).where(Schedule.name == _name(level))).first()
    if found is None or found.paused_at is not None:
        return Timed(NEVER), None
    how = DAILY if found.every_seconds == EVERY[DAILY].total_seconds() else WEEKLY
    return Timed(how, found.next_at.time().replace(second=0, microsecond=0), found.next_at.weekday()), found


def set_to(session: Session, level: Level, timed: Timed, *, by: int | None, at: datetime) -> Schedule:
    """Have a level scored again as told. Raises Invalid for another rhythm."""
    if timed.how not in {*EVERY, NEVER}:
        raise Invalid("Choose daily, weekly or never.")
    found = schedules.ensure(
        session,
        _name(level),
        kind="rescore",
        title=f"Score all {words.LEVELS[level][1]} again",
        every=EVERY.get(timed.how, EVERY[DAILY]),
        at=at,
        arguments={"level": level.value},
    )
    found.next_at = next_time(timed, at)
    found.paused_at = at if timed.how == NEVER else None
    session.add(found)
    session.flush()
    events.record(
        session,
        "run.timed",
        "schedule",
        found.id,
        by=by,
        at=at,
        who=words.LEVELS[level][1],
        when=timed.sentence,
    )
    return found


def next_time(timed: Timed, at: datetime) -> datetime:
    """The first moment after `at` that the timetable names."""
    due = datetime.combine(at.date(), timed.at, at.tzinfo)
    if timed.how == WEEKLY:
        due += timedelta(days=(timed.weekday - at.weekday()) % 7)
    step = EVERY.get(timed.how, EVERY[DAILY])
    return due if due > at else due + step


def _name(level: Level) -> str:
    return f"score-{level}"
