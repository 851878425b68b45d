from __future__ import annotations

import numpy as np

from scoring.quadrant import Quadrant, quadrants


def test_each_record_is_in_one_quadrant():
    found = quadrants(np.array([1, 5, 6, 10]), np.array([9.0, 0.0, 3.0, 2.9]), active=3.0)
    assert found.tolist() == [Quadrant.NOW, Quadrant.WARM_UP, Quadrant.CHECK, Quadrant.LATER]


def test_each_quadrant_has_a_line_of_advice():
    assert [quadrant.advice[-1] for quadrant in Quadrant] == ["."] * 4
