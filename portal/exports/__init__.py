"""Exports: records back to the system they came from, lists as files, and rows for analysts.

Web and console ask for files (`making`) and name columns (`targets`); the job makes them (`work`); pages read (`pages`).
"""

from portal.exports.layouts import LAYOUTS, OBJECTS
from portal.exports.making import (
    FORMATS,
    keep,
    request_crm,
    request_frozen,
    request_list,
    request_scores,
    request_wide,
)
from portal.exports.pages import filename, get, listed, path_of, shown
from portal.exports.tables import Export, ExportState, Kind, Sent, Target
from portal.exports.work import Made, Work, make

__all__ = [
    "FORMATS",
    "LAYOUTS",
    "OBJECTS",
    "Export",
    "ExportState",
    "Kind",
    "Made",
    "Sent",
    "Target",
    "Work",
    "filename",
    "get",
    "keep",
    "listed",
    "make",
    "path_of",
    "request_crm",
    "request_frozen",
    "request_list",
    "request_scores",
    "request_wide",
    "shown",
]
