"""Who sits at the buyers' tables, through whom they buy, what they order, and what they order again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from portal.demo.channels import BY_NAME
from portal.demo.crowd import Member
from portal.demo.draws import happens
from portal.demo.stories import stream
from portal.demo.talks import EXPANSION, Talk
from portal.demo.timeline import SPAN
from portal.orders import OrderKind

DECIDES: Final = "Decision maker"
ROLES: Final = {
    "Executive": "Budget holder",
    "Head": DECIDES,
    "Manager": "Evaluator",
    "Specialist": "User",
    "Other": "Adviser",
}
BROUGHT_BY: Final = "Partner referral"
RENEWAL_AFTER: Final = 365.0
RENEWAL_SHARE: Final = 0.84
RENEWAL_PRICE: Final = 0.18  # of the first order, a year
CARE_PLAN: Final = "Care Plan"


@dataclass(frozen=True)
class Product:
    name: str
    code: str
    family: str
    price: int


CATALOGUE: Final = (
    Product("Line Monitor", "LM-100", "Monitoring", 18_500),
    Product("Plant Monitor", "PM-200", "Monitoring", 42_000),
    Product("Fleet View", "FV-300", "Software", 24_000),
    Product(CARE_PLAN, "CP-010", "Service", 9_600),
)


@dataclass(frozen=True)
class Partner:
    """`name` is what people who came through it carry as their campaign."""

    number: int
    name: str
    type: str
    status: str
    country: str
    owner: int


PARTNERS: Final = (
    Partner(0, "Deltagrip Services", "Maintenance contractor", "Active", "Germany", 0),
    Partner(1, "Kestrelwork Automation", "Integrator", "Active", "Austria", 3),
    Partner(2, "Lumidor Engineering", "Integrator", "Active", "France", 4),
    Partner(3, "Brackwater Controls", "Reseller", "Signed, nothing sold yet", "Belgium", 7),
)
PARTNER_OF: Final = {partner.name: partner for partner in PARTNERS}


def partner_of(talk: Talk) -> Partner | None:
    """Who brought the buyer."""
    return PARTNER_OF[talk.member.campaign] if talk.member.channel is BY_NAME[BROUGHT_BY] else None


@dataclass(frozen=True)
class Part:
    """A person's part in a deal."""

    talk: Talk
    member: Member
    role: str
    is_primary: bool


def parts(seed: int, members: list[Member], talks: list[Talk]) -> list[Part]:
    """Who talks, and which of their colleagues known by then were drawn in: more of them where it came to a purchase."""
    random = stream(seed, "roles")
    colleagues: dict[int, list[Member]] = {}
    for member in members:
        if member.firm and member.came is not None and member.twin_of is None:
            colleagues.setdefault(member.firm.number, []).append(member)
    found = []
    for talk in talks:
        others = colleagues.get(talk.member.firm.number, []) if talk.member.firm else []
        found.append(Part(talk, talk.member, ROLES[talk.member.traits.level], is_primary=True))
        found += [
            Part(talk, member, ROLES[member.traits.level], is_primary=False)
            for member in _drawn_in(random, talk, others)
        ]
    return found


def _drawn_in(random: np.random.Generator, talk: Talk, others: list[Member]) -> Iterator[Member]:
    end = min(talk.ends, SPAN)
    wanted = int(random.poisson(1.5 if talk.won else 0.7))
    known = [m for m in others if m is not talk.member and (m.came or 0.0) < end]
    for n in random.permutation(len(known))[:wanted]:
        yield known[int(n)]


@dataclass(frozen=True)
class Purchase:
    """An order; a renewal comes of itself, without a deal."""

    number: int
    kind: OrderKind
    member: Member
    talk: Talk | None
    at: float
    amount: int
    product: str


def purchases(seed: int, talks: list[Talk]) -> list[Purchase]:
    """All orders in order of time."""
    random = stream(seed, "orders")
    won = [talk for talk in talks if talk.won and talk.is_over]
    orders: list[tuple[float, OrderKind, Talk, Talk | None, int, str]] = [
        (talk.ends, _kind(talk), talk, talk, talk.amount, talk.product) for talk in won
    ]
    for talk in won:
        renews, again = happens(random, RENEWAL_SHARE), talk.ends + RENEWAL_AFTER + float(random.normal(0, 4))
        if talk.type != EXPANSION and renews and again < SPAN:
            amount = int(round(talk.amount * RENEWAL_PRICE / 50) * 50)
            orders.append((again, OrderKind.RENEWAL, talk, None, amount, CARE_PLAN))
    orders.sort(key=lambda order: (order[0], order[2].number))
    return [
        Purchase(number, kind, of.member, talk, at, amount, product)
        for number, (at, kind, of, talk, amount, product) in enumerate(orders)
    ]


def _kind(talk: Talk) -> OrderKind:
    if talk.type == EXPANSION:
        return OrderKind.UPGRADE
    return OrderKind.REFERRAL if talk.member.channel.name == "Customer referral" else OrderKind.FIRST
