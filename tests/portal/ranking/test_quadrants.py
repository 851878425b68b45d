import pytest

from portal.ranking import quadrants
from portal.ranking.quadrants import Quadrant


@pytest.mark.parametrize(
    ("group", "engagement", "quadrant"),
    [
        (1, 9.0, Quadrant.NOW),
        (5, 0.0, Quadrant.WARM_UP),
        (6, 1.0, Quadrant.CHECK),
        (10, 0.99, Quadrant.LATER),
    ],
)
def test_each_record_is_in_one_quadrant(group: int, engagement: float, quadrant: Quadrant) -> None:
    assert quadrants.of(group, engagement) is quadrant


def test_each_quadrant_has_a_line_of_advice() -> None:
    assert [quadrant.advice[-1] for quadrant in Quadrant] == ["."] * 4
