"""What people write for another record, and the record they mean."""

from typing import Any

from sqlmodel import Session, col, select

from portal.companies import Company
from portal.errors import Invalid
from portal.owners import Owner
from portal.people import Person


def links(session: Session, row: Any, draft: Any) -> dict[str, Any]:
    """The company and owner a draft names, where those are other names than the record has."""
    found: dict[str, Any] = {}
    if draft.company != row.company_name:
        found |= company_of(session, draft.company)
    if draft.owner != row.owner:
        found |= owner_of(session, draft.owner)
    return found


def company_of(session: Session, name: str) -> dict[str, Any]:
    """The columns that say where a record belongs: the company of that name, where there is exactly one."""
    found = session.exec(select(Company.id).where(Company.name == name).limit(2)).all() if name else []
    one = found[0] if len(found) == 1 else None
    return {"company_name": name, "company_id": one, "company_by": "name" if one else ""}


def owner_of(session: Session, name: str) -> dict[str, Any]:
    """The columns that say who works a record: the owner of that name, where there is exactly one."""
    found = session.exec(select(Owner.id).where(Owner.name == name).limit(2)).all() if name else []
    one = found[0] if len(found) == 1 else None
    return {"owner": name, "owner_id": one, "owner_by": "name" if one else ""}


def person_of(session: Session, words: str) -> int | None:
    """The person meant by an e-mail address or a number; None for nothing. Raises Invalid."""
    if not words:
        return None
    query = select(Person.id).where(col(Person.merged_into_id).is_(None))
    if words.isascii() and words.isdigit():
        found = session.exec(query.where(Person.id == int(words[:18]))).all()
    else:
        found = session.exec(query.where(Person.email == words.lower()).limit(2)).all()
    if not found:
        raise Invalid(
            f"Nobody here is “{words}”. Use the number or the e-mail address of somebody in the list."
        )
    if len(found) > 1:
        raise Invalid(f"Several people have the address {words}. Use the number of the one you mean.")
    return found[0]
