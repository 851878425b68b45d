"""A figure and the arithmetic behind it: exact decimals, and a reason instead of a number that cannot be had.

Rounding, here and nowhere else before a number is shown:
sums and products are exact; a quotient is rounded once, half up, to six decimals (`quotient`);
what is shown is rounded half up from that (`reports.formats`), so a shown total is the rounded sum, not the sum of
rounded parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Final, NamedTuple, TypeVar

from reports import formats

QUOTIENT_PLACES: Final = 6
Z_95: Final = Decimal("1.959963984540054")  # the normal distribution's 97.5% point
RATE: Final = "rate"  # a share, shown as per cent
COUNT: Final = "count"
ONE: Final = Decimal(1)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure counts by: a definition, its version, and whether both sides have yet to sign it."""

    name: str
    version: str
    provisional: bool

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}" + (
            " (provisional, unsigned)" if self.provisional else ""
        )


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no number: a sentence that stands where the number would."""

    why: str


class Rate(NamedTuple):
    """A share with its 95% interval, all 0..1."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """One number finance can check: its unit is `rate`, `count` or an ISO 4217 code; `query` says in a sentence what
    was added up; `digest` names the data it was read from. Either `value` or `why_missing` is None, never both.
    """

    key: str
    name: str
    value: Decimal | None
    unit: str
    basis: tuple[Definition, ...]
    digest: str
    query: str
    why_missing: str | None = None
    interval: tuple[Decimal, Decimal] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.why_missing is None):
            raise ValueError(
                f"The figure {self.key} needs a value or the reason why it has none, and not both."
            )

    @property
    def shown(self) -> str:
        """The number with its unit, or the reason."""
        return self.why_missing or "" if self.value is None else shown(self.value, self.unit)

    @property
    def shown_interval(self) -> str:
        return " to ".join(shown(end, self.unit) for end in self.interval) if self.interval else ""

    @property
    def provisional(self) -> bool:
        return any(definition.provisional for definition in self.basis)

    def record(self) -> dict[str, object]:
        """Text only, for JSON and for keeping: decimals in full, definitions as sentences."""
        return {
            "key": self.key,
            "name": self.name,
            "value": None if self.value is None else str(self.value),
            "unit": self.unit,
            "interval": [str(end) for end in self.interval] if self.interval else None,
            "basis": [str(definition) for definition in self.basis],
            "provisional": self.provisional,
            "digest": self.digest,
            "query": self.query,
            "why_missing": self.why_missing,
            "note": self.note,
        }


def shown(value: Decimal, unit: str) -> str:
    """As the document prints it: per cent with one decimal (two digits below 1%), things without, money to the cent."""
    if unit == RATE:
        return formats.percent(value, None if 0 < abs(value) < Decimal("0.01") else 1)
    return formats.count(value) if unit == COUNT else formats.money(value, unit)


def quotient(part: Decimal, whole: Decimal) -> Decimal:
    """Part / whole, rounded once. The caller has seen to it that whole is not zero."""
    return formats.rounded(part / whole, QUOTIENT_PLACES)


def marketing_roi(
    revenue: Decimal | Missing, spend: Decimal | Missing, margin: Decimal = ONE
) -> Decimal | Missing:
    """(return - spend) / spend, where the return is revenue times margin; a margin of 1 counts net sales.

    Venkatesan, Farris and Wilcox, Cutting-Edge Marketing Analytics: 10 million of sales at a margin of 50% for
    2 million of spend return 1.5, or 150%.
    """
    if isinstance(spend, Missing):
        return Missing(f"{reason(spend)}: ROI cannot be computed.")
    if isinstance(revenue, Missing):
        return Missing(f"{reason(revenue)}: ROI cannot be computed.")
    if spend <= 0:
        what = "adds up to zero" if spend == 0 else "is below zero; check the credits"
        return Missing(f"Spend for the period {what}: ROI cannot be computed.")
    return quotient(revenue * margin - spend, spend)


def net_return(
    revenue: Decimal | Missing, spend: Decimal | Missing, margin: Decimal = ONE
) -> Decimal | Missing:
    """What is left of the return after the spend, exactly."""
    if isinstance(spend, Missing):
        return Missing(f"{reason(spend)}: the net return cannot be computed.")
    if isinstance(revenue, Missing):
        return Missing(f"{reason(revenue)}: the net return cannot be computed.")
    return revenue * margin - spend


def share_of(part: Decimal | Missing, whole: Decimal | Missing) -> Decimal | Missing:
    """The part's share of the whole; none of a whole that is zero or less."""
    if isinstance(whole, Missing):
        return Missing(f"{reason(whole)}: no share can be given.")
    if isinstance(part, Missing):
        return Missing(f"{reason(part)}: no share can be given.")
    if whole <= 0:
        return Missing("The whole adds up to nothing: no share can be given.")
    return quotient(part, whole)


def wilson(successes: int, trials: int) -> tuple[Decimal, Decimal]:
    """The 95% score interval of a share (Wilson 1927, as tabled by Newcombe 1998), without continuity correction."""
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(
            f"An interval needs 0 <= successes <= trials and a trial: got {successes} of {trials}."
        )
    n, square = Decimal(trials), Z_95 * Z_95
    share = Decimal(successes) / n
    centre = share + square / (2 * n)
    spread = Z_95 * ((share * (1 - share) + square / (4 * n)) / n).sqrt()
    low, high = (max(Decimal(0), (centre + sign * spread) / (1 + square / n)) for sign in (-1, 1))
    return formats.rounded(low, QUOTIENT_PLACES), min(ONE, formats.rounded(high, QUOTIENT_PLACES))


def conversion(before: int | None, after: int | None) -> Rate | Missing:
    """The share of a stage that reached the next one. More after than before are different records: no share."""
    if before is None or after is None:
        return Missing("A count of the two stages is not known: no rate can be given.")
    if before == 0:
        return Missing("Nothing reached the stage before: no rate can be given.")
    if after > before:
        return Missing(
            f"More reached this stage ({after:,}) than the one before ({before:,}): the two count different records, "
            "so no rate can be given."
        )
    return Rate(quotient(Decimal(after), Decimal(before)), *wilson(after, before))


def overall(rates: Iterable[Decimal]) -> Decimal:
    """The product of the rates of a funnel: 2%, 60%, 50% and 25% give 0.0015."""
    return prod(rates, start=ONE)


def one_in(rate: Decimal) -> Decimal | Missing:
    """How many must start for one to arrive: 0.0015 is one in 666.666667."""
    if rate == 0:
        return Missing("Nothing arrived: there is no number of starts for one arrival.")
    return quotient(ONE, rate)


def cost_each(spend: Decimal | Missing, number: int | None) -> Decimal | Missing:
    """Spend for each thing that reached a stage."""
    if isinstance(spend, Missing):
        return Missing(f"{reason(spend)}: no cost can be given.")
    if number is None:
        return Missing("The count of the stage is not known: no cost can be given.")
    if number == 0:
        return Missing("Nothing reached the stage: there is nothing to divide the cost by.")
    return quotient(spend, Decimal(number))


class SellingShare(NamedTuple):
    """The share of sales pay that buys selling, read both ways; the multiplicative reading is the default."""

    multiplicative: Decimal
    additive: Decimal


def selling_share(selling: Decimal, support: Decimal, ramp: Decimal) -> SellingShare:
    """From the share of time spent selling, of the budget spent on support, and of a year lost to ramping up.

    0.41, 0.20 and 0.125 give 0.41 * 0.80 * 0.875 = 28.70% and 0.41 * (1 - 0.20 - 0.125) = 27.675%.
    """
    if not all(0 <= share <= 1 for share in (selling, support, ramp)):
        raise ValueError("Selling time, support and ramp are shares from 0 to 1, such as 0.41.")
    return SellingShare(selling * (1 - support) * (1 - ramp), selling * (1 - support - ramp))


def reason(missing: Missing) -> str:
    """The reason without its full stop, to go on from; a reason that already draws a conclusion loses that."""
    return missing.why.split(": ")[0].rstrip(".")


def value_of(result: T | Missing) -> T | None:
    return None if isinstance(result, Missing) else result
