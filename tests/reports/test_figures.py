import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import (
    Definition,
    Figure,
    Missing,
    Rate,
    conversion,
    cost_each,
    marketing_roi,
    net_return,
    one_in,
    overall,
    quotient,
    selling_share,
    share_of,
    wilson,
)

ORACLES = Path(__file__).parents[2] / "../shared/oracles.json"
NO_SPEND = Missing("No spend recorded for the period.")
money = st.decimals(min_value=0, max_value=10**9, places=2)


def oracle(name):
    """One published value from oracles.json."""
    if not ORACLES.exists():
        pytest.skip("the folder of published values is not beside the repository")
    return next(
        entry for entry in json.loads(ORACLES.read_text(), parse_float=Decimal) if entry["id"] == name
    )


def test_roi_of_the_textbook():
    """Venkatesan, Farris and Wilcox: 10 million of sales at 50% margin for 2 million."""
    assert marketing_roi(Decimal(10_000_000), Decimal(2_000_000), Decimal("0.5")) == Decimal("1.5")


@pytest.mark.shared
def test_roi_holds_the_published_value():
    case = oracle("marketing_roi")
    inputs = {name: Decimal(value) for name, value in case["inputs"].items()}
    assert marketing_roi(inputs["sales"], inputs["spend"], inputs["margin"]) == case["expect"]


def test_roi_of_net_sales():
    assert marketing_roi(Decimal(150), Decimal(100)) == Decimal("0.5")


def test_roi_without_spend_says_so():
    assert marketing_roi(Decimal(1), NO_SPEND) == Missing(
        "No spend recorded for the period: ROI cannot be computed."
    )


def test_roi_of_zero_spend_is_no_number():
    assert (
        marketing_roi(Decimal(1), Decimal(0)).why
        == "Spend for the period adds up to zero: ROI cannot be computed."
    )


def test_roi_of_credits_only_asks_to_check_them():
    assert "check the credits" in marketing_roi(Decimal(1), Decimal(-5)).why


@given(money, money.filter(bool))
def test_roi_is_above_zero_just_when_the_return_exceeds_the_spend(revenue, spend):
    roi = marketing_roi(revenue, spend)
    assert (roi >= 0) if revenue >= spend else (roi <= 0)


def test_net_return_is_exact():
    assert net_return(Decimal("0.1"), Decimal("0.3"), Decimal("0.333")) == Decimal("-0.2667")


def test_net_return_gives_the_reason():
    assert (
        net_return(Decimal(1), NO_SPEND).why
        == "No spend recorded for the period: the net return cannot be computed."
    )


def test_a_share_of_nothing_is_no_share():
    assert isinstance(share_of(Decimal(0), Decimal(0)), Missing)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "0.333333"), (2, 3, "0.666667"), (1, 2_000_000, "0.000001"), (-1, 2_000_000, "-0.000001")],
)
def test_a_quotient_is_rounded_once_half_up_to_six_places(part, whole, expected):
    assert quotient(Decimal(part), Decimal(whole)) == Decimal(expected)


@pytest.mark.shared
def test_wilson_holds_newcombes_values():
    for successes, trials, low, high in oracle("wilson95")["cases"]:
        assert wilson(successes, trials) == (
            pytest.approx(low, abs=Decimal("0.00005")),
            pytest.approx(high, abs=Decimal("0.00005")),
        )


@given(st.integers(1, 10**9).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_wilson_holds_the_share_and_stays_within_0_and_1(case):
    low, high = wilson(*case)
    assert 0 <= low <= quotient(Decimal(case[0]), Decimal(case[1])) <= high <= 1


def test_wilson_refuses_more_successes_than_trials():
    with pytest.raises(ValueError, match="got 3 of 2"):
        wilson(3, 2)


def test_conversion_carries_its_interval():
    assert conversion(263, 81) == Rate(Decimal("0.307985"), Decimal("0.255289"), Decimal("0.366210"))


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [(None, 1, "not known"), (0, 0, "Nothing reached"), (5, 6, "different records")],
)
def test_conversion_says_why_there_is_no_rate(before, after, word):
    assert word in conversion(before, after).why


@pytest.mark.shared
def test_the_funnels_product_holds_the_published_value():
    case = oracle("funnel")
    product = overall(case["inputs"]["rates"])
    assert product == case["expect"]["product"]
    assert one_in(product) == pytest.approx(case["expect"]["one_in"], abs=Decimal("0.0001"))


def test_one_in_nothing_is_no_number():
    assert isinstance(one_in(Decimal(0)), Missing)


@pytest.mark.shared
def test_selling_share_holds_both_readings():
    case = oracle("comp_selling")
    assert selling_share(**case["inputs"])._asdict() == {
        name: pytest.approx(value) for name, value in case["expect"].items()
    }


def test_selling_share_takes_the_turnover_that_adds_up():
    """25.8% turnover at half a year of ramp: the note of the same source."""
    share = selling_share(Decimal("0.41"), Decimal("0.20"), Decimal("0.258") / 2)
    assert share.multiplicative == Decimal("0.285688")


def test_selling_share_refuses_per_cent():
    with pytest.raises(ValueError, match=r"such as 0\.41"):
        selling_share(Decimal(41), Decimal(20), Decimal("12.5"))


def test_cost_of_each():
    assert cost_each(Decimal(100), 3) == Decimal("33.333333")


@pytest.mark.parametrize(("number", "word"), [(None, "not known"), (0, "Nothing reached")])
def test_cost_of_each_says_why_there_is_none(number, word):
    assert word in cost_each(Decimal(100), number).why


def figure(value, unit, why=None):
    return Figure("key", "Name", value, unit, (Definition("Lead", "1", provisional=True),), "d", "q", why)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("1.5", "rate", "150.0%"),
        ("0.0015", "rate", "0.15%"),
        ("0.00015", "rate", "0.015%"),
        ("4000", "count", "4,000"),
        ("1041000.005", "EUR", "EUR\u00a01,041,000.01"),
    ],
)
def test_a_figure_is_shown_with_its_unit(value, unit, shown):
    assert figure(Decimal(value), unit).shown == shown


def test_a_figure_that_is_missing_shows_why():
    assert figure(None, "EUR", "No spend recorded.").shown == "No spend recorded."


@pytest.mark.parametrize(("value", "why"), [(None, None), (Decimal(1), "Because.")])
def test_a_figure_has_a_value_or_a_reason(value, why):
    with pytest.raises(ValueError, match="and not both"):
        figure(value, "EUR", why)


def test_a_figure_on_an_unsigned_definition_is_provisional():
    assert figure(Decimal(1), "EUR").provisional
    assert str(figure(Decimal(1), "EUR").basis[0]) == "Lead, version 1 (provisional, unsigned)"


def test_a_figures_record_is_plain_json():
    record = figure(Decimal("0.500000"), "rate").record()
    assert json.loads(json.dumps(record)) == {
        "key": "key",
        "name": "Name",
        "value": "0.500000",
        "unit": "rate",
        "interval": None,
        "basis": ["Lead, version 1 (provisional, unsigned)"],
        "provisional": True,
        "digest": "d",
        "query": "q",
        "why_missing": None,
        "note": "",
    }
