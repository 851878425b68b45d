"""Who signs in these tests, and a term on its way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from portal import definitions
from portal.accounts import Function, Right, User
from portal.db import Database
from portal.definitions import Definition, DefinitionVersion, life, terms, versions

CHANGED: Mapping[str, Any] = {"wording": "Who asked for a **demo**.", "why": "Downloads are not enough."}


@dataclass(frozen=True)
class Cast:
    """A leader of each side, a member, and one who runs the portal."""

    ada: User  # leads sales
    bob: User  # leads marketing
    fay: User  # leads finance
    mia: User  # sells
    oda: User  # administrates


def cast(database: Database, at: datetime) -> Cast:
    """Everybody, and the shipped definitions."""
    people = {
        "ada": (Function.SALES, Right.LEADER),
        "bob": (Function.MARKETING, Right.LEADER),
        "fay": (Function.FINANCE, Right.LEADER),
        "mia": (Function.SALES, Right.MEMBER),
        "oda": (Function.OTHER, Right.ADMINISTRATOR),
    }
    with database.transaction() as session:
        definitions.ship(session, at=at)
        users = {
            name: User(
                email=f"{name}@example.com",
                name=name.capitalize(),
                function=function,
                right=right,
                created_at=at,
            )
            for name, (function, right) in people.items()
        }
        session.add_all(users.values())
    return Cast(**users)


def drafted(
    session: Session, who: User, at: datetime, term: str = "lead", **content: Any
) -> tuple[Definition, DefinitionVersion]:
    """A draft with something new in it."""
    definition = terms.get(session, term)
    version = versions.begin(session, definition, by=who.id, at=at)
    edition = version.edition
    versions.change(session, definition, version, {**CHANGED, **content}, edition=edition, by=who, at=at)
    return definition, version


def proposed(
    session: Session, who: User, at: datetime, term: str = "lead", on: date | None = None, **content: Any
) -> tuple[Definition, DefinitionVersion]:
    """The same, proposed."""
    definition, version = drafted(session, who, at, term, **content)
    life.propose(session, definition, version, in_force_on=on, edition=version.edition, by=who, at=at)
    return definition, version


def signed(session: Session, term: str, number: int, *users: User, at: datetime) -> DefinitionVersion:
    """Signatures on what stands there now."""
    definition = terms.get(session, term)
    version = versions.get(session, definition, number)
    for user in users:
        life.sign(session, definition, version, edition=version.edition, by=user, at=at)
    return version
