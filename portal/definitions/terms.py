"""The terms themselves: looked up, added, renamed, put in another order."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field
from sqlalchemy import func
from sqlmodel import Session, col, select

from portal import events
from portal.definitions.tables import Definition
from portal.errors import Conflict, NotFound
from portal.fields import Level

LONGEST_KEY: Final = 40
UNKNOWN: Final = "There is no such term. Look for it among the definitions."
TAKEN: Final = frozenset({"new", "paper", "values"})  # addresses of other pages


class NewTerm(BaseModel):
    """A term as people add one."""

    name: str = Field(min_length=2, max_length=100)
    level: Level = Level.PERSON
    finance_signs: bool = False


def get(session: Session, term: str, *, for_update: bool = False) -> Definition:
    """A term by its key; held against others until the commit, if asked. Raises NotFound."""
    query = select(Definition).where(Definition.term == term)
    found = session.exec(query.with_for_update() if for_update else query).first()
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def among(definitions: Iterable[Definition], term: str) -> Definition:
    """A term of those by its key. Raises NotFound."""
    for definition in definitions:
        if definition.term == term:
            return definition
    raise NotFound(UNKNOWN)


def add(session: Session, new: NewTerm, *, by: int, at: datetime) -> Definition:
    """Add a term at the end of the funnel; it means nothing until its first version is in force. Raises Conflict."""
    last = session.exec(select(func.max(Definition.position))).one()
    definition = Definition(
        term=_free_key(session, new.name),
        name=_free_name(session, new.name),
        position=0 if last is None else last + 1,
        level=new.level,
        finance_signs=new.finance_signs,
    )
    session.add(definition)
    session.flush()
    events.record(session, "definition.added", "definition", definition.id, by=by, at=at, term=new.name)
    return definition


def rename(session: Session, term: str, name: str, *, by: int, at: datetime) -> Definition:
    """Give a term another name; its key stays, so that nothing that names it is lost. Raises NotFound, Conflict."""
    definition = get(session, term, for_update=True)
    if name != definition.name:
        before, definition.name = definition.name, _free_name(session, name)
        told = {"before": before, "after": name}
        events.record(session, "definition.renamed", "definition", definition.id, by=by, at=at, **told)
    return definition


def move(session: Session, term: str, steps: int, *, by: int, at: datetime) -> None:
    """Move a term up (-1) or down (1) in the order. At an end nothing happens. Raises NotFound."""
    ordered = list(session.exec(select(Definition).order_by(*in_order()).with_for_update()))
    place = next((number for number, each in enumerate(ordered) if each.term == term), None)
    if place is None:
        raise NotFound(UNKNOWN)
    goal = min(max(place + steps, 0), len(ordered) - 1)
    if goal == place:
        return
    moved = ordered.pop(place)
    ordered.insert(goal, moved)
    for position, definition in enumerate(ordered):
        definition.position = position
    told = {"term": moved.name, "before": ordered[goal + 1].name if goal + 1 < len(ordered) else ""}
    events.record(session, "definition.moved", "definition", moved.id, by=by, at=at, **told)


def listed(session: Session) -> Sequence[Definition]:
    """All terms in the order of the funnel."""
    return session.exec(select(Definition).order_by(*in_order())).all()


def in_order() -> tuple[Any, Any]:
    return col(Definition.position), col(Definition.id)


def _free_name(session: Session, name: str) -> str:
    taken = select(Definition.id).where(func.lower(Definition.name) == name.lower())
    if session.exec(taken).first() is not None:
        raise Conflict(f"There is a term “{name}” already. Choose another name.")
    return name


def _free_key(session: Session, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: LONGEST_KEY - 4] or "term"
    taken = TAKEN | set(session.exec(select(Definition.term)))
    number = 1
    while (free := key if number == 1 else f"{key}_{number}") in taken:
        number += 1
    return free
