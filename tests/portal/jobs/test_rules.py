from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.jobs import rules

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_attempts_are_spaced_further_and_further_up_to_five_minutes() -> None:
    waits = [rules.back_off(attempt).total_seconds() for attempt in range(1, 7)]

    assert waits == [2, 8, 32, 128, 300, 300]


@given(st.integers(1, 10_000))
def test_no_wait_exceeds_five_minutes(attempt: int) -> None:
    assert rules.back_off(attempt) <= rules.LONGEST_DELAY


def test_the_time_left_goes_on_as_it_went() -> None:
    at = START + timedelta(seconds=30)

    assert rules.remaining(started_at=START, done=25, total=100, at=at) == timedelta(seconds=90)


def test_the_time_left_is_not_guessed_from_nothing() -> None:
    later = START + timedelta(seconds=30)

    assert rules.remaining(started_at=None, done=5, total=10, at=later) is None
    assert rules.remaining(started_at=START, done=0, total=10, at=later) is None
    assert rules.remaining(started_at=START, done=5, total=None, at=later) is None
    assert rules.remaining(started_at=START, done=5, total=10, at=START + timedelta(seconds=1)) is None


def test_a_job_that_did_more_than_planned_has_no_time_left() -> None:
    at = START + timedelta(seconds=30)

    assert rules.remaining(started_at=START, done=12, total=10, at=at) == timedelta(0)


@given(st.integers(-5, 50), st.none() | st.integers(0, 40))
def test_the_share_done_is_between_nothing_and_all(done: int, total: int | None) -> None:
    found = rules.share(done, total)

    assert found is None if not total else 0 <= (found or 0) <= 1


@given(st.integers(1, 100_000), st.integers(0, 10_000_000))
def test_the_next_time_is_the_first_of_the_rhythm_after_now(every: int, passed: int) -> None:
    rhythm, at = timedelta(seconds=every), START + timedelta(seconds=passed)

    following = rules.next_due(START, rhythm, at)

    assert at < following <= at + rhythm
    assert (following - START) % rhythm == timedelta(0)


def test_a_time_that_has_not_come_is_followed_by_the_next() -> None:
    assert rules.next_due(START, timedelta(hours=1), START - timedelta(days=1)) == START + timedelta(hours=1)


def test_an_attempt_has_overrun_when_its_limit_has_passed() -> None:
    def overran(seconds: int) -> bool:
        return rules.overran(started_at=START, time_limit=60, at=START + timedelta(seconds=seconds))

    assert (overran(59), overran(60)) == (False, True)
    assert not rules.overran(started_at=None, time_limit=60, at=START)
