"""A report as HTML: a whole document for paper, or its body alone for a page of the portal."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports import formats
from reports.roi import finding
from reports.roi.pictures import pictures
from reports.roi.report import Report

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
# A row of a table costs about a millisecond on paper; 200 deals are some six pages.
DEALS_LISTED: Final = 200


def page(report: Report, *, deals: int = DEALS_LISTED) -> str:
    """The document for `pdf.render`, with its own stylesheet inside; it refers to nothing outside."""
    return environment().get_template("documents/roi.html").render(content(report, deals))


def body(report: Report, *, deals: int = DEALS_LISTED) -> str:
    """The same content without head, style and watermark: a preview inside a page that has its own."""
    return environment().get_template("documents/roi_body.html").render(content(report, deals))


def content(report: Report, deals: int) -> dict[str, object]:
    listed = report.given.deals[:deals]
    return {
        "report": report,
        "given": report.given,
        "finding": finding.finding(report),
        "charts": pictures(report),
        "deals": listed,
        "reconciliation": finding.reconciliation(report.given, len(listed), report["sourced_revenue"]),
    }


@cache
def environment() -> Environment:
    """Its own, so that a report looks the same made by a page, a job or a test."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters.update(
        count=formats.count,
        day=formats.day,
        moment=formats.moment,
        money=formats.money,
        month=formats.month,
        percent=formats.percent,
        channel_roi=finding.channel_roi,
    )
    jinja.globals.update(not_known="not known")
    return jinja
