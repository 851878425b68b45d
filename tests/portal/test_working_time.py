from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.working_time import WorkingTime, countries, due, holidays_of, worked, zones

BERLIN = WorkingTime(zone="Europe/Berlin", country="DE")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 09:30", 4, "2026-03-02 13:30"),
        ("2026-03-02 15:30", 4, "2026-03-03 11:30"),  # 17:00 in Berlin is 16:00 UTC
        ("2026-03-06 15:00", 2, "2026-03-09 09:00"),  # over a weekend
        ("2026-03-07 12:00", 1, "2026-03-09 09:00"),  # begins on one
        ("2026-12-24 15:00", 2, "2026-12-28 09:00"),  # Christmas is a Friday, then a weekend
        ("2026-03-27 15:00", 2, "2026-03-30 08:00"),  # summer time began on Sunday
        ("2026-03-02 08:00", 8, "2026-03-02 16:00"),  # a whole day ends on that day
    ],
)
def test_when_a_promise_is_due(start: str, hours: float, end: str) -> None:
    assert due(at(start), hours, BERLIN) == at(end)


def test_holidays_are_those_of_the_country() -> None:
    assert date(2026, 10, 3) in holidays_of("DE", 2026)
    assert date(2026, 7, 4) in holidays_of("US", 2026)
    assert holidays_of("", 2026) == frozenset()
    assert countries()["DE"] == "Germany"
    assert zones()[0] == "UTC"


def test_who_never_works_owes_nothing_in_time() -> None:
    assert due(at("2026-03-02 09:00"), 1, WorkingTime(days=())) is None


MOMENTS = st.integers(0, 700 * 24 * 60).map(lambda each: at("2025-01-01") + timedelta(minutes=each))
WORKING = st.builds(
    WorkingTime,
    opens=st.just(time(8, 15)),
    closes=st.just(time(18)),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda each: tuple(sorted(each))),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    country=st.sampled_from(["", "DE", "US"]),
)


@settings(max_examples=40, deadline=None)
@given(MOMENTS, st.integers(1, 200), WORKING)
def test_as_much_is_worked_as_was_promised(start: datetime, quarters: int, working: WorkingTime) -> None:
    end = due(start, quarters / 4, working)

    if end is not None:
        assert worked(start, end, working) == timedelta(hours=quarters / 4)
        assert working.is_open_on(end.astimezone(ZoneInfo(working.zone)).date())
