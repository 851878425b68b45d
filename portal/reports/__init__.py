"""Reports: documents that finance can check, made by a job, kept as they were.

Web and console ask for them (`making`), the job keeps them, pages read them (`pages`, `stated`).
"""

from portal.reports.making import currencies, keep, main_currency, make_again, missing, request_roi
from portal.reports.pages import PER_PAGE, Shown, get, listed, pdf, shown
from portal.reports.periods import Period, usual_periods
from portal.reports.stated import Stage, Stated, stated
from portal.reports.tables import Report, ReportFile, ReportState

__all__ = [
    "PER_PAGE",
    "Period",
    "Report",
    "ReportFile",
    "ReportState",
    "Shown",
    "Stage",
    "Stated",
    "currencies",
    "get",
    "keep",
    "listed",
    "main_currency",
    "make_again",
    "missing",
    "pdf",
    "request_roi",
    "shown",
    "stated",
    "usual_periods",
]
