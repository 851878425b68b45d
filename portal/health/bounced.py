"""Where a source says that an e-mail came back: in a field called so, in what a field says (`Email Bounced`), or in an activity."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from portal.columns import Input
from portal.fields import FieldKind, Level
from portal.health.fields import source

SAYS: Final = re.compile(r"bounc", re.IGNORECASE)
DENIES: Final = re.compile(r"\b(?:not|no|never|un)[ _-]?bounc", re.IGNORECASE)
NO: Final = frozenset({"", "0", "no", "n", "false", "none", "never", "ok"})


@dataclass(frozen=True)
class Evidence:
    """A field that says so, the condition under which it does, and what the condition's names stand for."""

    field: str
    where: str
    given: dict[str, str] = dataclasses.field(default_factory=dict)


def evidence(fields: Sequence[Input], values: dict[str, list[tuple[str, int]]]) -> Iterator[Evidence]:
    """The fields that say so. `values` are those of each field that has few, with their numbers of records."""
    for each in fields:
        named = SAYS.search(each.name) is not None
        said = [value for value, _ in values.get(each.name, ()) if _says(value, named=named)]
        if said:
            given = {f"v{number}": value for number, value in enumerate(said)}
            yield Evidence(each.name, f"{each.sql} IN ({', '.join(f':{name}' for name in given)})", given)
        elif named and each.kind is FieldKind.DATE:
            yield Evidence(each.name, f"{each.sql} IS NOT NULL")
        elif named and each.kind in {FieldKind.NUMBER, FieldKind.BOOLEAN}:
            yield Evidence(each.name, f"{each.sql} > 0")


def _says(value: str, *, named: bool) -> bool:
    if DENIES.search(value):
        return False
    return value.strip().casefold() not in NO if named else SAYS.search(value) is not None


def people(session: Session, found: Sequence[Evidence]) -> set[int]:
    """The ids of people whose e-mail came back. The typed columns are up to date."""
    ids: set[int] = set()
    for each in found:
        query = f"SELECT r.id {source(Level.PERSON)} AND {each.where}"
        ids |= set(session.connection().execute(text(query), each.given).scalars())
    return ids | set(session.connection().execute(text(BY_ACTIVITY)).scalars())


BY_ACTIVITY: Final = (
    "SELECT r.id FROM person r WHERE r.merged_into_id IS NULL AND r.id IN ("
    "SELECT a.person_id FROM activity a WHERE a.kind_id IN ("
    "SELECT k.id FROM activity_kind k WHERE LOWER(k.name) LIKE '%bounc%'))"
)
