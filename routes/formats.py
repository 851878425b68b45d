"""How templates write numbers, days and times. Times are UTC and say so."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from markupsafe import Markup

NONE: Final = "—"
MINUS: Final = "\N{MINUS SIGN}"
MINUTE: Final = 60
THOUSAND: Final = 1000


def number(value: float | None, digits: int = 0) -> str:
    """12,345 or 12,345.6; a dash where there is none."""
    return NONE if value is None else f"{value:,.{digits}f}"


def number_typed(value: Decimal) -> str:
    """An amount as a person types it: 25.00."""
    return f"{value:.2f}"


def percent(share: float | None, digits: int = 0) -> str:
    """0.123 as 12%."""
    return NONE if share is None else f"{share * 100:.{digits}f}%"


def points(change: float | None) -> str:
    """A change of a share, given in percentage points: +1.2 points, with a true minus sign."""
    if change is None:
        return NONE
    size = f"{abs(change):.1f}"
    sign = "" if float(size) == 0 else "+" if change > 0 else MINUS
    return f"{sign}{size} points"


def share(value: Fraction | None, digits: int = 0) -> str:
    """An exact share as per cent."""
    return NONE if value is None else percent(float(value), digits)


def share_points(change: Fraction | None) -> str:
    """An exact change of a share in percentage points."""
    return points(None if change is None else float(change * 100))


def counted(count: int, one: str, many: str = "") -> str:
    """1 person, 2 people; "no people" for none."""
    word = one if count == 1 else many or f"{one}s"
    return f"{count:,} {word}" if count else f"no {word}"


def day(value: date | datetime | None) -> str:
    """12 Nov 2026."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """12 Nov 2026, 14:05 UTC, readable by machines too."""
    if value is None:
        return NONE
    text = f"{day(value)}, {value:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), text)


def duration(seconds: float | None) -> str:
    """8 s, 3 min, 2 h 5 min."""
    if seconds is None:
        return NONE
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE)
    return f"{minutes} min" if minutes < MINUTE else f"{minutes // MINUTE} h {minutes % MINUTE} min"


def size(count: int) -> str:
    """Bytes as 512 B, 1.2 MB."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < THOUSAND:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= THOUSAND
    return f"{value:.1f} GB"


def browser(agent: str) -> str:
    """A browser's description of itself in two words: "Firefox on Linux"."""
    name = next((word for sign, word in BROWSERS if sign in agent), "A browser")
    system = next((word for sign, word in SYSTEMS if sign in agent), "")
    return f"{name} on {system}" if system else name


BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def short(count: int | None) -> str:
    """A count as the navigation has room for: 412, 9.2k, 1.0M. Nothing for nothing."""
    if not count:
        return ""
    if count < THOUSAND:
        return str(count)
    thousands = round(count / THOUSAND, 1)
    return f"{thousands}k" if thousands < THOUSAND else f"{count / THOUSAND**2:.1f}M"


def kept(text: str | None) -> str:
    """A value as a record's history keeps it, which is JSON, in words."""
    value = None if text is None else json.loads(text)
    if value is None or value == "":
        return NONE
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def titled(name: str) -> str:
    """A column's name at the head of a line: "came_at" is "Came at"; a source's own names stay as they are."""
    return name[:1].upper() + name[1:].replace("_", " ")


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "number": number,
    "number_typed": number_typed,
    "percent": percent,
    "points": points,
    "share": share,
    "share_points": share_points,
    "counted": counted,
    "day": day,
    "moment": moment,
    "duration": duration,
    "size": size,
    "browser": browser,
    "kept": kept,
    "titled": titled,
}
