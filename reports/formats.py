"""How a number is written: with its unit, grouped by commas, a true minus sign, and never an exponent below 10¹⁵.

Rounding is half up (away from zero at the half), as accountants round; it happens here and nowhere before.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias

Number: TypeAlias = Decimal | int | float
Show: TypeAlias = Callable[[Number], str]

MINUS: Final = "\N{MINUS SIGN}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
# ISO 4217 names two decimals for nearly every currency; these are the exceptions in use.
PLACES: Final = {
    "BHD": 3,
    "CLP": 0,
    "ISK": 0,
    "JOD": 3,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
    "VND": 0,
}
SIGNS: Final = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
LARGEST: Final = Decimal(10) ** 15
# Below a limit an amount is shown in this unit.
STEPS: Final = (
    (Decimal(10) ** 4, Decimal(1), ""),
    (Decimal(10) ** 7, Decimal(10) ** 3, "k"),
    (Decimal(10) ** 10, Decimal(10) ** 6, "M"),
    (LARGEST, Decimal(10) ** 9, "bn"),
)


def rounded(value: Number, places: int) -> Decimal:
    """The value with so many decimals, half up."""
    return exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exact(value: Number) -> Decimal:
    """A float goes through its shortest text: 0.1 means a tenth, not 0.1000000000000000055."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def plain(value: Number, places: int = 0) -> str:
    """1234.5 with one place is `1,234.5`; from 10¹⁵ on, three digits and an exponent."""
    shown = exact(value)
    if abs(shown) >= LARGEST:
        return f"{shown:.2e}".replace("-", MINUS)
    shown = rounded(shown, places)
    return f"{abs(shown):,f}" if shown >= 0 else f"{MINUS}{abs(shown):,f}"


def count(value: Number) -> str:
    """Things counted: `48,210`; a fraction keeps one decimal."""
    return plain(value, 0 if value == int(value) else 1)


def percent(share: Number, places: int | None = None) -> str:
    """A share as per cent: 0.19 is `19%`. Below one per cent two digits that matter are kept: 0.0015 is `0.15%`."""
    hundredths = exact(share) * 100
    if places is None:
        small = 0 < abs(hundredths) < 1
        places = min(1 - hundredths.adjusted(), 6) if small else 0
    return f"{plain(hundredths, places)}%"


def compact(value: Number, prefix: str = "") -> str:
    """Short, for a chart: 1041000 is `1,041k`. The prefix stands after the sign of a negative value."""
    size = abs(exact(value))
    for limit, unit, suffix in STEPS:
        if size < limit:
            shown = plain(size / unit, 0 if suffix or size == int(size) else 1)
            break
    else:
        shown, suffix = f"{size:.2e}", ""
    return f"{MINUS if value < 0 else ''}{prefix}{shown}{suffix}"


def compact_money(currency: str) -> Show:
    """How a chart of one currency writes its amounts."""
    prefix = SIGNS.get(currency, currency + NO_BREAK)
    return lambda value: compact(value, prefix)


def money(amount: Number, currency: str) -> str:
    """In full, to the minor unit, with the ISO code: `EUR 1,041,000.00`."""
    return f"{currency}{NO_BREAK}{plain(amount, places_of(currency))}"


def places_of(currency: str) -> int:
    """Decimals of the currency's minor unit, from ISO 4217."""
    return PLACES.get(currency, 2)


def signed(show: Show) -> Show:
    """The same with a plus before what is not negative: `+€310k`."""
    return lambda value: show(value) if value < 0 else f"+{show(value)}"


def day(on: date) -> str:
    """`12 November 2026`."""
    return f"{on.day} {on:%B %Y}"


def short_day(on: date) -> str:
    """`12 Nov 2026`."""
    return f"{on.day} {on:%b %Y}"


def month(on: date) -> str:
    """`Nov 2026`."""
    return f"{on:%b %Y}"


def moment(at: datetime) -> str:
    """`12 November 2026, 09:30 UTC`; refuses a time without a zone, which would be ambiguous on paper."""
    if at.tzinfo is None:
        raise ValueError("A time needs a zone: pass an aware datetime in UTC.")
    return f"{day(at)}, {at:%H:%M %Z}"
