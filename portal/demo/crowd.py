"""The people of the demo: who they are, when and how they came, whether sales took them, and whether they will buy."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from portal.activities import Direction
from portal.demo.channels import CHANNELS, OLD_FILE, Channel
from portal.demo.draws import happens, pick, shares
from portal.demo.firms import Firm
from portal.demo.names import ELSEWHERE, FAMILY, GIVEN, plain, words
from portal.demo.places import COUNTRIES, Country
from portal.demo.stories import DRIFT_FROM, DRIFT_TO, OWNERS, STOPPED_AT, STOPPED_SOURCE, stream
from portal.demo.timeline import SPAN, FloatArray
from portal.demo.traits import NOISE, Traits, drawn

HOME: Final = "german"
INTERCEPT: Final = -3.7
FAMILIES: Final = {language: words(text) for language, text in FAMILY.items()}
GIVENS: Final = {language: words(text) for language, text in GIVEN.items()}


@dataclass
class Member:
    """One person. `came` and all times are units of the timeline; None is unknown.

    `accepted` is sales' answer to a lead, None while there is none or nothing was asked. `will_buy` may lie ahead.
    """

    number: int
    given: str
    family: str
    email: str
    phone: str
    firm: Firm | None
    country: Country
    city: str
    channel: Channel
    campaign: str
    came: float | None
    owner: str
    traits: Traits
    will_buy: bool = False
    accepted: bool | None = None
    decided: float | None = None
    bought: float | None = None
    left: float | None = None
    twin_of: int | None = None
    employer: str = ""  # a company's name as typed, where it is linked to none

    @property
    def is_inbound(self) -> bool:
        return self.channel.direction is Direction.INBOUND


def gathered(seed: int, firms: list[Firm]) -> list[Member]:
    """Everybody, in the order they came; the undated first, as they were in a file from before."""
    random = stream(seed, "people")
    taken: set[str] = set()
    weights = np.cumsum(shares([float(w) for w in random.pareto(2.2, len(firms)) + 0.45]))
    arrivals = sorted(_arrivals(random), key=lambda a: (a[0] is not None, a[0] or 0.0))
    return [
        _member(
            random,
            number,
            firms,
            _firm(random, firms, weights, channel, came),
            channel=channel,
            came=came,
            taken=taken,
        )
        for number, (came, channel) in enumerate(arrivals)
    ]


def _arrivals(random: np.random.Generator) -> Iterator[tuple[float | None, Channel]]:
    """When each comes: evenly with some growth, or in bursts where the channel has them."""
    for channel in CHANNELS:
        for n in range(channel.people):
            if channel.name == OLD_FILE:
                yield None, channel
            elif channel.bursts:
                yield channel.bursts[n % len(channel.bursts)] + float(random.random()) * 3, channel
            else:
                yield 4 + float(random.random()) ** 0.88 * (SPAN - 4.5), channel


def _firm(
    random: np.random.Generator, firms: list[Firm], weights: FloatArray, channel: Channel, came: float | None
) -> Firm | None:
    """Where a person works. Of late many more come from one trade: the planted drift."""
    if happens(random, 0.14):
        return None
    drifts = came is not None and came >= DRIFT_FROM and happens(random, 0.8 if channel.bursts else 0.3)
    while True:
        firm = firms[int(np.searchsorted(weights, random.random(), side="right"))]
        if not drifts or firm.industry == DRIFT_TO:
            return firm


def _member(
    random: np.random.Generator,
    number: int,
    firms: list[Firm],
    firm: Firm | None,
    *,
    channel: Channel,
    came: float | None,
    taken: set[str],
) -> Member:
    country = (firm or pick(random, firms)).country
    given, family = _name(random, country)
    member = Member(
        number=number,
        given=given,
        family=family,
        email=_email(random, given, family, firm, taken),
        phone="" if happens(random, 0.35) else f"+{country.dial} 000 555 {int(random.integers(1000, 9999))}",
        firm=firm,
        country=country,
        city="" if happens(random, 0.1) else pick(random, country.cities),
        channel=channel,
        campaign=_campaign(random, channel, came),
        came=came,
        owner="" if happens(random, 0.04) else _owner(random, country),
        traits=drawn(random, firm, form=channel.direction is Direction.INBOUND),
    )
    _decide(random, member)
    return member


def _name(random: np.random.Generator, country: Country) -> tuple[str, str]:
    language = country.language
    given = pick(random, ELSEWHERE.split()) if happens(random, 0.13) else language
    family = given if happens(random, 0.85) else language
    return pick(random, GIVENS[given]), pick(random, FAMILIES[family])


def _email(random: np.random.Generator, given: str, family: str, firm: Firm | None, taken: set[str]) -> str:
    if happens(random, 0.03):
        return ""
    own = firm is not None and happens(random, 0.93)
    domain = (
        firm.domain if firm and own else pick(random, ("webmail.example", "post.example", "mail.example"))
    )
    base = plain(f"{given}.{family}").lower().replace(" ", "").replace("'", "")
    found, n = f"{base}@{domain}", 2
    while found in taken:
        found, n = f"{base}{n}@{domain}", n + 1
    taken.add(found)
    return found


def _campaign(random: np.random.Generator, channel: Channel, came: float | None) -> str:
    if channel.bursts and came is not None:
        return channel.campaigns[sum(burst <= came for burst in channel.bursts) - 1]
    return pick(random, channel.campaigns)


def _owner(random: np.random.Generator, country: Country) -> str:
    """The home market is everybody's; each other country has two reps."""
    if country.language == HOME:
        return pick(random, OWNERS)
    first = COUNTRIES.index(country) % len(OWNERS)
    return OWNERS[(first + int(random.integers(2)) * 3) % len(OWNERS)]


def _decide(random: np.random.Generator, member: Member) -> None:
    """Whether the person will buy, and what sales says to the lead, a few days after it came."""
    if member.came is None:
        return
    pull = member.traits.pull + member.channel.pull
    odds = INTERCEPT + pull + float(random.normal(0, NOISE))
    stopped = member.channel.name == STOPPED_SOURCE and member.came >= STOPPED_AT
    member.will_buy = happens(random, 1 / (1 + np.exp(-odds))) and not stopped
    decided = member.came + 0.1 + float(random.gamma(1.5, 1.4))
    if not member.is_inbound or decided > SPAN:
        return
    willing = 0.12 if stopped else 1 / (1 + np.exp(-(0.35 + 0.45 * pull)))
    member.accepted = member.will_buy or happens(random, willing)
    member.decided = decided


def leave(seed: int, members: list[Member], share: float = 0.04) -> None:
    """Some opt out, weeks after they came. Nobody does in the middle of a purchase."""
    random = stream(seed, "opt-outs")
    for member in members:
        leaves, after = happens(random, share), 5 + float(random.exponential(90))
        if leaves and member.came is not None and not member.will_buy and member.came + after < SPAN:
            member.left = member.came + after
