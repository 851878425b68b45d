"""People noted twice: as they came again by another way, under a short name, a new address, with a slip of the keys."""

from dataclasses import replace
from typing import Final

import numpy as np

from portal.activities import Direction
from portal.demo.channels import CHANNELS
from portal.demo.crowd import Member
from portal.demo.draws import pick
from portal.demo.names import NICKNAMES, plain
from portal.demo.stories import DUPLICATE_PEOPLE, stream
from portal.demo.talks import Talk
from portal.demo.timeline import SPAN

AGAIN_BY: Final = tuple(c for c in CHANNELS if c.direction is Direction.INBOUND and len(c.campaigns) == 1)


def noted_twice(seed: int, members: list[Member], talks: list[Talk]) -> list[Member]:
    """Second rows for some who have no deal and came early enough to come again."""
    random = stream(seed, "duplicates")
    busy = {talk.member.number for talk in talks}
    free = [m for m in members if m.came is not None and m.came < SPAN - 60 and m.number not in busy]
    chosen = sorted(random.choice(len(free), DUPLICATE_PEOPLE, replace=False))
    return [_twin(random, free[n], len(members) + i, how=i % 4) for i, n in enumerate(chosen)]


def _twin(random: np.random.Generator, member: Member, number: int, *, how: int) -> Member:
    """`how`: 0 short or foreign spelling, 1 a slip in the family name, 2 an initial only, 3 the same name."""
    came = (member.came or 0.0) + 10 + float(random.random()) * (SPAN - 12 - (member.came or 0.0))
    given = (
        NICKNAMES.get(member.given, plain(member.given)),
        member.given,
        f"{member.given[0]}.",
        member.given,
    )[how]
    family = _slip(random, member.family) if how == 1 else member.family
    domain = pick(random, ("webmail.example", "post.example"))
    at = (
        member.email
        if how == 1
        else f"{plain(member.given[0] + member.family).lower().replace(' ', '')}@{domain}"
    )
    return replace(
        member,
        number=number,
        given=given,
        family=family,
        email=at.replace("'", ""),
        phone=member.phone if how != 3 else "",  # noqa: PLR2004
        firm=member.firm if how != 0 else None,
        employer=plain(member.firm.name.split(" ")[0]) if member.firm and how == 0 else "",
        city=member.city if how != 2 else "",  # noqa: PLR2004
        channel=pick(random, AGAIN_BY),
        campaign="",
        came=came,
        will_buy=False,
        accepted=None,
        decided=None,
        bought=None,
        left=None,
        twin_of=member.number,
    )


def _slip(random: np.random.Generator, name: str) -> str:
    """Two neighbouring letters swapped, or one doubled."""
    n = 1 + int(random.random() * max(len(name) - 3, 1))
    if name[n] == name[n + 1]:
        return name[:n] + name[n + 1 :]
    return name[:n] + name[n + 1] + name[n] + name[n + 2 :]
