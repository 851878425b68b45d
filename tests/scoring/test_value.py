from __future__ import annotations

import numpy as np
import pytest

from scoring import packing
from scoring.columns import Categories, Numbers, Table
from scoring.value import ValueModel, train_value
from tests.scoring.builders import QUICK


def sales(records: int = 800, spread: float = 0.3):
    """Amounts that follow size and product, a third of the records without a purchase."""
    random = np.random.default_rng(1)
    size, product = random.exponential(1, records), random.integers(0, 3, records)
    amounts = 1_000 * (1 + size) * np.array([1, 2, 5])[product] * np.exp(spread * random.normal(size=records))
    amounts[random.random(records) < 0.33] = np.nan
    columns = {"size": Numbers(size), "product": Categories.of([("a", "b", "c")[code] for code in product])}
    return Table(np.arange(records), columns), amounts


def test_it_tells_large_amounts_from_small_ones():
    found = train_value(*sales(), parameters=QUICK)
    assert found.label.usable
    assert found.label.explained > 0.7


def test_expected_amounts_add_up_to_the_real_total():
    table, amounts = sales()
    found = train_value(table, amounts, parameters=QUICK)
    raw = packing.unpack(found.packed, found.model.trees.digest).raw_sums(found.model.encoder.encode(table))
    expected = found.model.amounts(raw)[~np.isnan(amounts)]
    assert expected.sum() == pytest.approx(np.nansum(amounts), rel=0.05)


def test_noise_is_refused_and_the_mean_is_used():
    table, amounts = sales()
    shuffled = np.random.default_rng(1).permutation(amounts)
    found = train_value(table, shuffled, parameters=QUICK).label
    assert not found.usable
    assert found.mean == pytest.approx(np.nanmean(amounts))


def test_amounts_that_are_not_above_zero_are_left_out_and_counted():
    table, amounts = sales()
    amounts[:10] = [0, -5, *[np.nan] * 8]
    label = train_value(table, amounts, parameters=QUICK).label
    assert (label.records, label.unusable) == (np.count_nonzero(amounts > 0), 2)


def test_too_few_amounts_are_refused():
    table, amounts = sales(60)
    found = train_value(table, amounts)
    assert found.model is None
    assert "at least 50 are needed" in found.label.why


def test_row_order_changes_nothing_and_json_keeps_all():
    table, amounts = sales(300)
    turn = np.random.default_rng(1).permutation(300)
    found = train_value(table, amounts, parameters=QUICK)
    assert found == train_value(table.rows(turn), amounts[turn], parameters=QUICK)
    assert ValueModel.from_json(found.model.to_json()) == found.model
