"""What a marketing ROI report is made from: plain rows, read elsewhere, frozen here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from reports.figures import ONE, Definition


@dataclass(frozen=True, slots=True)
class Spend:
    """What a channel cost in the month that starts on `month`."""

    channel: str
    month: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Revenue:
    """What deals won in a month are worth; `sourced` are those marketing made the first qualifying touch of.
    `channel` is that touch's, empty where it is not known or the deals are not marketing's.
    """

    month: date
    amount: Decimal
    currency: str
    sourced: bool
    deals: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """How many records reached a stage in the period, None when that is not known, by which definition."""

    stage: str
    count: int | None
    definition: Definition


@dataclass(frozen=True, slots=True)
class Deal:
    """A won, marketing-sourced deal, and why it counts as that."""

    id: str
    name: str
    won_on: date
    amount: Decimal
    currency: str
    why: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """Finance's five choices; the report is a draft until somebody of finance has signed them.
    `margin` is the gross margin's share of revenue, 1 for net sales; `hurdle` the ROI below which money is lost.
    """

    expenses: str = "All marketing spend recorded"
    margin: Decimal = ONE
    cost: str = "Fixed and variable cost together"
    attribution: str = "First qualifying touch takes the whole deal"
    hurdle: Decimal | None = None
    signed_by: str | None = None
    signed_on: date | None = None

    @property
    def signed(self) -> bool:
        return self.signed_by is not None and self.signed_on is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Everything a report says comes from here. Both days of the period belong to it. `deals` may hold fewer rows
    than `deals_total` counts; `digest` names the data read, `version` the software that made the report.
    """

    report_id: str
    company: str
    start: date
    end: date
    as_of: datetime
    currency: str
    spend: Sequence[Spend]
    revenue: Sequence[Revenue]
    funnel: Sequence[Reached]
    sourced: Definition
    won: Definition
    deals: Sequence[Deal]
    deals_total: int
    choices: Choices
    digest: str
    version: str

    def __post_init__(self) -> None:
        for problem in problems(self):
            raise ValueError(problem)

    @property
    def draft(self) -> bool:
        return not self.choices.signed


def problems(given: Input) -> list[str]:
    """What makes the input unfit for a report, each in a sentence."""
    found = []
    if given.start > given.end:
        found.append(
            f"The period starts on {given.start} and ends before that, on {given.end}: swap the two days."
        )
    if given.as_of.tzinfo is None:
        found.append("The as-of time needs a zone: pass an aware datetime in UTC.")
    if len(given.deals) > given.deals_total:
        found.append(f"{len(given.deals)} deals are listed but only {given.deals_total} are counted.")
    if not 0 < given.choices.margin <= 1:
        found.append(
            f"The gross margin is a share above 0 and up to 1, such as 0.55, not {given.choices.margin}."
        )
    months = [*(row.month for row in given.spend), *(row.month for row in given.revenue)]
    outside = [month for month in months if not given.start.replace(day=1) <= month <= given.end]
    if outside:
        found.append(
            f"A row is of {min(outside):%B %Y}, outside the period: pass rows of the period's months only."
        )
    return found
