"""What is in the demo's data: how much, a column that knows the future, a drift, and who stands there twice."""

from collections import Counter
from collections.abc import Iterator
from math import log
from typing import Final

from portal.deals import Outcome
from portal.demo import history, rows
from portal.demo.answers.words import ago, counts, share, table, won_by
from portal.demo.programs import PROGRAMS
from portal.demo.sellers import QUARTERS, SELLERS
from portal.demo.stories import DRIFT_FROM, OWNERS
from portal.demo.world import World
from portal.fields import Level

MISSING: Final = "(missing)"


def size(world: World) -> Iterator[str]:
    yield "### Size\n"
    talks = Counter(talk.outcome for talk in world.talks)
    outcomes = Counter(rows.outcome(member) for member in world.members)
    yield from table(
        ("what", "how many"),
        [
            ("companies", len(world.firms)),
            ("people", len(world.members)),
            ("of them with an inbound request", sum(member.is_inbound for member in world.members)),
            ("`Became customer` is yes, no, not known yet", counts(outcomes, ("yes", "no", None))),
            ("opted out", sum(member.left is not None for member in world.members)),
            ("without an owner", sum(not member.owner for member in world.members)),
            ("deals", len(world.talks)),
            ("of them won, lost, open", counts(talks, (Outcome.WON, Outcome.LOST, Outcome.OPEN))),
            ("won, EUR", f"{won_by(world.talks):,}"),
            ("activities", f"{len(world.traces):,}"),
            ("stages that deals came into", f"{sum(len(t.seen_moves) for t in world.talks):,}"),
            ("roles of people in deals", f"{len(world.parts):,}"),
            ("campaigns, their members", f"{len(PROGRAMS)}, {len(world.reached.members):,}"),
            ("orders", len(world.purchases)),
            ("reps and their leader, quotas", f"{len(SELLERS)}, {len(OWNERS) * QUARTERS}"),
        ],
    )


def leak(world: World) -> Iterator[str]:
    yield "### `Credit check` knows the future\n"
    yield "It is filled in when a contract is written. `status` is of later, too, and tells less. Of people whose outcome is known:\n"
    checked = rows.credit_checks(world)
    states = [steps[-1][1] for steps in history.statuses(world)]
    known = {answer: [m for m in world.members if rows.outcome(m) == answer] for answer in ("yes", "no")}
    yield from table(
        ("`Became customer`", "people", "`Credit check` is filled", "`status` is “Rejected by sales”"),
        [
            (
                answer,
                len(some),
                share(some, lambda m: m.number in checked),
                share(some, lambda m: states[m.number].startswith("Rejected")),
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
        f"`Industry` from {ago(DRIFT_FROM)} on, against all before: population stability index "
        f"{_psi(before, since):.2f}. Whether these people buy is not known yet.\n"
    )
    yield from table(
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
