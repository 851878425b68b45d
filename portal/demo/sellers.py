"""Who sells for the demo company: their teams, their addresses, and what each is to bring in a quarter."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.demo.names import plain
from portal.demo.stories import OPTIMIST, OWNERS, SANDBAGGER
from portal.demo.timeline import SPAN, Timeline
from portal.demo.users import DOMAIN, PEOPLE

MANAGER: Final = PEOPLE[0][1]
NORTH, SOUTH = "Sales North", "Sales South"
NORTHERN: Final = frozenset(OWNERS[i] for i in (0, 1, 4, 5))
USUAL: Final = 130_000
AGREED: Final = {SANDBAGGER: 70_000, OPTIMIST: 260_000}  # one talked it down, the other said yes to anything
GROWTH: Final = 0.02
QUARTERS: Final = 9  # that two years touch, wherever in a quarter they end
MONTHS: Final = 3


@dataclass(frozen=True)
class Seller:
    """`quota` is EUR of the middle quarter of the demo; None: this one leads."""

    number: int
    name: str
    email: str
    team: str
    manager: str
    quota: int | None


def _seller(number: int, name: str) -> Seller:
    known = {each: email for email, each, *_ in PEOPLE}
    own = plain(name).lower().replace(" ", ".")
    return Seller(
        number=number,
        name=name,
        email=known.get(name, f"{own}@{DOMAIN}"),
        team="" if name == MANAGER else NORTH if name in NORTHERN else SOUTH,
        manager="" if name == MANAGER else MANAGER,
        quota=None if name == MANAGER else AGREED.get(name, USUAL),
    )


SELLERS: Final = tuple(_seller(number, name) for number, name in enumerate((*OWNERS, MANAGER)))
BY_NAME: Final = {seller.name: seller for seller in SELLERS}


@dataclass(frozen=True)
class Goal:
    """What a seller is to bring in from one day to another, in EUR."""

    seller: Seller
    first: date
    last: date
    amount: int


def goals(timeline: Timeline) -> Iterator[Goal]:
    """A quota for each rep and quarter that the two years touch; it rises a little each quarter."""
    for n, (first, last) in enumerate(_quarters(timeline)):
        for seller in SELLERS:
            if seller.quota is not None:
                share = 1 + GROWTH * (n - QUARTERS // 2)
                yield Goal(seller, first, last, round(seller.quota * share / 1000) * 1000)


def _quarters(timeline: Timeline) -> list[tuple[date, date]]:
    """First and last days, up to the quarter of the loading."""
    now = timeline.moment(SPAN).date()
    last = now.year * 4 + (now.month - 1) // MONTHS
    return [_quarter(number) for number in range(last - QUARTERS + 1, last + 1)]


def _quarter(number: int) -> tuple[date, date]:
    year, quarter = divmod(number, 4)
    end = quarter * MONTHS + MONTHS
    return date(year, end - 2, 1), date(year, end, monthrange(year, end)[1])
