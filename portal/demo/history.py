"""How the demo's records changed: statuses of people, stages and promised dates of deals, and when the portal saw it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from portal.db import canonical
from portal.demo.crowd import Member
from portal.demo.sellers import BY_NAME as SELLERS
from portal.demo.timeline import SPAN, Timeline
from portal.demo.world import World
from portal.fields import Level

SYNC: Final = timedelta(minutes=12)  # the portal sees a change of the CRM this much later


@dataclass(frozen=True)
class Ids:
    """Ids in the database, by the number of a company, a person, a deal and so on."""

    companies: Sequence[int]
    people: Sequence[int]
    deals: Sequence[int]
    owners: Sequence[int]
    partners: Sequence[int]
    campaigns: Sequence[int]

    def owner(self, name: str) -> int | None:
        """The id of a rep; nobody has none."""
        return self.owners[SELLERS[name].number] if name else None


def changes(world: World, timeline: Timeline, ids: Ids) -> Iterator[dict[str, Any]]:
    """Field history: stages and expected closes of deals, statuses of people."""
    for talk in world.talks:
        record = ids.deals[talk.number]
        yield from _history(Level.DEAL, record, "stage", talk.seen_moves, timeline)
        promises = [(at, day_of(due, timeline).isoformat()) for at, due in talk.promises]
        yield from _history(Level.DEAL, record, "expected_close_on", promises, timeline)
    for number, history in enumerate(statuses(world)):
        yield from _history(Level.PERSON, ids.people[number], "status", history, timeline)


def _history(
    level: Level, record_id: int, field: str, steps: Sequence[tuple[float, str]], timeline: Timeline
) -> Iterator[dict[str, Any]]:
    for (_, before), (at, after) in pairwise(steps):
        valid_from = timeline.moment(at)
        yield {
            "level": level,
            "record_id": record_id,
            "field": field,
            "before": canonical(before),
            "after": canonical(after),
            "valid_from": valid_from,
            "seen_at": min(valid_from + SYNC, timeline.at),
        }


def day_of(unit: float, timeline: Timeline) -> date:
    """A unit as a date; what lies ahead of now is counted on in plain days."""
    ahead = timedelta(days=max(unit - SPAN, 0.0))
    return (timeline.moment(unit) + ahead).date()


def statuses(world: World) -> list[list[tuple[float, str]]]:
    """What the CRM says of each person, by number: (from when, status), the first as they came."""
    found = [_statuses(member) for member in world.members]
    for talk in world.talks:
        history = found[talk.member.number]
        if not talk.member.is_inbound:
            history.append((talk.opened, "In talks"))
    return [_changes(sorted(history)) for history in found]


def _statuses(member: Member) -> list[tuple[float, str]]:
    first = (member.came or 0.0, "New" if member.is_inbound else "Target")
    if member.accepted is None or member.decided is None:
        return [first]
    return [first, (member.decided, "Accepted by sales" if member.accepted else "Rejected by sales")]


def _changes(history: list[tuple[float, str]]) -> list[tuple[float, str]]:
    return [step for n, step in enumerate(history) if n == 0 or step[1] != history[n - 1][1]]
