"""The deals of the demo: how each went through the stages, what the rep said of it on the way, and how it ended."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from portal.deals import Outcome
from portal.demo.crowd import Member
from portal.demo.draws import happens, pick
from portal.demo.stories import OPTIMIST, OWNERS, SANDBAGGER, SLOW_STAGE, TOO_YOUNG, stream
from portal.demo.timeline import SPAN

STAGES: Final = {"Discovery": 0.1, "Evaluation": 0.25, SLOW_STAGE: 0.45, "Proposal": 0.6, "Contract": 0.85}
USUAL_DAYS: Final = {
    "Discovery": 9.0,
    "Evaluation": 13.0,
    SLOW_STAGE: 36.0,
    "Proposal": 13.0,
    "Contract": 7.0,
}
LOST_AFTER: Final = (0.15, 0.18, 0.22, 0.3, 0.15)  # the stage in which a lost deal is lost
FORECAST_STAGE: Final = "Proposal"
PRODUCTS: Final = ("Line Monitor", "Line Monitor", "Plant Monitor", "Fleet View")
LOSSES: Final = ("No decision", "No budget", "Chose another vendor", "Built it themselves", "Project stopped")
RIVALS: Final = ("Gearlight", "Pulsewerk", "Tremorline", "In-house")
NEW: Final = "New business"
EXPANSION: Final = "Expansion"
FIRST_DEALS: Final = 655


@dataclass
class Talk:
    """One deal. `moves` are (when, stage entered), the opening included; `promises` (when, expected close)."""

    number: int
    member: Member
    owner: str
    type: str
    product: str
    amount: int
    moves: list[tuple[float, str]]
    ends: float
    won: bool
    promises: list[tuple[float, float]] = field(default_factory=list)
    stated: float | None = None  # the rep's own probability at the proposal
    first_amount: int | None = None  # what the rep forecast then
    rival: str = ""
    loss: str = ""

    @property
    def opened(self) -> float:
        return self.moves[0][0]

    @property
    def is_over(self) -> bool:
        return self.ends <= SPAN

    @property
    def outcome(self) -> Outcome:
        if not self.is_over:
            return Outcome.OPEN
        return Outcome.WON if self.won else Outcome.LOST

    @property
    def seen_moves(self) -> list[tuple[float, str]]:
        """The moves up to now, its end among them."""
        end = [(self.ends, "Won" if self.won else "Lost")] if self.is_over else []
        return [move for move in self.moves if move[0] <= SPAN] + end


def held(seed: int, members: list[Member]) -> list[Talk]:
    """All deals in the order they were opened. Notes on each member who bought when that was."""
    random = stream(seed, "deals")
    chosen = _chosen(random, members)
    talks = [_first(random, member) for member in chosen]
    for talk in talks:
        if talk.won and talk.is_over:
            talk.member.bought = talk.ends
    talks += [t for t in (_expansion(random, talk) for talk in talks) if t]
    talks = sorted((t for t in talks if t.opened < SPAN - 0.5), key=lambda t: t.opened)
    for number, talk in enumerate(talks):
        talk.number = number
        _forecast(random, talk)
    return talks


def _chosen(random: np.random.Generator, members: list[Member]) -> list[Member]:
    """Who gets a deal: all who will buy, and of the others those who fit better, as reps choose."""
    open_to = [m for m in members if m.came is not None and (m.accepted or not m.is_inbound)]
    buyers = [m for m in open_to if m.will_buy]
    others = [m for m in open_to if not m.will_buy]
    keys = [m.traits.pull + m.channel.pull + float(random.gumbel(0, 2.2)) for m in others]
    best = np.argsort(-np.array(keys))[: FIRST_DEALS - len(buyers)]
    return sorted(buyers + [others[n] for n in best], key=lambda m: m.number)


def _first(random: np.random.Generator, member: Member) -> Talk:
    """A first deal. One that is won is so before its person counts as too old to be unknown."""
    start = member.decided if member.decided is not None else (member.came or 0.0) + float(random.gamma(2, 6))
    opened = start + 0.5 + float(random.gamma(1.6, 6.5))
    talk = _talk(random, member, opened, won=member.will_buy, kind=NEW)
    latest = (member.came or 0.0) + TOO_YOUNG - 4
    if talk.won and talk.ends > latest:
        _hurry(talk, latest)
    return talk


def _hurry(talk: Talk, latest: float) -> None:
    """Shorten every stage alike."""
    pace = (latest - talk.opened) / (talk.ends - talk.opened)
    talk.moves = [(talk.opened + (at - talk.opened) * pace, stage) for at, stage in talk.moves]
    talk.ends = latest


def _expansion(random: np.random.Generator, first: Talk) -> Talk | None:
    """Customers come back for more, and mostly buy it."""
    if not (first.won and first.is_over) or not happens(random, 0.55):
        return None
    opened = first.ends + 50 + float(random.gamma(2, 60))
    won = happens(random, 0.62)
    return _talk(random, first.member, opened, won=won, kind=EXPANSION)


def _talk(random: np.random.Generator, member: Member, opened: float, *, won: bool, kind: str) -> Talk:
    names = tuple(STAGES)
    last = len(names) if won else 1 + int(random.choice(len(names), p=LOST_AFTER))
    moves, at = [], opened
    for stage in names[:last]:
        moves.append((at, stage))
        at += USUAL_DAYS[stage] * float(random.gamma(4, 0.272))  # the median is the usual time
    if not won and happens(random, 0.3):
        at += float(random.gamma(2, 80))
    size = float(np.log(member.traits.employees / 300)) * 0.3
    amount = float(np.exp(random.normal(10.15 + size - 0.35 * (kind == EXPANSION), 0.5)))
    return Talk(
        number=0,
        member=member,
        owner=member.owner or pick(random, OWNERS),
        type=kind,
        product="Care Plan" if kind == EXPANSION and happens(random, 0.4) else pick(random, PRODUCTS),
        amount=int(round(amount / 50) * 50),
        moves=moves,
        ends=at,
        won=won,
        rival=pick(random, RIVALS) if happens(random, 0.45) else "",
        loss="" if won else pick(random, LOSSES),
    )


def _forecast(random: np.random.Generator, talk: Talk) -> None:
    """What the rep says: a probability and an amount at the proposal, and dates that the optimist keeps putting off."""
    proposal = next((at for at, stage in talk.moves if stage == FORECAST_STAGE), None)
    if proposal is not None and proposal <= SPAN:
        middle, share = {SANDBAGGER: (0.22, 0.74), OPTIMIST: (0.92, 1.28)}.get(talk.owner, (0.62, 1.0))
        truth = 0.08 if talk.won else -0.08
        talk.stated = round(float(np.clip(middle + truth + random.normal(0, 0.07), 0.05, 0.95)), 2)
        talk.first_amount = int(round(talk.amount * share * float(random.normal(1, 0.08)) / 50) * 50)
    talk.promises = _promises(random, talk)


def _promises(random: np.random.Generator, talk: Talk) -> list[tuple[float, float]]:
    """The expected close as it was said and moved. None was said for one in eight young deals."""
    seen_to = min(talk.ends, SPAN)
    length = talk.ends - talk.opened
    if not talk.is_over and seen_to - talk.opened < 25 and happens(random, 0.5):  # noqa: PLR2004
        return []
    times = {OPTIMIST: 4, SANDBAGGER: 1}.get(talk.owner, 2)
    bias = {OPTIMIST: -0.5, SANDBAGGER: 0.5}.get(talk.owner, 0.0)
    found = []
    for n in range(times):
        share = n / times
        said_at = talk.opened + share * length + 0.01
        error = (1 - share) * length * (bias + float(random.normal(0, 0.12)))
        if said_at < seen_to:
            found.append((said_at, max(talk.ends + error, said_at + 3)))
    return found
