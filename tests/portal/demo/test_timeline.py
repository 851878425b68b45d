from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.db import microseconds
from portal.demo.timeline import SPAN, Timeline

moments = st.integers(1_704_067_200, 2_208_988_800).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(moments)
def test_order_in_units_is_order_in_time_and_none_is_after_the_loading(at: datetime) -> None:
    found = Timeline(at).micro(np.linspace(0, SPAN, 5000))
    assert (np.diff(found) > 0).all()
    assert found[-1] <= microseconds(at)


@given(moments)
def test_it_covers_two_years_and_ends_in_the_last_office_hours(at: datetime) -> None:
    timeline = Timeline(at)
    assert at - timedelta(days=735) < timeline.moment(0) < at - timedelta(days=718)
    assert at - timedelta(days=6) < timeline.moment(SPAN) <= at


@pytest.mark.parametrize("unit", [0.0, 100.5, 365.25, 729.9])
def test_nothing_falls_on_a_weekend_or_into_the_night(unit: float) -> None:
    moment = Timeline(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)).moment(unit)
    assert moment.weekday() < 5
    assert 7 <= moment.hour < 18
