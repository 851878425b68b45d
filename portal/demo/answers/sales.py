"""What is planted in how deals go: two forecasters, a slow stage, who sits at the table, orders and partners."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

from portal.demo.answers.words import Cells, share, table, won_by
from portal.demo.buying import DECIDES, PARTNERS, partner_of
from portal.demo.sellers import BY_NAME, QUARTERS
from portal.demo.stories import OWNERS, SLOW_STAGE
from portal.demo.talks import STAGES
from portal.demo.world import World
from portal.orders import OrderKind


def forecasters(world: World) -> Iterator[str]:
    yield "### A sandbagger and an optimist\n"
    yield (
        "Of closed deals that reached the proposal: the mean probability and the sum that the rep stated there, beside what came. "
        "Moves of the expected close are of all deals.\n"
    )
    names = ("rep", "deals", "stated", "won", "stated amount ÷ final amount", "moves a deal")
    yield from table(names, [_forecaster(world, owner) for owner in sorted(OWNERS)])
    yield (
        "\nAnd against their quotas: what each was to bring in and won in an average quarter, in EUR, and the forecast at the "
        "proposal (stated probability times stated amount) of those same closed deals over what they brought.\n"
    )
    names = ("rep", "team", "quota a quarter", "won a quarter", "won ÷ quota", "forecast ÷ won")
    yield from table(names, [_attainment(world, owner) for owner in sorted(OWNERS)])


def _forecaster(world: World, owner: str) -> Cells:
    talks = [t for t in world.talks if t.owner == owner]
    closed = [t for t in talks if t.is_over and t.stated is not None]
    stated = sum(t.stated or 0 for t in closed) / len(closed)
    ratio = sum(t.first_amount or 0 for t in closed) / sum(t.amount for t in closed)
    moves = sum(max(len(t.promises) - 1, 0) for t in talks) / len(talks)
    return (
        owner,
        len(closed),
        f"{stated:.0%}",
        share(closed, lambda t: t.won),
        f"{ratio:.2f}",
        f"{moves:.1f}",
    )


def _attainment(world: World, owner: str) -> Cells:
    talks = [t for t in world.talks if t.owner == owner]
    closed = [t for t in talks if t.is_over and t.stated is not None]
    forecast = sum((t.stated or 0) * (t.first_amount or 0) for t in closed)
    seller, won = BY_NAME[owner], won_by(talks) / (QUARTERS - 1)
    quota = seller.quota or 0
    return (
        owner,
        seller.team,
        f"{quota:,}",
        f"{round(won):,}",
        f"{won / quota:.0%}",
        f"{forecast / won_by(closed):.2f}",
    )


def slow_stage(world: World) -> Iterator[str]:
    yield f"### {SLOW_STAGE} is the slow stage\n"
    yield "Median days that a deal stayed in a stage it has left (give or take a day or two by the date of loading).\n"
    stays: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for talk in world.talks:
        for (entered, stage), (left, _) in zip(talk.seen_moves, talk.seen_moves[1:], strict=False):
            stays[stage].append(left - entered)
    yield from table(
        ("stage", "deals", "median days"), [(s, len(d), round(median(d))) for s, d in stays.items()]
    )


MANY: Final = 3


def tables(world: World) -> Iterator[str]:
    yield "### More people at the table, more deals won\n"
    yield "Of closed deals, by how many people have a role in them, and whether one of them decides:\n"
    parts = defaultdict(list)
    for part in world.parts:
        parts[part.talk.number].append(part.role)
    closed = [t for t in world.talks if t.is_over]
    kinds: list[tuple[str, Callable[[list[str]], bool]]] = [
        ("one", lambda roles: len(roles) == 1),
        ("two", lambda roles: len(roles) == 2),  # noqa: PLR2004
        ("three or more", lambda roles: len(roles) >= MANY),
        (f"a {DECIDES.lower()} among them", lambda roles: DECIDES in roles),
        (f"no {DECIDES.lower()}", lambda roles: DECIDES not in roles),
    ]
    lines = [(name, [t for t in closed if holds(parts[t.number])]) for name, holds in kinds]
    yield from table(
        ("people", "deals", "won"), [(n, len(some), share(some, lambda t: t.won)) for n, some in lines]
    )


def orders(world: World) -> Iterator[str]:
    yield "### What customers order, first and again\n"
    yield "A first order of who came by a customer's word is a referral. Renewals come a year later, without a deal.\n"
    found = {kind: [p for p in world.purchases if p.kind is kind] for kind in OrderKind if kind}
    yield from table(
        ("kind", "orders", "EUR"),
        [(kind, len(some), f"{sum(p.amount for p in some):,}") for kind, some in found.items()],
    )


def partners(world: World) -> Iterator[str]:
    yield "### What partners bring\n"
    yield "People carry the partner as their campaign, deals its id.\n"
    yield from table(
        ("partner", "people", "deals", "won EUR"),
        [
            (partner.name, people, len(talks), f"{won_by(talks):,}")
            for partner in PARTNERS
            for people in [sum(m.campaign == partner.name for m in world.members)]
            for talks in [[t for t in world.talks if partner_of(t) is partner]]
        ],
    )
