"""What adding and changing by hand has in common: a version nobody overwrites unseen, and history of what was replaced."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel

from portal import events, judging
from portal.db import MONEY_SCALE, canonical, microseconds
from portal.errors import Conflict, NotFound
from portal.people import ExternalId, FieldChange

SOURCE: Final = "Concord"
SILENT: Final = frozenset({"company_by", "owner_by", "parent_by", "arrived_at"})
"""Columns that follow from others: their changes are no history."""


Row = TypeVar("Row", bound=SQLModel)


class Changed(Conflict):
    """Somebody else changed the record since it was shown; `theirs` is what it holds now."""

    def __init__(self, theirs: Any) -> None:
        super().__init__("Someone else changed this while you were editing.")
        self.theirs = theirs


def add(session: Session, row: Row, level: str, *, by: int | None, at: datetime, **data: Any) -> Row:
    """Keep a record made by hand, with its id, and note it."""
    session.add(row)
    session.flush()
    number: int = row.id  # type: ignore[attr-defined]
    known = ExternalId(level=level, source=SOURCE, external_id=str(number), record_id=number)
    session.add(known)
    events.record(session, f"record.{level}_added", level, number, by=by, at=at, id=number, **data)
    judging.after_edit(session, level, number, by=by, at=at)
    return row


def load(session: Session, table: type[Row], number: int, *, version: int) -> Row:
    """The record to change, held against others until the commit. Raises NotFound, Changed."""
    found = session.get(table, number, with_for_update=True)
    if found is None:
        raise NotFound("There is no such record here. Look for it in the list.")
    if found.version != version:  # type: ignore[attr-defined]
        raise Changed(found)
    return found


def change(
    session: Session, row: Any, level: str, values: Mapping[str, Any], *, by: int | None, at: datetime
) -> list[str]:
    """Put values in place of others; keep those, raise the version and note it. Returns the fields that changed."""
    moved = {name: value for name, value in values.items() if getattr(row, name) != value}
    fields = [name for name in moved if name not in SILENT]
    if not moved:
        return []
    session.add_all(
        FieldChange(
            level=level,
            record_id=row.id,
            field=name,
            before=kept(getattr(row, name)),
            after=kept(moved[name]),
            seen_at=at,
            user_id=by,
        )
        for name in fields
    )
    for name, value in moved.items():
        setattr(row, name, value)
    row.updated_at = at
    if inspect(type(row)).version_id_col is None:
        row.version += 1  # the others rise by themselves
    session.add(row)
    events.record(session, f"record.{level}_changed", level, row.id, by=by, at=at, id=row.id, fields=fields)
    session.flush()
    judging.after_edit(session, level, row.id, by=by, at=at)
    return fields


def kept(value: Any) -> str | None:
    """A value as history keeps it: as the database stores it, the same that imports keep."""
    match value:
        case None | "":
            return None
        case datetime():
            return canonical(microseconds(value))
        case date():
            return canonical(value.isoformat())
        case Decimal():
            return canonical(int(value * MONEY_SCALE))
        case _:
            return canonical(value)
