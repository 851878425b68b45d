from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.imports.numerals import NumberStyle, as_amounts, as_numbers, currency_of, style_of


def cells(*values):
    return pl.Series("c", values, pl.String)


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        (["1,234.56", "12", "-3.5", "+4"], [1234.56, 12, -3.5, 4]),
        (["1.234,56", "12", "0,5"], [1234.56, 12, 0.5]),
        (["1 234,56", "1\u00a0234,5", "7"], [1234.56, 1234.5, 7]),
        (["1'234.50", "1\u2019000.00"], [1234.5, 1000]),
        (["1.234.567", "2.000"], [1_234_567, 2_000]),
        (["$1,200.00", "$5"], [1200, 5]),
        (["5 €", "€ 7", "EUR 9,50"], [5, 7, 9.5]),
        (["(3.50)", "5-"], [-3.5, -5]),
        (["50%", "12.5 %"], [0.5, 0.125]),
        (["1000", "0"], [1000, 0]),
    ],
)
def test_reads_numbers_in_local_style(written, numbers):
    style = style_of(written)
    assert style is not None
    assert as_numbers(cells(*written), style).to_list() == numbers


@pytest.mark.parametrize(
    "written", [["+49 30 1234", "+49 89 99"], ["2005 4", "2006 1"], ["a", "1"], ["10.0.0.1"], []]
)
def test_does_not_take_other_things_for_numbers(written):
    assert style_of(written) is None


def test_says_when_the_decimal_sign_is_open():
    assert style_of(["1.234", "5"]) == NumberStyle(decimal=".", ambiguous=True)
    assert style_of(["1,234", "5"]) == NumberStyle(decimal=".", ambiguous=True)
    assert style_of(["1.234", "5,5"]) == NumberStyle(decimal=",")


def test_wrong_grouping_is_no_number():
    read = as_numbers(cells("1,5", "12,34", "1,234", "inf", "nan", None), NumberStyle())
    assert read.to_list() == [None, None, 1234, None, None, None]


def test_amounts_are_exact():
    assert as_amounts(cells("1,054.10", "0.1", "$3", "x"), NumberStyle()).to_list() == [
        Decimal("1054.1000"), Decimal("0.1000"), Decimal("3.0000"), None,
    ]  # fmt: skip


@given(
    st.decimals(-(10**9), 10**9, places=2), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")])
)
def test_any_amount_comes_back_from_any_style(amount, signs):
    grouping, decimal = signs
    written = f"{amount:,.2f}".replace(",", "G").replace(".", decimal).replace("G", grouping)
    assert as_amounts(cells(written), NumberStyle(decimal=decimal)).to_list() == [amount]


def test_names_the_currency_only_when_there_is_one():
    assert (currency_of(["5 €", "7"]), currency_of(["5 €", "$7"]), currency_of(["5"])) == ("EUR", "", "")
