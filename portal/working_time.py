"""Working time: what an hour of it is, by country, and when something promised within some hours is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_DAYS: Final = 366
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class WorkingTime:
    """The hours one works: from and to on these days of the week (0 is Monday), in a time zone, but for a country's holidays."""

    opens: time = time(9)
    closes: time = time(17)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    zone: str = "UTC"
    country: str = ""

    def is_open_on(self, day: date) -> bool:
        return day.weekday() in self.days and day not in holidays_of(self.country, day.year)

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Each working day from `start` on, what is left of it, in UTC; for a year at most."""
        zone = ZoneInfo(self.zone)
        first = start.astimezone(zone).date()
        for number in range(MOST_DAYS):
            day = first + timedelta(days=number)
            if self.is_open_on(day):
                opens, closes = (
                    datetime.combine(day, each, zone).astimezone(UTC) for each in (self.opens, self.closes)
                )
                if closes > start:
                    yield max(opens, start), closes


def due(start: datetime, hours: float, working: WorkingTime) -> datetime | None:
    """When so many working hours from `start` have passed, in UTC; None where that takes more than a year."""
    left = timedelta(hours=hours)
    for opens, closes in working.spans(start):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return None


def worked(start: datetime, end: datetime, working: WorkingTime) -> timedelta:
    """How much working time lies between two moments, of a year at most."""
    passed = timedelta()
    for opens, closes in working.spans(start):
        if opens >= end:
            break
        passed += min(closes, end) - opens
    return passed


@cache
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country by its two letters; none for none."""
    if not country:
        return frozenset()
    import holidays

    return frozenset(holidays.country_holidays(country, years=year))


@cache
def countries() -> dict[str, str]:
    """The countries whose holidays are known: their letters and their names, by name."""
    import holidays
    from holidays.registry import COUNTRIES

    names = {found[1]: found[0] for found in COUNTRIES.values()}
    codes = [code for code in holidays.list_supported_countries(include_aliases=False) if code in names]
    return dict(sorted(((code, _spaced(names[code])) for code in codes), key=lambda pair: pair[1]))


def _spaced(name: str) -> str:
    """UnitedStates as United States."""
    return "".join(f" {sign}" if sign.isupper() and number else sign for number, sign in enumerate(name))


@cache
def zones() -> list[str]:
    """The time zones by name, UTC first."""
    return [
        "UTC",
        *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")),
    ]
