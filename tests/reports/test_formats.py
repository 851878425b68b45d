from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.formats import (
    compact,
    compact_money,
    count,
    day,
    moment,
    money,
    month,
    percent,
    rounded,
    short_day,
    signed,
)


@pytest.mark.parametrize(
    ("value", "shown"), [(48210, "48,210"), (0, "0"), (-3, "−3"), (2.55, "2.6"), (10**16, "1.00e+16")]
)
def test_count(value, shown):
    assert count(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.19, "19%"),
        (1.5, "150%"),
        (0, "0%"),
        (0.0015, "0.15%"),
        (-0.0634, "−6%"),
        (Decimal("0.27675"), "28%"),
    ],
)
def test_percent(share, shown):
    assert percent(share) == shown


def test_percent_with_places_rounds_half_up():
    assert percent(Decimal("0.27675"), 2) == "27.68%"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1041000, "€1,041k"),
        (-120000, "−€120k"),
        (9120, "€9,120"),
        (12.5, "€12.5"),
        (3 * 10**7, "€30M"),
        (10**17, "€1.00e+17"),
    ],
)
def test_compact_money(value, shown):
    assert compact_money("EUR")(value) == shown


def test_a_currency_without_a_sign_shows_its_code():
    assert compact_money("CHF")(9120) == "CHF\u00a09,120"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1041000", "EUR", "EUR 1,041,000.00"),
        ("0.005", "USD", "USD 0.01"),
        ("-7.5", "JPY", "JPY −8"),
        ("1.0005", "KWD", "KWD 1.001"),
    ],
)
def test_money_is_shown_to_the_minor_unit_half_up(amount, currency, shown):
    assert money(Decimal(amount), currency) == shown.replace(" ", "\u00a0")


def test_a_value_that_rounds_to_zero_has_no_sign():
    assert percent(Decimal("-0.0000001"), 1) == "0.0%"


def test_signed():
    assert [signed(count)(value) for value in (5, -5, 0)] == ["+5", "−5", "+0"]


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.integers(0, 4),
)
def test_rounding_moves_a_value_by_half_a_step_at_most(value, places):
    assert abs(rounded(value, places) - value) <= Decimal("0.5").scaleb(-places)


@given(st.floats(-1e300, 1e300))
def test_any_float_can_be_shown_compactly(value):
    assert len(compact(value)) <= 12


def test_dates_and_times():
    assert (day(date(2026, 11, 2)), month(date(2026, 11, 2))) == ("2 November 2026", "Nov 2026")
    assert short_day(date(2026, 11, 2)) == "2 Nov 2026"
    assert moment(datetime(2026, 11, 2, 9, 5, tzinfo=UTC)) == "2 November 2026, 09:05 UTC"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="A time needs a zone"):
        moment(datetime(2026, 11, 2, tzinfo=UTC).replace(tzinfo=None))
