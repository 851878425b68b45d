"""A person's row as plain values, and back: what rules compare and ledgers keep."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from portal.db import EPOCH, canonical, microseconds
from portal.duplicates.rules import ATTRIBUTE, EARLIEST, OWN
from portal.errors import NotFound
from portal.people import Person

COLUMNS: Final = tuple(name for name in Person.model_fields if name not in OWN)


def values(person: Person) -> dict[str, Any]:
    """Columns and attributes by name; times in microseconds since 1970, what is empty None."""
    found = {name: _plain(getattr(person, name)) for name in COLUMNS}
    attributes = json.loads(person.attributes)
    return found | {f"{ATTRIBUTE}{name}": value for name, value in attributes.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return microseconds(value)
    return None if value == "" else value


def assign(person: Person, changed: Mapping[str, Any]) -> None:
    """Give a person these values."""
    attributes = json.loads(person.attributes)
    for name, value in changed.items():
        if name.startswith(ATTRIBUTE):
            _put(attributes, name.removeprefix(ATTRIBUTE), value)
        else:
            setattr(person, name, _typed(name, value))
    person.attributes = canonical(attributes)


def _put(attributes: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        attributes.pop(name, None)
    else:
        attributes[name] = value


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return "" if Person.model_fields[name].annotation is str else None
    return EPOCH + timedelta(microseconds=value) if name in EARLIEST else value


def held(session: Session, ids: tuple[int, ...]) -> list[Person]:
    """The people, in this order, held against others until the commit. Raises NotFound."""
    query = select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id)).with_for_update()
    found = {person.id: person for person in session.exec(query)}
    if missing := set(ids) - set(found):
        raise NotFound(f"There is no person {min(missing)} here any more.")
    return [found[id_] for id_ in ids]
