"""The periods people ask for. Values in, values out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LONGEST_YEARS: Final = 10


def problem(first_day: date, last_day: date, *, today: date) -> str | None:
    """Why no report can be made of a period, in a sentence."""
    if last_day < first_day:
        return f"The period ends before it begins: choose a last day on or after {first_day.isoformat()}."
    if last_day.year > today.year + 1:
        return f"A report looks back: choose a last day up to {today.year + 1}-12-31."
    if last_day.year - first_day.year > LONGEST_YEARS:
        return f"Choose a period of at most {LONGEST_YEARS} years."
    return None


@dataclass(frozen=True)
class Period:
    """A stretch of time people ask for by its name; both days belong to it."""

    name: str
    first_day: date
    last_day: date


def usual_periods(today: date) -> list[Period]:
    """What people ask for most: the last full quarter, this year until today, the last full year."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    ended = quarter - timedelta(days=1)
    year = date(today.year, 1, 1)
    return [
        Period("Last quarter", date(ended.year, ended.month - 2, 1), ended),
        Period("This year", year, today),
        Period("Last year", date(today.year - 1, 1, 1), year - timedelta(days=1)),
    ]
