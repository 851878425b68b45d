"""Charts as SVG text: one string for the page, light and dark, and for the PDF.

A kind is a function `kind(ident, title, data, …) -> Chart`; the title states the finding, the id is the caller's.
The look comes from `palette`; `static/charts.css` holds the classes a page needs.
"""

from reports.charts.ageing import Aged, ageing
from reports.charts.bars import Bar, bars
from reports.charts.calibration import Bin, calibration
from reports.charts.chart import Chart
from reports.charts.dumbbell import Pair, dumbbell
from reports.charts.funnel import Stage, funnel
from reports.charts.gains import Gain, gains
from reports.charts.heat import heat
from reports.charts.lift import Tenth, lift
from reports.charts.quadrant import Cut, Fields, quadrant
from reports.charts.series import Line, series
from reports.charts.sparkline import sparkline
from reports.charts.waterfall import Step, waterfall

__all__ = [
    "Aged", "Bar", "Bin", "Chart", "Cut", "Fields", "Gain", "Line", "Pair", "Stage", "Step", "Tenth",
    "ageing", "bars", "calibration", "dumbbell", "funnel", "gains", "heat", "lift", "quadrant", "series",
    "sparkline", "waterfall",
]  # fmt: skip
