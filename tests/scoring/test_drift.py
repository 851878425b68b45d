from __future__ import annotations

import numpy as np
import pytest

from scoring.drift import outcome_rate, population

EVEN = np.full(10, 1_000)


def test_the_index_is_the_published_formula():
    reference, counts = np.array([500_000, 500_000]), np.array([600_000, 400_000])
    expected = 0.1 * np.log(0.6 / 0.5) - 0.1 * np.log(0.4 / 0.5)
    assert population(reference, counts).index == pytest.approx(expected, rel=1e-4)


def test_nothing_moved():
    assert population(EVEN, EVEN).index == pytest.approx(0)
    assert not population(EVEN, EVEN).moved


def test_a_small_sample_from_the_same_population_is_no_alarm():
    random = np.random.default_rng(1)
    samples = [population(EVEN, random.multinomial(40, np.full(10, 0.1))) for _ in range(300)]
    assert sum(sample.index > 0.1 for sample in samples) > 200  # the usual rule would cry wolf
    assert sum(sample.moved for sample in samples) <= 3


def test_a_real_shift_is_an_alarm():
    assert population(EVEN, np.array([300, 200, 100, 100, 100, 50, 50, 40, 30, 30])).moved


def test_an_emptied_part_has_a_finite_index():
    assert np.isfinite(population(EVEN, np.array([0] * 9 + [500])).index)


def test_no_records_say_nothing():
    assert not population(EVEN, np.zeros(10, np.int64)).moved
    assert not outcome_rate((5, 10), (0, 0)).moved


def test_the_outcome_rate_moves_only_beyond_chance():
    assert not outcome_rate((200, 1_000), (25, 100)).moved
    assert outcome_rate((200, 1_000), (250, 500)).moved
