"""The answer key: what is planted in the demo company, in figures counted from the company itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import log
from statistics import median
from typing import Final, TypeVar

from portal.deals import Outcome
from portal.demo import history, rows
from portal.demo.crowd import Member
from portal.demo.stories import (
    DRIFT_FROM,
    FIRST_TOUCH,
    LAST_TOUCH,
    OWNERS,
    RULE_CHANGED_AT,
    SLOW_STAGE,
    STOPPED_AT,
    STOPPED_SOURCE,
)
from portal.demo.talks import STAGES, Talk
from portal.demo.timeline import SPAN
from portal.demo.world import World
from portal.fields import Level

MISSING: Final = "(missing)"
Cells = tuple[object, ...]
T = TypeVar("T")


def key(world: World) -> str:
    """All planted stories as Markdown, one heading each."""
    parts = (
        size, stopped_source, forecasters, slow_stage, touches, changed_rule, leak, drift, duplicates,
    )  # fmt: skip
    return "\n".join("\n".join([*part(world), ""]) for part in parts)


def size(world: World) -> Iterator[str]:
    yield "### Size\n"
    talks = Counter(talk.outcome for talk in world.talks)
    outcomes = Counter(rows.outcome(member) for member in world.members)
    yield from _table(
        ("what", "how many"),
        [
            ("companies", len(world.firms)),
            ("people", len(world.members)),
            ("of them with an inbound request", sum(member.is_inbound for member in world.members)),
            ("`Became customer` is yes, no, not known yet", _counts(outcomes, ("yes", "no", None))),
            ("opted out", sum(member.left is not None for member in world.members)),
            ("without an owner", sum(not member.owner for member in world.members)),
            ("deals", len(world.talks)),
            ("of them won, lost, open", _counts(talks, (Outcome.WON, Outcome.LOST, Outcome.OPEN))),
            ("won, EUR", f"{_won(world.talks):,}"),
            ("activities", f"{len(world.traces):,}"),
        ],
    )


def _counts(found: Counter[T], keys: Iterable[T]) -> str:
    return ", ".join(f"{found[key]:,}" for key in keys)


def _won(talks: Iterable[Talk]) -> int:
    return sum(talk.amount for talk in talks if talk.outcome is Outcome.WON)


def stopped_source(world: World) -> Iterator[str]:
    yield f"### Sales stops accepting {STOPPED_SOURCE}\n"
    yield f"From {_ago(STOPPED_AT)} on. Of the leads that sales answered, by the day they came:\n"
    answered = [m for m in world.members if m.decided is not None]
    ours = [m for m in answered if m.channel.name == STOPPED_SOURCE]
    others = [m for m in answered if m.channel.name != STOPPED_SOURCE]
    yield from _table(
        ("source", "before", "accepted", "since", "accepted"),
        [
            (STOPPED_SOURCE, *_acceptance(ours)),
            ("all other inbound sources", *_acceptance(others)),
        ],
    )


def _acceptance(members: list[Member]) -> Cells:
    before = [m for m in members if (m.came or 0) < STOPPED_AT]
    since = [m for m in members if (m.came or 0) >= STOPPED_AT]
    return (len(before), _share(before, _accepted), len(since), _share(since, _accepted))


def _accepted(member: Member) -> bool:
    return bool(member.accepted)


def forecasters(world: World) -> Iterator[str]:
    yield "### A sandbagger and an optimist\n"
    yield (
        "Of closed deals that reached the proposal: the mean probability and the sum that the rep stated there, beside what came. "
        "Moves of the expected close are of all deals.\n"
    )
    names = ("rep", "deals", "stated", "won", "stated amount ÷ final amount", "moves a deal")
    yield from _table(names, [_forecaster(world, owner) for owner in sorted(OWNERS)])


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
        _share(closed, lambda t: t.won),
        f"{ratio:.2f}",
        f"{moves:.1f}",
    )


def slow_stage(world: World) -> Iterator[str]:
    yield f"### {SLOW_STAGE} is the slow stage\n"
    yield "Median days that a deal stayed in a stage it has left (give or take a day or two by the date of loading).\n"
    stays: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for talk in world.talks:
        for (entered, stage), (left, _) in zip(talk.seen_moves, talk.seen_moves[1:], strict=False):
            stays[stage].append(left - entered)
    yield from _table(
        ("stage", "deals", "median days"), [(s, len(d), round(median(d))) for s, d in stays.items()]
    )


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
    total = _won(won)
    yield from _table(
        ("source", "first touch", "last touch"),
        [
            (name, f"{amount / total:.1%}", f"{last[name] / total:.1%}")
            for name, amount in first.most_common()
        ],
    )


def changed_rule(world: World) -> Iterator[str]:
    yield "### Marketing's rule for a qualified lead changed mid-way\n"
    yield (
        f"`Marketing qualified` follows the first rule until {_ago(RULE_CHANGED_AT)}: at least 100 employees and an executive, "
        "head or manager. From then on: at least 50 employees. Missing values fail. Of inbound people:\n"
    )
    inbound = [m for m in world.members if m.is_inbound]
    before = [m for m in inbound if (m.came or 0) < RULE_CHANGED_AT]
    since = [m for m in inbound if (m.came or 0) >= RULE_CHANGED_AT]
    yield from _table(
        ("who came", "people", "qualified by the rule of the day", "by the first rule"),
        [
            (name, len(some), _share(some, _qualified), _share(some, _qualified_by_first))
            for name, some in (("before", before), ("since", since))
        ],
    )


def _qualified(member: Member) -> bool:
    return member.traits.is_qualified(member.came or 0.0)


def _qualified_by_first(member: Member) -> bool:
    return member.traits.is_qualified_by_the_old_rule


def leak(world: World) -> Iterator[str]:
    yield "### `Credit check` knows the future\n"
    yield "It is filled in when a contract is written. `status` is of later, too, and tells less. Of people whose outcome is known:\n"
    checked = rows.credit_checks(world)
    states = [steps[-1][1] for steps in history.statuses(world)]
    known = {answer: [m for m in world.members if rows.outcome(m) == answer] for answer in ("yes", "no")}
    yield from _table(
        ("`Became customer`", "people", "`Credit check` is filled", "`status` is “Rejected by sales”"),
        [
            (
                answer,
                len(some),
                _share(some, lambda m: m.number in checked),
                _share(some, lambda m: states[m.number].startswith("Rejected")),
            )
            for answer, some in known.items()
        ],
    )


def drift(world: World) -> Iterator[str]:
    yield "### The trades people come from drift\n"
    dated = [m for m in world.members if m.came is not None]
    before, since = (
        Counter(MISSING if "Industry" in m.traits.blank else m.traits.industry for m in some)
        for some in (
            [m for m in dated if (m.came or 0) < DRIFT_FROM],
            [m for m in dated if (m.came or 0) >= DRIFT_FROM],
        )
    )
    yield (
        f"`Industry` from {_ago(DRIFT_FROM)} on, against all before: population stability index "
        f"{_psi(before, since):.2f}. Whether these people buy is not known yet.\n"
    )
    yield from _table(
        ("industry", "before", "since"),
        [(i, f"{before[i] / before.total():.1%}", f"{since[i] / since.total():.1%}") for i in sorted(before)],
    )


def _psi(before: Counter[str], since: Counter[str]) -> float:
    """Sum over values of (share since - share before) times ln(share since / share before)."""
    pairs = [(before[name] / before.total(), since[name] / since.total()) for name in sorted(before)]
    return sum((new - old) * log(new / old) for old, new in pairs if new)


def duplicates(world: World) -> Iterator[str]:
    yield "### Duplicates\n"
    people = [(m.twin_of, m.number) for m in world.members if m.twin_of is not None]
    firms = [(f.twin_of, f.number) for f in world.firms if f.twin_of is not None]
    yield f"{len(people)} people and {len(firms)} companies are there twice; these are their ids in the source.\n"
    for level, pairs in ((Level.PERSON, people), (Level.COMPANY, firms)):
        yield (
            ", ".join(f"{rows.external(level, a)} = {rows.external(level, b)}" for a, b in sorted(pairs))
            + ".\n"
        )


def _share(some: list[T], holds: Callable[[T], bool]) -> str:
    return f"{sum(map(holds, some)) / len(some):.1%}"


def _ago(unit: float) -> str:
    return f"{SPAN - unit:.0f} days before the demo was loaded"


def _table(names: Iterable[str], lines: Iterable[Cells]) -> Iterator[str]:
    head = list(names)
    yield f"| {' | '.join(head)} |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    for cells in lines:
        yield f"| {' | '.join(map(str, cells))} |"
