"""The marketing ROI report: what it is made from (`Input`) and the figures it states (`build`)."""

from reports.roi.input import Choices, Deal, Input, Reached, Revenue, Spend
from reports.roi.report import Channel, Month, Report, Stage, build

__all__ = [
    "Channel", "Choices", "Deal", "Input", "Month", "Reached", "Report", "Revenue", "Spend", "Stage", "build",
]  # fmt: skip
