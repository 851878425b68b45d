from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.imports.dates import DateStyle, as_days, as_times, style_of


def cells(*values):
    return pl.Series("c", values, pl.String)


def days(*written, compact=False):
    style = style_of(written, compact=compact)
    assert style is not None
    return as_days(cells(*written), style).to_list()


@pytest.mark.parametrize(
    "written",
    ["2024-03-09", "2024/3/9", "2024.03.09", "20240309", "9 Mar 2024", "09-Mar-24", "9. March 2024", "March 9, 2024",
     "Mar 9 2024", "2024-03-09T23:59:59Z", "Sat, 09 Mar 2024 10:00:00 +0000", "2024-03-09 11:05 PM"],
)  # fmt: skip
def test_reads_a_day_in_many_forms(written):
    assert days(written, compact=True) == [date(2024, 3, 9)]


def test_the_column_decides_whether_day_or_month_is_first():
    assert days("13/02/2024", "01/02/2024") == [date(2024, 2, 13), date(2024, 2, 1)]
    assert days("02/13/2024", "01/02/2024") == [date(2024, 2, 13), date(2024, 1, 2)]
    assert days("1.2.2024", "3.4.24") == [date(2024, 2, 1), date(2024, 4, 3)]


def test_says_when_the_order_is_open():
    assert style_of(["01/02/2024", "03/04/2024"]) == DateStyle(order="dmy", ambiguous=True)
    assert style_of(["01/02/2024 3:00 PM"]) == DateStyle(order="mdy", ambiguous=True, with_time=True)


@pytest.mark.parametrize(
    "written", [["12345", "20240131"], ["yes", "no"], ["2024-13-45"], ["1.5", "2.5"], []]
)
def test_does_not_take_other_things_for_days(written):
    assert style_of(written) is None


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2010-10-14T12:00:00.000Z", datetime(2010, 10, 14, 12, tzinfo=UTC)),
        ("07/15/2009 02:14:45+0800", datetime(2009, 7, 14, 18, 14, 45, tzinfo=UTC)),
        ("2009-07-14T14:14:45+02:00", datetime(2009, 7, 14, 12, 14, 45, tzinfo=UTC)),
        ("2010-10-14T12:00:00.000GMT", datetime(2010, 10, 14, 12, tzinfo=UTC)),
        ("2024-07-01 12:00", datetime(2024, 7, 1, 10, tzinfo=UTC)),
        ("2024-10-27 02:30:00", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        ("2024-03-31 02:30:00", None),
        ("2009\\7\\14 22:14", None),
    ],
)
def test_times_become_utc(written, instant):
    assert as_times(cells(written), DateStyle(order="mdy"), "Europe/Berlin").to_list() == [instant]


def test_a_row_in_another_form_than_the_usual_one_is_read_too():
    style = style_of(["2024-01-02"] * 30)
    assert style is not None
    assert style.fast == "%Y-%m-%d"
    assert as_days(cells("2024-01-02", "3 Feb 2024", "soon", None), style).to_list() == [
        date(2024, 1, 2), date(2024, 2, 3), None, None,
    ]  # fmt: skip


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_any_time_comes_back(at):
    at = at.replace(tzinfo=UTC)
    written = [at.isoformat(), at.replace(tzinfo=None).isoformat() + "Z"]
    assert as_times(cells(*written), DateStyle(), "UTC").to_list() == [at, at]
