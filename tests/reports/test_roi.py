from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given as with_any
from hypothesis import strategies as st

from reports import roi
from reports.roi.report import months


def test_key_figures_of_half_a_year(given):
    report = roi.build(given())
    assert {figure.key: figure.value for figure in report.key} == {
        "spend": Decimal(100_000),
        "sourced_revenue": Decimal(150_000),
        "revenue": Decimal(200_000),
        "sourced_share": Decimal("0.75"),
        "net_return": Decimal(50_000),
        "roi": Decimal("0.5"),
        "cost_per_deal": Decimal("8333.333333"),
    }


def test_gross_margin_counts_when_finance_chose_it(given):
    report = roi.build(given(choices=roi.Choices(margin=Decimal("0.8"))))
    assert report["roi"].value == Decimal("0.2")
    assert "80.0% gross margin" in report["roi"].query


def test_every_figure_names_its_data_its_query_and_its_definitions(given):
    report = roi.build(given())
    assert {figure.digest for figure in report.figures} == {given().digest}
    assert all(figure.query.endswith(".") for figure in report.figures)
    assert report["roi"].provisional
    assert [str(definition) for definition in report["sourced_revenue"].basis] == [
        "Marketing-sourced, version 1 (provisional, unsigned)",
        "Customer, version 2",
    ]


def test_without_spend_there_is_a_reason_and_no_zero(given):
    report = roi.build(given(spend=[]))
    assert report["spend"].why_missing == "No spend recorded for the period."
    assert report["roi"].why_missing == "No spend recorded for the period: ROI cannot be computed."
    assert report["cost_0"].why_missing == "No spend recorded for the period: no cost can be given."


def test_without_wins_there_is_a_reason_and_no_zero(given):
    report = roi.build(given(revenue=[], deals=[], deals_total=0))
    assert report["roi"].why_missing == "No won deal recorded for the period: ROI cannot be computed."


def test_wins_of_which_none_is_marketings_are_a_revenue_of_zero(given):
    others = [roi.Revenue(date(2026, 2, 1), Decimal(50_000), "EUR", False, 2)]
    report = roi.build(given(revenue=others, deals=[], deals_total=0))
    assert report["sourced_revenue"].value == 0
    assert report["roi"].value == -1


def test_currencies_are_never_added(given):
    dollars = roi.Spend("Search", date(2026, 1, 1), Decimal(900), "USD")
    report = roi.build(given(spend=[*given().spend, dollars]))
    assert report["spend"].value == Decimal(100_000)
    assert report["spend"].note == "Leaves out USD\u00a0900.00: other currencies are not converted."
    assert report["roi"].why_missing == (
        "Amounts stand in EUR and USD and no exchange rate is agreed (import all in EUR): ROI cannot be computed."
    )
    assert all(channel.roi.why.startswith("Amounts stand in EUR and USD") for channel in report.channels)


def test_a_foreign_deal_that_is_not_marketings_leaves_the_roi_alone(given):
    pounds = roi.Revenue(date(2026, 1, 1), Decimal(900), "GBP", False, 1)
    report = roi.build(given(revenue=[*given().revenue, pounds]))
    assert report["roi"].value == Decimal("0.5")
    assert "GBP" in report["revenue"].note


def test_stages_carry_rate_interval_and_cost(given):
    first, second, last = roi.build(given()).stages
    assert (first.rate, first.cost.value) == (None, Decimal(25))
    assert (second.rate.value, second.rate.shown_interval) == (Decimal("0.6"), "58.5% to 61.5%")
    assert (last.rate.shown, last.cost.shown) == ("0.50%", "EUR\u00a08,333.33")


def test_months_without_rows_are_there_and_those_still_to_come_are_not_known(given):
    rows = roi.build(given(end=date(2026, 6, 30))).months
    assert [(row.on.month, row.spend, row.sourced) for row in rows][3:] == [
        (4, Decimal(25_000), Decimal(37_500)),
        (5, None, Decimal(0)),
        (6, None, None),
    ]


def test_months_and_channels_add_up_to_the_key_figures(given):
    report = roi.build(given())
    assert (
        sum(row.spend for row in report.months)
        == sum(row.spend for row in report.channels)
        == report["spend"].value
    )
    assert sum(row.sourced for row in report.months) == report["sourced_revenue"].value
    assert sum(row.revenue for row in report.channels) == report["sourced_revenue"].value


def test_channels_without_revenue_lose_all_and_unknown_ones_have_no_roi(given):
    unknown = roi.Revenue(date(2026, 1, 1), Decimal(10), "EUR", True, 1)
    rows = {row.name: row.roi for row in roi.build(given(revenue=[*given().revenue, unknown])).channels}
    assert rows["Events"] == -1
    assert rows["Channel not known"].why == "No spend recorded: ROI cannot be computed."


@with_any(st.permutations(range(8)), st.permutations(range(5)))
def test_the_order_of_rows_changes_nothing(given, spend_order, revenue_order):
    base = given()
    shuffled = given(
        spend=[base.spend[place] for place in spend_order],
        revenue=[base.revenue[place] for place in revenue_order],
    )
    report, other = roi.build(base), roi.build(shuffled)
    assert (report.figures, report.months, report.channels) == (other.figures, other.months, other.channels)


def test_a_report_is_a_draft_until_finance_signed(given):
    signed = roi.Choices(signed_by="Head of Finance", signed_on=date(2026, 4, 1))
    assert (given().draft, given(choices=signed).draft) == (True, False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end": date(2025, 1, 1)}, "swap the two days"),
        ({"as_of": datetime(2026, 5, 2)}, "needs a zone"),  # noqa: DTZ001
        ({"deals_total": 3}, "12 deals are listed but only 3 are counted"),
        ({"choices": roi.Choices(margin=Decimal(55))}, r"such as 0\.55"),
        ({"start": date(2026, 3, 1)}, "January 2026, outside the period"),
    ],
)
def test_unfit_input_is_refused_with_a_sentence(given, changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        given(**changes)


def test_months_of_a_period_that_crosses_the_year():
    assert [str(on) for on in months(date(2025, 11, 30), date(2026, 1, 1))] == [
        "2025-11-01",
        "2025-12-01",
        "2026-01-01",
    ]
