"""What each kind says: its words and its table, not its pixels."""

import re

import pytest

from reports import charts
from reports.charts.chart import clipped, lines_of
from reports.charts.gains import between
from reports.charts.heat import step
from reports.charts.scale import Scale, ticks
from reports.formats import percent


def words(chart):
    return re.findall(r">([^<>]+)</text>|>([^<>]+)<title>", chart.svg) and re.findall(
        r"<text[^>]*>([^<]+)", chart.svg
    )


def test_funnel_says_which_share_goes_on():
    chart = charts.funnel("f", "t", [charts.Stage("Leads", 48210), charts.Stage("Qualified", 9120)])
    assert chart.rows == (("Leads", "48,210", ""), ("Qualified", "9,120", "19%"))
    assert "↓ 19% go on" in words(chart)


def test_funnel_gives_no_rate_after_zero_or_beside_a_missing_count():
    stages = [charts.Stage("a", None), charts.Stage("b", 0), charts.Stage("c", 4)]
    assert charts.funnel("f", "t", stages).rows == (("a", "not known", ""), ("b", "0", ""), ("c", "4", ""))


def test_gains_says_what_the_marked_share_holds():
    chart = charts.gains(
        "g", "t", [charts.Gain(0.1, 0.3), charts.Gain(0.3, 0.5)], mark=0.2, found="won deals"
    )
    assert "Best 20% hold 40% of won deals" in words(chart)


def test_gains_starts_at_nothing():
    assert between([(0.5, 0.8)], 0.25) == pytest.approx(0.4)


def test_calibration_names_the_bin_furthest_off():
    chart = charts.calibration(
        "c", "t", [charts.Bin(0.1, 0.11, 0.1, 0.2, 9), charts.Bin(0.5, 0.3, 0.2, 0.4, 1200)]
    )
    assert "50.0% predicted, 30.0% observed (95% interval 20.0% to 40.0%, 1,200 records)" in chart.svg


def test_a_series_leaves_a_gap_where_nothing_is_known():
    chart = charts.series("s", "t", ["Jan", "Feb", "Mar"], [charts.Line("A", [1, None, 3])])
    assert chart.rows == (("Jan", "1"), ("Feb", "not known"), ("Mar", "3"))
    assert "<path" not in chart.svg


def test_a_series_dashes_only_its_second_line():
    lines = [charts.Line("A", [1, 2]), charts.Line("B", [2, 1], "neutral")]
    dashes = re.findall(r"<path [^>]*>", charts.series("s", "t", ["Jan", "Feb"], lines).svg)
    assert ["stroke-dasharray" in path for path in dashes] == [False, True]


def test_a_series_takes_no_third_line():
    with pytest.raises(ValueError, match="one line or two, not 3"):
        charts.series("s", "t", ["Jan"], [charts.Line("A", [1])] * 3)


def test_a_series_tells_its_interval():
    line = charts.Line("A", [0.2], "accent", [0.1], [0.3])
    assert charts.series("s", "t", ["Jan"], [line], show=percent).rows == (("Jan", "20% (10% to 30%)"),)


def test_waterfall_adds_up_exactly():
    chart = charts.waterfall("w", "t", [charts.Step("a", 820), charts.Step("b", -64)])
    assert chart.rows == (("a", "+820", "820"), ("b", "−64", "756"), ("Net", "", "756"))


def test_quadrant_counts_each_field():
    chart = charts.quadrant("q", "t", [[60, 14], [14, 12]], charts.Cut(1, 1), x="Fit", y="Engagement")
    assert [row[:2] for row in chart.rows] == [
        ("Call now", "12"), ("Check fit", "14"), ("Warm up", "14"), ("Leave", "60"),
    ]  # fmt: skip


def test_dumbbell_states_the_gap_or_the_missing_side():
    pairs = [charts.Pair("Goals", 2.1, 3.9), charts.Pair("Data", None, 3)]
    chart = charts.dumbbell("d", "t", pairs)
    assert [row[3] for row in chart.rows] == ["1.8", "not known"]
    assert "one side only" in words(chart)


def test_ageing_counts_what_is_too_old():
    stages = [charts.Aged("Qualified", [31, 9]), charts.Aged("Contract", [7, 0])]
    assert "9 of 47 are over 60 days." in charts.ageing("a", "t", stages, ["younger", "over 60 days"]).svg


def test_a_clipped_label_keeps_its_whole_text_in_the_tooltip():
    name = "A name that is far too long for the room left of the bars"
    chart = charts.bars("b", "t", [charts.Bar(name, 1)], names="Name", measure="Count")
    assert f"…<title>{name}</title>" in chart.svg


def test_markup_in_data_stays_text():
    chart = charts.funnel("f", "<script>", [charts.Stage("<b>&\x00", 1)])
    assert "&lt;b&gt;&amp;<" in chart.svg
    assert "<script>" not in chart.svg


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0, 48210, [0, 10000, 20000, 30000, 40000, 50000]),
    ],
)
def test_ticks_are_round_and_cover_the_values(low, high, expected):
    assert ticks(low, high) == expected


def test_a_scale_of_one_value_does_not_divide_by_zero():
    assert Scale(3, 3, 10, 90)(3) == 10


@pytest.mark.parametrize(("value", "expected"), [(1, 0), (3, 2), (5, 5), (9, 5), (-1, 0), (None, None)])
def test_heat_steps_stay_within_the_scale(value, expected):
    assert step(value, 1, 5) == expected


def test_labels_break_at_spaces_into_two_lines():
    assert lines_of("Faster follow-up of every lead", 80) == ["Faster", "follow-up o…"]


def test_clipping_never_exceeds_the_room():
    assert clipped("漢字" * 40, 60) == "漢字漢字…"
