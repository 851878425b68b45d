"""Every table of the portal, for migrations and tests: importing this module knows them all."""

from sqlmodel import SQLModel

from portal import (
    accounts,
    activities,
    campaigns,
    companies,
    deals,
    definitions,
    discussion,
    events,
    evidence,
    fields,
    notices,
    orders,
    owners,
    packs,
    partners,
    people,
    products,
    reports,
    spend,
)
from portal.duplicates import tables as duplicates
from portal.exports import tables as exports
from portal.health import tables as health
from portal.imports import tables as imports
from portal.imports.links import tables as links
from portal.imports.undoing import tables as undoing
from portal.jobs import tables as jobs
from portal.judging import tables as judging
from portal.models import tables as models
from portal.ranking import frozen, shares, terms, weights
from portal.signing import tables as signing

__all__ = [
    "accounts",
    "activities",
    "campaigns",
    "companies",
    "deals",
    "definitions",
    "discussion",
    "duplicates",
    "events",
    "evidence",
    "exports",
    "fields",
    "frozen",
    "health",
    "imports",
    "jobs",
    "judging",
    "links",
    "metadata",
    "models",
    "notices",
    "orders",
    "owners",
    "packs",
    "partners",
    "people",
    "products",
    "reports",
    "shares",
    "signing",
    "spend",
    "terms",
    "undoing",
    "weights",
]

metadata = SQLModel.metadata
