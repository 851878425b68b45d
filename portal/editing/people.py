"""People added and changed by hand."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field
from sqlmodel import Session

from portal.db import EPOCH
from portal.editing import records
from portal.editing.links import links
from portal.editing.words import Day, Long, Name, Short, day_of, moment_of
from portal.errors import Invalid
from portal.fields import Level
from portal.people import Person

NOBODY: Final = "Give a name or an e-mail address, so that they can be found."
ALIKE: Final = (
    "first_name", "last_name", "phone", "title", "source", "campaign", "status", "country", "city", "direction",
)  # fmt: skip
EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


class Draft(BaseModel):
    """A person as people type one. Days are those of UTC."""

    first_name: Name = ""
    last_name: Name = ""
    email: str = Field(
        "",
        max_length=254,
        pattern=EMAIL,
        json_schema_extra={"say": "Use an e-mail address, such as ada@example.com."},
    )
    phone: Short = ""
    title: Long = ""
    company: Long = ""
    source: Name = ""
    campaign: Name = ""
    owner: Name = ""
    status: Short = ""
    country: Short = ""
    city: Short = ""
    direction: str = Field("unknown", pattern="^(inbound|outbound|unknown)$")
    came_on: Day = None
    customer_since: Day = None
    opted_out: bool = False


def texts(person: Person) -> dict[str, str]:
    """What a person's form holds."""
    return {
        **{name: getattr(person, name) for name in ALIKE},
        "email": person.email,
        "company": person.company_name,
        "owner": person.owner,
        "came_on": day_of(person.came_at),
        "customer_since": day_of(person.customer_at),
        "opted_out": "yes" if person.opted_out_at else "",
    }


def blank() -> dict[str, str]:
    """What the form of a new one holds."""
    return texts(Person(created_at=EPOCH, updated_at=EPOCH))


def add(session: Session, draft: Draft, *, by: int | None, at: datetime) -> Person:
    """Add a person. Raises Invalid."""
    person = Person(created_at=at, updated_at=at, arrived_at=at)
    for name, value in _values(session, person, draft, at).items():
        setattr(person, name, value)
    return records.add(session, person, Level.PERSON, by=by, at=at)


def change(
    session: Session, person_id: int, draft: Draft, *, version: int, by: int | None, at: datetime
) -> Person:
    """Change a person that was seen in a version. Raises Invalid, NotFound, Changed."""
    person = records.load(session, Person, person_id, version=version)
    records.change(session, person, Level.PERSON, _values(session, person, draft, at), by=by, at=at)
    return person


def _values(session: Session, person: Person, draft: Draft, at: datetime) -> dict[str, Any]:
    if not (draft.first_name or draft.last_name or draft.email):
        raise Invalid(NOBODY)
    came_at = moment_of(draft.came_on, person.came_at)
    return {
        **{name: getattr(draft, name) for name in ALIKE},
        "email": draft.email.lower(),
        "came_at": came_at,
        "arrived_at": came_at or person.created_at,
        "customer_at": moment_of(draft.customer_since, person.customer_at),
        "opted_out_at": (person.opted_out_at or at) if draft.opted_out else None,
        **links(session, person, draft),
    }
