"""Every planted story can be found by who looks for it."""

from itertools import pairwise
from statistics import mean, median

import numpy as np

from portal.demo import rows
from portal.demo.stories import (
    FIRST_TOUCH,
    LAST_TOUCH,
    OPTIMIST,
    OWNERS,
    SANDBAGGER,
    SLOW_STAGE,
    STOPPED_AT,
    STOPPED_SOURCE,
)
from portal.demo.talks import STAGES
from portal.demo.world import World
from scoring.metrics import auc


def test_sales_stops_accepting_one_source_only(company: World) -> None:
    since = [
        m for m in company.members if m.decided is not None and m.came is not None and m.came >= STOPPED_AT
    ]
    stopped = mean(bool(m.accepted) for m in since if m.channel.name == STOPPED_SOURCE)
    others = mean(bool(m.accepted) for m in since if m.channel.name != STOPPED_SOURCE)
    assert stopped < 0.2
    assert others > 0.55


def test_the_sandbagger_says_too_little_and_the_optimist_too_much(company: World) -> None:
    bias = {}
    for owner in OWNERS:
        closed = [t for t in company.talks if t.owner == owner and t.is_over and t.stated is not None]
        bias[owner] = mean((t.stated or 0) - t.won for t in closed)
    assert min(bias, key=bias.__getitem__) == SANDBAGGER
    assert max(bias, key=bias.__getitem__) == OPTIMIST
    assert bias[SANDBAGGER] < -0.15
    assert bias[OPTIMIST] > 0.2


def test_one_stage_takes_more_than_twice_as_long_as_any_other(company: World) -> None:
    stays: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for talk in company.talks:
        moves = talk.seen_moves
        for (entered, stage), (left, _) in pairwise(moves):
            stays[stage].append(left - entered)
    middle = {stage: median(days) for stage, days in stays.items()}
    slow = middle.pop(SLOW_STAGE)
    assert slow > 2 * max(middle.values())


def test_first_and_last_touch_praise_different_channels(company: World) -> None:
    won = [t for t in company.talks if t.outcome == "won"]
    total = sum(t.amount for t in won)
    first = sum(t.amount for t in won if t.member.channel.name == FIRST_TOUCH) / total
    last = sum(t.amount for t in won if company.last_touch[t.number] == FIRST_TOUCH) / total
    paid = sum(t.amount for t in won if company.last_touch[t.number] == LAST_TOUCH) / total
    assert first > 2 * last
    assert paid > 0.35


def test_what_is_known_at_the_start_tells_but_does_not_decide_who_buys(company: World) -> None:
    known = [m for m in company.members if rows.outcome(m) is not None]
    bought = np.array([rows.outcome(m) == "yes" for m in known], dtype=np.float64)
    pull = np.array([m.traits.pull + m.channel.pull for m in known])
    assert 0.8 < auc(bought, pull) < 0.9


def test_the_outcome_of_those_who_came_lately_is_unknown_even_where_they_bought(company: World) -> None:
    young = [m for m in company.members if m.came is not None and m.came > 730 - 180]
    assert any(m.bought is not None for m in young)
    assert {rows.outcome(m) for m in young} == {None}


def test_the_second_row_of_a_person_is_close_to_the_first(company: World) -> None:
    twins = [m for m in company.members if m.twin_of is not None]
    assert len(twins) == 60
    for twin in twins:
        first = company.members[twin.twin_of or 0]
        assert twin.given[0] == first.given[0] or twin.family == first.family
        assert twin.traits == first.traits
