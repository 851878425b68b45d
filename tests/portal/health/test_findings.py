from datetime import UTC, datetime

import pytest

from portal.health.findings import BY_KEY, months_before


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ((2026, 11, 22), 24, (2024, 11, 22)),
        ((2024, 2, 29), 24, (2022, 2, 28)),
        ((2026, 1, 31), 2, (2025, 11, 28)),
        ((2026, 1, 5), 1, (2025, 12, 5)),
    ],
)
def test_months_before(day: tuple[int, int, int], months: int, then: tuple[int, int, int]) -> None:
    assert months_before(datetime(*day, 9, tzinfo=UTC), months) == datetime(*then, 9, tzinfo=UTC)


def test_keys_are_short_enough_for_an_address() -> None:
    assert max(map(len, BY_KEY)) <= 40
