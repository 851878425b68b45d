"""Companies added and changed by hand."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field
from sqlmodel import Session

from portal.companies import Company
from portal.db import EPOCH
from portal.editing import records
from portal.editing.links import company_of, owner_of
from portal.editing.words import Amount, Currency, Long, Name, Short, text_of
from portal.errors import Invalid
from portal.fields import Level

PEOPLE: Final = "Use a number of people, such as 250."
ALIKE: Final = ("name", "industry", "employees", "revenue", "currency", "type", "country", "city")


class Draft(BaseModel):
    """A company as people type one. Revenue is a year's."""

    name: Long
    domain: Name = ""
    industry: Name = ""
    employees: Annotated[float | None, Field(ge=0, le=10**8, json_schema_extra={"say": PEOPLE})] = None
    revenue: Amount = None
    currency: Currency = ""
    type: Short = ""
    country: Short = ""
    city: Short = ""
    parent: Long = ""
    owner: Name = ""


def texts(company: Company) -> dict[str, str]:
    """What a company's form holds."""
    return {
        **{name: text_of(getattr(company, name)) for name in ALIKE},
        "domain": company.domain,
        "parent": company.parent_name,
        "owner": company.owner,
    }


def blank() -> dict[str, str]:
    """What the form of a new one holds."""
    return texts(Company(name="", created_at=EPOCH, updated_at=EPOCH))


def add(session: Session, draft: Draft, *, by: int | None, at: datetime) -> Company:
    """Add a company. Raises Invalid."""
    company = Company(name=draft.name, created_at=at, updated_at=at)
    for name, value in _values(session, company, draft).items():
        setattr(company, name, value)
    return records.add(session, company, Level.COMPANY, by=by, at=at)


def change(
    session: Session, company_id: int, draft: Draft, *, version: int, by: int | None, at: datetime
) -> Company:
    """Change a company that was seen in a version. Raises Invalid, NotFound, Changed."""
    company = records.load(session, Company, company_id, version=version)
    records.change(session, company, Level.COMPANY, _values(session, company, draft), by=by, at=at)
    return company


def _values(session: Session, company: Company, draft: Draft) -> dict[str, Any]:
    if draft.revenue is not None and not draft.currency:
        raise Invalid("Say in which currency the revenue is, such as EUR.")
    found: dict[str, Any] = {name: getattr(draft, name) for name in ALIKE}
    found["domain"] = draft.domain.lower().removeprefix("www.")
    if draft.owner != company.owner:
        found |= owner_of(session, draft.owner)
    if draft.parent != company.parent_name:
        parent = company_of(session, draft.parent)
        found |= {name.replace("company", "parent"): value for name, value in parent.items()}
    return found
