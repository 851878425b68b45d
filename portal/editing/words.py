"""What people type into the forms of records, and how records say the same."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

DAY: Final = "Use a date, such as 2026-03-31."
AMOUNT: Final = "Use an amount, such as 12500.00."
CODE: Final = "Use the three letters of a currency, such as EUR."
LARGEST: Final = Decimal(10) ** 12


def _currency(text: str) -> str:
    code = text.upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):  # noqa: PLR2004
        raise ValueError(CODE)
    return code


def _plain(text: Any) -> Any:
    return text.replace(",", "").replace(" ", "") if isinstance(text, str) else text


Short = Annotated[str, Field(max_length=100)]
Name = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=300)]
Day = Annotated[date | None, Field(json_schema_extra={"say": DAY})]
Currency = Annotated[str, AfterValidator(_currency)]
Amount = Annotated[
    Decimal | None,
    BeforeValidator(_plain),
    Field(ge=0, lt=LARGEST, decimal_places=4, json_schema_extra={"say": AMOUNT}),
]


def day_of(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def moment_of(day: date | None, before: datetime | None) -> datetime | None:
    """The start of a day; the moment before, where it is on that day: people see days only."""
    if day is None or (before is not None and before.date() == day):
        return before if day else None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def text_of(value: Any) -> str:
    """A value as a form shows it."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case Decimal():
            return f"{value.normalize():f}"
        case float():
            return f"{value:.12g}"
        case _:
            return str(value)
