"""What is planted in how people come: a source, two ways to count, a rule that changed, campaigns."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from portal.deals import Outcome
from portal.demo import budget
from portal.demo.answers.words import Cells, ago, share, table, won_by
from portal.demo.crowd import Member
from portal.demo.programs import PROGRAMS, Joined, Program, bills, costs
from portal.demo.stories import (
    FIRST_TOUCH,
    LAST_TOUCH,
    RULE_CHANGED_AT,
    STOPPED_AT,
    STOPPED_SOURCE,
)
from portal.demo.timeline import Timeline
from portal.demo.world import World

ANY_DAY: Final = Timeline(
    datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
)  # what a campaign cost in two years is the same on each


def stopped_source(world: World) -> Iterator[str]:
    yield f"### Sales stops accepting {STOPPED_SOURCE}\n"
    yield f"From {ago(STOPPED_AT)} on. Of the leads that sales answered, by the day they came:\n"
    answered = [m for m in world.members if m.decided is not None]
    ours = [m for m in answered if m.channel.name == STOPPED_SOURCE]
    others = [m for m in answered if m.channel.name != STOPPED_SOURCE]
    yield from table(
        ("source", "before", "accepted", "since", "accepted"),
        [
            (STOPPED_SOURCE, *_acceptance(ours)),
            ("all other inbound sources", *_acceptance(others)),
        ],
    )


def _acceptance(members: list[Member]) -> Cells:
    before = [m for m in members if (m.came or 0) < STOPPED_AT]
    since = [m for m in members if (m.came or 0) >= STOPPED_AT]
    return (len(before), share(before, _accepted), len(since), share(since, _accepted))


def _accepted(member: Member) -> bool:
    return bool(member.accepted)


def touches(world: World) -> Iterator[str]:
    yield f"### First touch praises {FIRST_TOUCH}, last touch {LAST_TOUCH}\n"
    yield (
        "Shares of won EUR, by the source of the person (first touch) and the source of the deal (the last webinar, "
        "search ad click or show visit before it was opened, else the source of the person).\n"
    )
    won = [t for t in world.talks if t.outcome is Outcome.WON]
    first: Counter[str] = Counter()
    last: Counter[str] = Counter()
    for talk in won:
        first[talk.member.channel.name] += talk.amount
        last[world.last_touch[talk.number]] += talk.amount
    total = won_by(won)
    yield from table(
        ("source", "first touch", "last touch"),
        [
            (name, f"{amount / total:.1%}", f"{last[name] / total:.1%}")
            for name, amount in first.most_common()
        ],
    )


def campaigns(world: World) -> Iterator[str]:
    yield "### Campaigns praised by the first touch and by the last\n"
    yield (
        "Cost over the 24 months, whom each reached and who answered, and won EUR: of people who joined it at the moment they came "
        "(first), and of deals that name it (last). The fair that was held twice is there twice.\n"
    )
    reached: dict[int, list[Joined]] = {program.number: [] for program in PROGRAMS}
    for joined in world.reached.members:
        reached[joined.program.number].append(joined)
    spent = costs(bills(budget.paid(world.seed, ANY_DAY), ANY_DAY))
    names = ("campaign", "cost", "members", "answered", "won, first", "won, last")
    yield from table(
        names, [_campaign(world, each, spent[each.number], reached[each.number]) for each in PROGRAMS]
    )


def _campaign(world: World, program: Program, cost: int, members: list[Joined]) -> Cells:
    came = {joined.member.number for joined in members if joined.at == joined.member.came}
    credit = world.reached.credit
    first = won_by(t for t in world.talks if t.member.number in came)
    last = won_by(t for t in world.talks if credit.get(t.number) is program)
    answered = sum(joined.answered is not None for joined in members)
    return program.name, f"{cost:,}", len(members), answered, f"{first:,}", f"{last:,}"


def changed_rule(world: World) -> Iterator[str]:
    yield "### Marketing's rule for a qualified lead changed mid-way\n"
    yield (
        f"`Marketing qualified` follows the first rule until {ago(RULE_CHANGED_AT)}: at least 100 employees and an executive, "
        "head or manager. From then on: at least 50 employees. Missing values fail. Of inbound people:\n"
    )
    inbound = [m for m in world.members if m.is_inbound]
    before = [m for m in inbound if (m.came or 0) < RULE_CHANGED_AT]
    since = [m for m in inbound if (m.came or 0) >= RULE_CHANGED_AT]
    yield from table(
        ("who came", "people", "qualified by the rule of the day", "by the first rule"),
        [
            (name, len(some), share(some, _qualified), share(some, _qualified_by_first))
            for name, some in (("before", before), ("since", since))
        ],
    )


def _qualified(member: Member) -> bool:
    return member.traits.is_qualified(member.came or 0.0)


def _qualified_by_first(member: Member) -> bool:
    return member.traits.is_qualified_by_the_old_rule
