from datetime import datetime, time, timedelta

import pytest

from portal.db import Database
from portal.errors import Invalid
from portal.fields import Level
from portal.ranking import timetable
from portal.ranking.timetable import Timed

# `at` is Monday, 2 March 2026, 09:30


@pytest.mark.parametrize(
    ("timed", "day", "hour"),
    [
        (Timed("daily", time(5)), 3, 5),
        (Timed("daily", time(9, 30)), 3, 9),
        (Timed("daily", time(10)), 2, 10),
        (Timed("weekly", time(5), 0), 9, 5),
        (Timed("weekly", time(10), 0), 2, 10),
        (Timed("weekly", time(5), 4), 6, 5),
    ],
)
def test_the_next_time_lies_ahead(at: datetime, timed: Timed, day: int, hour: int) -> None:
    found = timetable.next_time(timed, at)

    assert (found.day, found.hour) == (day, hour)
    assert at < found <= at + timedelta(days=7)


def test_a_timetable_is_kept_changed_and_ended(database: Database, at: datetime) -> None:
    weekly, never = Timed("weekly", time(6, 15), 4), Timed("never")
    with database.transaction() as session:
        assert timetable.of(session, Level.PERSON)[0] == never
        timetable.set_to(session, Level.PERSON, Timed("daily"), by=None, at=at)
        timetable.set_to(session, Level.PERSON, weekly, by=None, at=at)
    with database.transaction() as session:
        found, schedule = timetable.of(session, Level.PERSON)
        assert (found, found.sentence) == (weekly, "weekly on Friday at 06:15 UTC")
        assert schedule is not None
        timetable.set_to(session, Level.PERSON, never, by=None, at=at)
        assert timetable.of(session, Level.PERSON) == (never, None)
        with pytest.raises(Invalid, match="daily, weekly or never"):
            timetable.set_to(session, Level.PERSON, Timed("hourly"), by=None, at=at)
