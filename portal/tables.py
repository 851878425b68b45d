"""Every table of the portal, for migrations and tests: importing this module knows them all."""

from sqlmodel import SQLModel

from portal import (
    accounts,
    activities,
    companies,
    deals,
    definitions,
    events,
    fields,
    notices,
    people,
    reports,
    spend,
)
from portal.imports import tables as imports
from portal.jobs import tables as jobs
from portal.models import tables as models

__all__ = [
    "accounts",
    "activities",
    "companies",
    "deals",
    "definitions",
    "events",
    "fields",
    "imports",
    "jobs",
    "metadata",
    "models",
    "notices",
    "people",
    "reports",
    "spend",
]

metadata = SQLModel.metadata
