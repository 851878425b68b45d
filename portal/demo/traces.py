"""What the demo's people did, and what was done to reach them: about 25,000 activities."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from portal.demo.channels import BY_NAME, TOUCHES
from portal.demo.crowd import Member
from portal.demo.draws import happens, pick
from portal.demo.stories import FIRST_TOUCH, LAST_TOUCH, RETURNING, stream
from portal.demo.talks import NEW, Talk
from portal.demo.timeline import SPAN

REQUESTS: Final = ("Contact form", "Contact form", "Demo request", "Demo request", "Pricing question")
ASKS_AT_ONCE: Final = frozenset({"Website", LAST_TOUCH, "Partner referral", "Customer referral"})
# Before a first deal: the channel whose touch is the last one, by the channel that was first.
LAST_WORD: Final = {
    FIRST_TOUCH: 0.78,
    "Website": 0.2,
    "Newsletter": 0.2,
    "Trade shows": 0.25,
    LAST_TOUCH: 0.8,
}
UNSOLICITED: Final = frozenset({"E-mail opened", "Call", "Meeting"})  # they end when somebody opts out


@dataclass(frozen=True, slots=True)
class Trace:
    member: int
    at: float
    kind: str
    talk: int | None = None  # the deal it was about


def left(seed: int, members: list[Member], talks: list[Talk]) -> list[Trace]:
    """All activities in order of time."""
    random = stream(seed, "activities")
    by_member: dict[int, list[Talk]] = {}
    for talk in talks:
        by_member.setdefault(talk.member.number, []).append(talk)
    returning = _returning(random, members, by_member)
    found = [
        trace
        for member in members
        for trace in _of(random, member, by_member.get(member.number, []), returns=member.number in returning)
        if trace.at <= SPAN and not (member.left and trace.at > member.left and trace.kind in UNSOLICITED)
    ]
    return sorted(found, key=lambda trace: (trace.at, trace.member, trace.kind))


def _returning(random: np.random.Generator, members: list[Member], talks: dict[int, list[Talk]]) -> set[int]:
    quiet = [
        m.number
        for m in members
        if m.came is not None
        and m.is_inbound
        and m.came < SPAN - 200
        and m.number not in talks
        and not m.left
    ]
    return set(random.choice(quiet, RETURNING, replace=False).tolist())


def _of(random: np.random.Generator, member: Member, talks: list[Talk], *, returns: bool) -> Iterator[Trace]:
    if member.came is None:
        yield from _spread(random, member, "E-mail opened", 0.7, 30.0, SPAN)
        return
    yield from _coming(random, member, member.came, busy=bool(talks))
    yield from _browsing(random, member, member.came, busy=bool(talks))
    if member.accepted or talks:
        yield from _spread(random, member, "Call", 1.1, member.decided or member.came, member.came + 60)
    elif not member.is_inbound:
        yield from _spread(random, member, "Call", 0.9, member.came + 2, member.came + 90)
    for talk in talks:
        yield from _during(random, talk)
    if returns:
        yield from _spread(random, member, "Site visit", 4.0, SPAN - 21, SPAN)
        yield from _spread(random, member, "Download", 0.8, SPAN - 21, SPAN)
        yield Trace(member.number, SPAN - 21 + 20 * float(random.random()), "Pricing question")


def _coming(random: np.random.Generator, member: Member, came: float, *, busy: bool) -> Iterator[Trace]:
    """The first touch, and of everybody inbound the request that makes them an inquiry."""
    if member.channel.touch:
        yield Trace(member.number, came, member.channel.touch)
    if not member.is_inbound:
        return
    room = (member.decided or SPAN) - came
    wait = 0.02 if member.channel.name in ASKS_AT_ONCE else min(float(random.exponential(2.5)), 12.0)
    yield Trace(member.number, came + min(wait, room * 0.9), pick(random, REQUESTS))
    yield from _spread(random, member, pick(random, REQUESTS), 0.5 if busy else 0.12, came + 5, came + 80)


def _browsing(random: np.random.Generator, member: Member, came: float, *, busy: bool) -> Iterator[Trace]:
    """Much at first, then less and less; the newsletter goes on."""
    curious = 0.5 + member.traits.answers / 9 + 1.3 * busy
    for _ in range(random.poisson(1.05 * curious * float(random.gamma(1.5, 0.667)))):
        yield Trace(member.number, came + 0.05 + float(random.exponential(28)), "Site visit")
    letters = 0.34 * (SPAN - came) / 30 if member.traits.newsletter else 0.7
    yield from _spread(random, member, "E-mail opened", letters * float(random.gamma(2, 0.5)), came, SPAN)
    for kind, often in (("Download", 0.34), ("Webinar", 0.13), ("Search ad click", 0.12)):
        yield from _spread(random, member, kind, often * curious, came + 1, came + 150)


def _during(random: np.random.Generator, talk: Talk) -> Iterator[Trace]:
    """Calls and meetings as long as the deal lasts, and the touch just before it that gets all the credit from some."""
    end = min(talk.ends, SPAN)
    yield from _about(talk, _spread(random, talk.member, "Call", 2.8, talk.opened, end))
    yield from _about(talk, _spread(random, talk.member, "Meeting", 1.2 + 2.0 * talk.won, talk.opened, end))
    yield from _spread(random, talk.member, "Site visit", 2.6, talk.opened, end)
    if talk.type == NEW and happens(random, LAST_WORD.get(talk.member.channel.name, 0.12)):
        gap = (talk.opened - (talk.member.decided or talk.member.came or 0.0)) * 0.3 * float(random.random())
        yield Trace(talk.member.number, talk.opened - 0.01 - gap, BY_NAME[LAST_TOUCH].touch)


def _about(talk: Talk, found: Iterator[Trace]) -> Iterator[Trace]:
    return (replace(trace, talk=talk.number) for trace in found)


def _spread(  # noqa: PLR0917  it reads as a sentence
    random: np.random.Generator, member: Member, kind: str, often: float, start: float, end: float
) -> Iterator[Trace]:
    """Evenly between two moments, `often` times on average."""
    for _ in range(random.poisson(often) if end > start else 0):
        yield Trace(member.number, start + float(random.random()) * (end - start), kind)


def last_touches(talks: list[Talk], traces: list[Trace]) -> dict[int, str]:
    """By a deal's number the channel of the last touch before it was opened: what a CRM writes as the deal's source."""
    touches: dict[int, list[Trace]] = {}
    for trace in traces:
        if trace.kind in TOUCHES:
            touches.setdefault(trace.member, []).append(trace)
    found = {}
    for talk in talks:
        before = [t for t in touches.get(talk.member.number, []) if t.at <= talk.opened]
        found[talk.number] = TOUCHES[before[-1].kind] if before else talk.member.channel.name
    return found
