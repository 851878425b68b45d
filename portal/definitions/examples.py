"""Example records of a version: some that are one, some that are none, each with a word why. One a line in the form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlmodel import Session, col, select

from portal.companies import Company
from portal.deals import Deal
from portal.editing.links import person_of
from portal.errors import Invalid
from portal.fields import Level
from portal.people import Person

MOST: Final = 20
TABLES: Final[Mapping[str, Any]] = {
    Level.PERSON: Person,
    Level.COMPANY: Company,
    Level.DEAL: Deal,
}


def texts(examples: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """As the form holds them: "17: asked for a demo"."""
    lines: dict[bool, list[str]] = {True: [], False: []}
    for each in examples:
        lines[each["is_one"]].append(f"{each['record_id']}: {each['why']}".removesuffix(": "))
    return {"examples": "\n".join(lines[True]), "counterexamples": "\n".join(lines[False])}


def read(session: Session, level: str, positive: str, negative: str) -> list[dict[str, Any]]:
    """Examples from lines that name a record by its number, people also by address. Raises Invalid for an unknown one."""
    found = [
        _example(session, level, line, is_one=is_one)
        for is_one, text in ((True, positive), (False, negative))
        for line in text.splitlines()
        if line.strip()
    ]
    if len(found) > MOST:
        raise Invalid(f"Give {MOST} examples at most, those that are hard to tell.")
    return found


def _example(session: Session, level: str, line: str, *, is_one: bool) -> dict[str, Any]:
    named, _, why = line.partition(":")
    return {"record_id": _record(session, level, named.strip()), "is_one": is_one, "why": why.strip()[:300]}


def _record(session: Session, level: str, named: str) -> int:
    if level == Level.PERSON and "@" in named:
        return person_of(session, named) or 0
    if named.isascii() and named.isdigit():
        number = int(named[:18])
        if session.get(TABLES[level], number) is not None:
            return number
    raise Invalid(f"There is no {level} “{named}”. Use the number that stands in the address of its page.")


def names(session: Session, level: str, ids: Sequence[int]) -> dict[int, str]:
    """The names of records by number, for those that are still here."""
    if not ids:
        return {}
    table = TABLES[level]
    rows = session.exec(select(table).where(col(table.id).in_(ids)))
    return {row.id: row.name or f"{level} {row.id}" for row in rows}
