"""Days and moments as microseconds since 1970, UTC: what dates are compared by, in SQL and in Python alike."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from portal.criteria.clauses import FieldClause
from portal.db import EPOCH, microseconds

DAY: Final = 86_400_000_000
MILLISECOND: Final = 1_000


def start(day: str) -> int:
    """When a day such as 2026-03-31 begins."""
    return microseconds(datetime.combine(date.fromisoformat(day), time(), UTC))


def bounds(clause: FieldClause, as_of: int) -> tuple[int | None, int | None]:
    """The first and the last moment a date clause holds for, both in it; None: no bound. Of `is_not`, those it does not."""
    match clause.test, clause.value:
        case (("is" | "is_not"), str(day)):
            return start(day), start(day) + DAY - 1
        case "between", (str(first), str(last)):
            return start(first), start(last) + DAY - 1
        case "before", str(day):
            return None, start(day) - 1
        case "after", str(day):
            return start(day) + DAY, None
        case "within_last", float() | int() as days:
            return as_of - int(days) * DAY, as_of
        case "more_than_ago", float() | int() as days:
            return None, as_of - int(days) * DAY - 1
        case "within_next", float() | int() as days:
            return as_of - as_of % DAY, as_of + int(days) * DAY
    raise ValueError(clause.test)


def of_text(text: str) -> int | None:
    """What an attribute's date text means, to the millisecond; a time without a zone is one of UTC. None: no date."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    return (microseconds(moment) + MILLISECOND // 2) // MILLISECOND * MILLISECOND


def day_of(moment: int) -> date:
    """The day of UTC a moment is in."""
    return (EPOCH + timedelta(microseconds=moment)).date()
