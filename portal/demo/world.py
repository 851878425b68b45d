"""The demo company as a whole, in memory: the same for the same seed, whatever the day of loading."""

from dataclasses import dataclass

from portal.demo import buying, crowd, firms, programs, talks, traces, twins
from portal.demo.buying import Part, Purchase
from portal.demo.crowd import Member
from portal.demo.firms import Firm
from portal.demo.programs import Reached
from portal.demo.stories import SEED
from portal.demo.talks import Talk
from portal.demo.traces import Trace


@dataclass(frozen=True)
class World:
    """`last_touch` is by a deal's number."""

    seed: int
    firms: list[Firm]
    members: list[Member]
    talks: list[Talk]
    traces: list[Trace]
    last_touch: dict[int, str]
    reached: Reached
    parts: list[Part]
    purchases: list[Purchase]


def make(seed: int = SEED) -> World:
    """Invent the company. Takes about two seconds."""
    companies = firms.found(seed)
    members = crowd.gathered(seed, companies)
    deals = talks.held(seed, members)
    crowd.leave(seed, members)
    members += twins.noted_twice(seed, members, deals)
    activities = traces.left(seed, members, deals)
    return World(
        seed=seed,
        firms=companies,
        members=members,
        talks=deals,
        traces=activities,
        last_touch=traces.last_touches(deals, activities),
        reached=programs.reached(seed, members, deals, activities),
        parts=buying.parts(seed, members, deals),
        purchases=buying.purchases(seed, deals),
    )
