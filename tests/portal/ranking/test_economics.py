from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ranking.economics import depth, paying_depth
from tests.scoring.builders import oracle


def test_cut_off_oracle():
    """University of Regina, marginal rule: mail a tenth while its rate times the margin exceeds the cost."""
    known, responses = oracle("cutoff_regina"), np.diff([0, *oracle("lift_regina")["cum"]])
    rates = (responses / 10_000).tolist()
    cost = Decimal(known["cost"])
    found = {
        margin: paying_depth(rates, cost=cost, margin=Decimal(margin)) / 10
        for margin in known["margin_to_depth"]
    }
    assert found == known["margin_to_depth"]


def test_the_list_is_worked_to_where_one_more_costs_more_than_it_brings():
    found = depth([0.1, 0.5, 0.3, 0.05], cost=Decimal(10), margin=Decimal(100))
    assert (found.pursuits, found.limit, found.cut_off) == (2, "worth", 0.3)
    assert found.profit == Decimal("60.00")
    assert (found.last_worth, found.next_worth) == (Decimal("20.00"), Decimal("0.00"))


def test_capacity_may_end_it_earlier_and_tells_what_one_call_more_is_worth():
    found = depth([0.5, 0.3, 0.2], cost=Decimal(10), margin=Decimal(100), capacity=1)
    assert (found.pursuits, found.limit, found.next_worth) == (1, "capacity", Decimal("20.00"))


def test_a_list_that_pays_to_its_end():
    found = depth([0.5, 0.3], cost=Decimal(1), margin=Decimal(100), capacity=9)
    assert (found.pursuits, found.limit, found.next_worth) == (2, "list", None)


def test_nothing_pays_on_an_empty_or_hopeless_list():
    for p in ([], [0.01]):
        found = depth(p, cost=Decimal(10), margin=Decimal(100))
        assert (found.pursuits, found.cut_off, found.profit, found.last_worth) == (0, None, Decimal(0), None)


@given(st.lists(st.integers(0, 100), max_size=20), st.integers(1, 50), st.integers(1, 200))
def test_no_other_depth_earns_more(percents, cost, margin):
    p = np.array(percents) / 100
    best = depth(p.tolist(), cost=Decimal(cost), margin=Decimal(margin)).profit
    falling = np.sort(p)[::-1]
    others = [falling[:count].sum() * margin - count * cost for count in range(len(p) + 1)]
    assert float(best) == pytest.approx(max(others), abs=0.01)
