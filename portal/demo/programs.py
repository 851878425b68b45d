"""The campaigns of the demo: what was done to reach people, whom it touched, what it cost, and which deals it gets the credit for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from portal.demo.budget import Paid
from portal.demo.channels import BY_NAME, CHANNELS, TOUCHES, Channel
from portal.demo.crowd import Member
from portal.demo.draws import pick
from portal.demo.stories import stream
from portal.demo.talks import Talk
from portal.demo.timeline import Timeline
from portal.demo.traces import Trace

NEWSLETTER: Final = "Newsletter"
NO_CAMPAIGNS: Final = frozenset({"Partner referral", "Customer referral", "Website"})
SHOW_DAYS: Final = 3.0
ANSWERS: Final = {
    "Paid search": "Clicked",
    "Webinars": "Attended",
    "Content syndication": "Downloaded",
    "Trade shows": "Visited the stand",
    NEWSLETTER: "Subscribed",
}
SENT: Final = "Sent"


@dataclass(frozen=True)
class Program:
    """One campaign. `starts` is a unit of the timeline; one without an end runs on."""

    number: int
    name: str
    channel: Channel
    starts: float
    ends: float | None


@dataclass
class Joined:
    """A person whom a campaign reached, once however often: when first, and when they answered first."""

    program: Program
    member: Member
    at: float
    answered: float | None

    @property
    def status(self) -> str:
        return SENT if self.answered is None else ANSWERS.get(self.program.channel.name, "Responded")


def _programs() -> Iterator[tuple[str, Channel, float, float | None]]:
    for channel in CHANNELS:
        if channel.bursts:
            for name, burst in zip(channel.campaigns, channel.bursts, strict=True):
                yield name, channel, burst, burst + SHOW_DAYS
        elif channel.name == NEWSLETTER:
            yield "Monthly newsletter", channel, 0.0, None
        elif channel.campaigns != ("",) and channel.name not in NO_CAMPAIGNS:
            for name in channel.campaigns:
                yield name, channel, 0.0, None


PROGRAMS: Final = tuple(Program(number, *each) for number, each in enumerate(_programs()))


def of(channel: Channel) -> list[Program]:
    return [program for program in PROGRAMS if program.channel is channel]


@dataclass(frozen=True)
class Reached:
    """Everybody's membership, and by a deal's number the campaign of the last touch before it was opened."""

    members: list[Joined]
    credit: dict[int, Program]


def reached(seed: int, members: list[Member], talks: list[Talk], traces: list[Trace]) -> Reached:
    """Whom each campaign reached first, and again by what they did later."""
    random = stream(seed, "campaigns")
    first = {member.number: _first(member) for member in members}
    joined: dict[tuple[int, int], Joined] = {}
    touched: dict[int, list[tuple[float, Program]]] = {}
    for member in members:
        if program := first[member.number]:
            answered = member.came if program.channel.touch or program.channel.name == NEWSLETTER else None
            joined[program.number, member.number] = Joined(program, member, member.came or 0.0, answered)
    for trace in traces:
        if trace.kind in TOUCHES:
            member = members[trace.member]
            program = _by(random, trace, first[trace.member])
            key = program.number, trace.member
            joined.setdefault(key, Joined(program, member, trace.at, trace.at))
            touched.setdefault(trace.member, []).append((trace.at, program))
    _answer(joined, talks)
    credit = {talk.number: _last(touched.get(talk.member.number, []), talk, first) for talk in talks}
    return Reached(
        sorted(joined.values(), key=lambda each: (each.at, each.member.number, each.program.number)),
        {number: program for number, program in credit.items() if program},
    )


def _first(member: Member) -> Program | None:
    """The campaign a person came by. Who stands there twice came the second time by none that is known."""
    if member.came is None:
        return None
    if member.channel.name == NEWSLETTER:
        return of(member.channel)[0]
    named = [program for program in of(member.channel) if program.name == member.campaign]
    begun = [program for program in named if program.starts <= member.came]
    return begun[-1] if begun else None


def _by(random: np.random.Generator, trace: Trace, first: Program | None) -> Program:
    """The campaign behind a later touch: the person's own where it is of that channel, else any of the channel's."""
    choice = pick(random, of(BY_NAME[TOUCHES[trace.kind]]))
    return first if first and first.channel is choice.channel else choice


def _answer(joined: dict[tuple[int, int], Joined], talks: list[Talk]) -> None:
    """Who was only written to answers, if at all, by talking of a purchase."""
    opened: dict[int, float] = {}
    for talk in talks:
        opened.setdefault(talk.member.number, talk.opened)
    for each in joined.values():
        if each.answered is None:
            each.answered = opened.get(each.member.number)


def _last(
    touched: list[tuple[float, Program]], talk: Talk, first: dict[int, Program | None]
) -> Program | None:
    before = [program for at, program in touched if at <= talk.opened]
    return before[-1] if before else first[talk.member.number]


@dataclass(frozen=True)
class Bill:
    """A line of spend: a campaign's month; of no campaign where it was for the channel as a whole."""

    program: Program | None
    channel: str
    month: date
    amount: int


def bills(paid: list[Paid], timeline: Timeline) -> list[Bill]:
    """What was paid, by campaign: the lines of a channel and month add up to what is recorded for them."""
    return [bill for each in paid for bill in _bills(each, timeline)]


def _bills(paid: Paid, timeline: Timeline) -> Iterator[Bill]:
    channel, left = BY_NAME[paid.channel], int(paid.amount)
    for program in of(channel):
        held = timeline.moment(program.starts).date().replace(day=1)
        if channel.bursts and held == paid.month:
            yield Bill(program, channel.name, paid.month, channel.burst)
            left -= channel.burst
    running = [program for program in of(channel) if not channel.bursts]
    for n, program in enumerate(running):
        amount = left // (len(running) - n) // 10 * 10 if n < len(running) - 1 else left
        yield Bill(program, channel.name, paid.month, amount)
        left -= amount
    if left and not running:
        yield Bill(None, channel.name, paid.month, left)


def costs(found: list[Bill]) -> dict[int, int]:
    """What each campaign cost, by its number."""
    total: dict[int, int] = {}
    for bill in found:
        if bill.program:
            total[bill.program.number] = total.get(bill.program.number, 0) + bill.amount
    return total


def planned(cost: int) -> int:
    """What it was to cost: a round sum near what it did."""
    return round(cost * 0.95 / 1000) * 1000
