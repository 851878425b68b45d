"""What may happen to a job, when it is tried again, and how long it will still take. Values in, values out."""

from datetime import datetime, timedelta
from typing import Final

from portal.jobs.tables import State

FIRST_DELAY: Final = timedelta(seconds=2)
LONGEST_DELAY: Final = timedelta(minutes=5)
LEAST_SEEN: Final = timedelta(seconds=2)

OPEN: Final = frozenset({State.QUEUED, State.RUNNING})
ENDED: Final = frozenset(State) - OPEN
RETRIABLE: Final = frozenset({State.FAILED, State.CANCELLED, State.DEAD})


def back_off(attempt: int) -> timedelta:
    """How long to wait after the failed attempt number `attempt` (1 is the first): 2 s, 8 s, 32 s … at most 5 minutes."""
    grown: timedelta = FIRST_DELAY * 4 ** min(attempt - 1, 10)
    return min(grown, LONGEST_DELAY)


def remaining(*, started_at: datetime | None, done: int, total: int | None, at: datetime) -> timedelta | None:
    """How long a running job will still take if it goes on as it went; None while that cannot be said."""
    if started_at is None or not total or done <= 0 or at - started_at < LEAST_SEEN:
        return None
    return (at - started_at) * max(total - done, 0) / done


def overran(*, started_at: datetime | None, time_limit: int, at: datetime) -> bool:
    """Whether an attempt has used up its time."""
    return started_at is not None and at - started_at >= timedelta(seconds=time_limit)


def share(done: int, total: int | None) -> float | None:
    """How much is done, 0 to 1; None when nobody knows how much there is."""
    return min(max(done / total, 0.0), 1.0) if total else None


def next_due(due: datetime, every: timedelta, at: datetime) -> datetime:
    """The first moment of the rhythm after `at`: what was missed while nothing ran is not made up for."""
    missed = max((at - due) // every, 0)
    return due + every * (missed + 1)
