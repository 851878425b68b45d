"""What holds for every chart, whatever its kind and however strange its data."""

import re
import time
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from reports import charts
from reports.formats import compact_money, percent

STYLESHEET = (Path(__file__).parents[3] / "static" / "charts.css").read_text()
LONG = "A label nobody would ever want to read to its very end, with <b>marks</b> & 漢字 in it"
NAN = float("nan")


def funnel(stages):
    return charts.funnel("c", LONG, stages)


def series(steps, *lines, **options):
    return charts.series("c", LONG, steps, lines, **options)


def heat(values, **options):
    return charts.heat("c", LONG, [LONG, "South"], ["Goals", LONG], values, names="Team", **options)


def quadrant(counts):
    return charts.quadrant("c", LONG, counts, charts.Cut(1, 1), x="Fit", y=LONG)


def bars(*items, **options):
    return charts.bars("c", LONG, items, names="Channel", measure="Spend", **options)


CASES = {
    "funnel": lambda: funnel([charts.Stage("Leads", 48210), charts.Stage("Won", 431)]),
    "funnel, strange": lambda: funnel(
        [
            charts.Stage(LONG, 10**21),
            charts.Stage("Gap", None),
            charts.Stage("None", 0),
            charts.Stage("More", 5),
        ]
    ),
    "funnel, empty": lambda: funnel([]),
    "gains": lambda: charts.gains("c", LONG, [charts.Gain(0.1, 0.3), charts.Gain(1, 1)], mark=0.2),
    "gains, late mark": lambda: charts.gains(
        "c", LONG, [charts.Gain(Decimal("0.5"), NAN), charts.Gain(1, 1)], mark=0.95
    ),
    "gains, empty": lambda: charts.gains("c", LONG, [charts.Gain(0.1, None)]),
    "calibration": lambda: charts.calibration("c", LONG, [charts.Bin(0.2, 0.18, 0.1, 0.3, 90)] * 2),
    "calibration, all zero": lambda: charts.calibration("c", LONG, [charts.Bin(0, 0, 0, 0, 1)]),
    "calibration, empty": lambda: charts.calibration("c", LONG, []),
    "lift": lambda: charts.lift("c", LONG, [charts.Tenth(3.1, 100, 31), charts.Tenth(None, 0, 0)]),
    "lift, empty": lambda: charts.lift("c", LONG, []),
    "bars": lambda: bars(
        charts.Bar(LONG, Decimal("82000.5")), charts.Bar("x", None), show=compact_money("EUR")
    ),
    "bars, below zero": lambda: bars(charts.Bar("a", -3), charts.Bar("b", -1e18)),
    "bars, both sides": lambda: bars(charts.Bar("a", -0.4), charts.Bar("b", 0.9)),
    "bars, all zero": lambda: bars(charts.Bar("a", 0)),
    "bars, empty": bars,
    "series": lambda: series(
        ["Jan", "Feb", "Mar"], charts.Line("R", [1, None, 3]), charts.Line("S", [2, 2, 2], "neutral")
    ),
    "series, interval": lambda: series(
        ["Jan", "Feb"], charts.Line("R", [0.2, 0.3], "sales", [0.1, None], [0.3, 0.4]), show=percent
    ),
    "series, one point": lambda: series(["Jan"], charts.Line("R", [-5])),
    "series, huge": lambda: series([LONG] * 60, charts.Line(LONG, [10**18] * 60)),
    "series, empty": lambda: series(["Jan"], charts.Line("R", [None])),
    "waterfall": lambda: charts.waterfall("c", LONG, [charts.Step("Before", 820), charts.Step(LONG, -64)]),
    "waterfall, below zero": lambda: charts.waterfall(
        "c", LONG, [charts.Step("Before", 0), charts.Step("b", -9)]
    ),
    "waterfall, empty": lambda: charts.waterfall("c", LONG, []),
    "heat": lambda: heat([[1, None], [5, 2]], ends=(1, 4)),
    "heat, all alike": lambda: heat([[3, 3], [3, NAN]]),
    "heat, empty": lambda: charts.heat("c", LONG, [], [], [], names="Team"),
    "quadrant": lambda: quadrant([[5, 0], [1, 900]]),
    "quadrant, empty": lambda: quadrant([[0, 0], [0, 0]]),
    "sparkline": lambda: charts.sparkline("c", LONG, ["a", "b", "c"], [1, None, 3]),
    "sparkline, level": lambda: charts.sparkline("c", LONG, ["a", "b"], [2, 2]),
    "sparkline, empty": lambda: charts.sparkline("c", LONG, [], []),
    "dumbbell": lambda: charts.dumbbell("c", LONG, [charts.Pair(LONG, 2.1, 3.9), charts.Pair("b", None, 4)]),
    "dumbbell, empty": lambda: charts.dumbbell("c", LONG, []),
    "ageing": lambda: charts.ageing(
        "c", LONG, [charts.Aged(LONG, [31, 2, 0, 900])], ["0-14", "15-30", "31-60", "over"]
    ),
    "ageing, empty": lambda: charts.ageing("c", LONG, [charts.Aged("a", [0, 0])], ["young", "old"]),
}
every_kind = pytest.mark.parametrize("draw", CASES.values(), ids=CASES)


@every_kind
def test_is_well_formed_with_a_title_and_a_description(draw):
    root = ET.fromstring(draw().svg)
    assert root.get("role") == "img"
    assert (
        [child.get("id") for child in root[:2]]
        == root.get("aria-labelledby").split()
        == ["c-title", "c-desc"]
    )
    assert root[0].text == LONG
    assert root[1].text


@every_kind
def test_holds_no_script_style_gradient_or_link(draw):
    allowed = {"svg", "title", "desc", "g", "rect", "line", "path", "circle", "text"}
    elements = list(ET.fromstring(draw().svg).iter())
    assert {element.tag.rpartition("}")[2] for element in elements} <= allowed
    names = {name for element in elements for name in element.attrib}
    assert not {name for name in names if name == "style" or name.startswith("on") or "href" in name}


@every_kind
def test_numbers_are_finite_and_sizes_not_negative(draw):
    svg = draw().svg
    assert not re.search(r'"[^">]*\b(nan|inf)\b[^">]*"', re.sub(r"<(title|desc)[^>]*>.*?</\1>", "", svg))
    assert not re.search(r' (width|height|r)="-', svg)


@every_kind
def test_every_class_is_in_the_stylesheet(draw):
    used = {name for value in re.findall(r'class="([^"]+)"', draw().svg) for name in value.split()}
    assert {name for name in used if f".{name} " not in STYLESHEET} == set()


@every_kind
def test_marks_lie_inside_the_picture(draw):
    root = ET.fromstring(draw().svg)
    width, height = float(root.get("width")), float(root.get("height"))
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, wide, high = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        moved = wide <= 12 and x < 0  # a legend's sign is drawn at the origin and moved into place
        assert moved or (x >= -0.5 and y >= -0.5 and x + wide <= width + 0.5 and y + high <= height + 0.5)


@every_kind
def test_its_table_has_a_cell_for_every_column(draw):
    chart = draw()
    assert {len(row) for row in chart.rows} <= {len(chart.head)}
    assert all(isinstance(cell, str) for row in chart.rows for cell in row)


@every_kind
def test_the_same_data_is_the_same_text(draw):
    assert draw() == draw()


def test_drawing_all_of_them_takes_milliseconds():
    start = time.process_time()
    for draw in CASES.values():
        draw()
    assert (time.process_time() - start) / len(CASES) < 0.010


def test_an_id_that_could_break_out_of_its_attribute_is_refused():
    with pytest.raises(ValueError, match="A chart's id starts with a letter"):
        charts.funnel('x" onload="', "Title", [charts.Stage("Leads", 1)])
