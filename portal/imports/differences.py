"""What a dry run found that an import would change: counted by field, and the first of them as they would be."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from portal.db import EPOCH, MONEY_SCALE
from portal.imports.applying import Change, Examined, Moved, Part, kept
from portal.imports.mapping import Mapping
from portal.imports.sql import Sql
from portal.imports.tables import Import, ImportDifference
from portal.imports.targets import TARGETS, Target, instant, money

SHOWN: Final = 100
NEW_SHOWN: Final = 10


def note(session: Session, part: Part, found: Examined) -> None:
    """Add up what one part of a file would change."""
    row = session.get_one(Import, part.import_id)
    moved = [(change, each) for change in found.changes for each in _told(part, change)]
    before = Tally.of(row)
    row.differences = before.plus(moved, found.new).kept
    room = SHOWN - before.shown
    session.add_all(_sample(part.import_id, change, each) for change, each in moved[: max(0, room)])


def _told(part: Part, change: Change) -> Iterator[Moved]:
    """Once what a file's column changes both as a field and as an attribute of its own name."""
    fields = {place.field: place.column for place in part.target.places}
    for each in change.history:
        mapped = fields.get(part.mapping.column(each.field).field) if each.is_attribute else None
        if mapped not in change.values:
            yield each


def _sample(import_id: int, change: Change, each: Moved) -> ImportDifference:
    return ImportDifference(
        import_id=import_id,
        record_id=change.record_id,
        field=each.field,
        is_attribute=each.is_attribute,
        before=kept(each.before),
        after=kept(each.after),
        overrules=not each.is_attribute and each.field in change.overruled,
    )


@dataclass(frozen=True)
class Tally:
    """Changed values by field, how many of them a person had put there, ids of new records, and how many are shown."""

    fields: dict[str, int]
    overruled: int
    new: tuple[str, ...]
    shown: int

    @classmethod
    def of(cls, found: Import) -> "Tally":
        kept = found.differences
        return cls(
            kept.get("fields", {}), kept.get("overruled", 0), tuple(kept.get("new", ())), kept.get("shown", 0)
        )

    def plus(self, moved: Sequence[tuple[Change, Moved]], new: Sequence[str]) -> "Tally":
        fields = Counter(self.fields) + Counter(each.field for _, each in moved)
        overruled = sum(not each.is_attribute and each.field in change.overruled for change, each in moved)
        return Tally(
            dict(fields),
            self.overruled + overruled,
            (*self.new, *new)[:NEW_SHOWN],
            min(SHOWN, self.shown + len(moved)),
        )

    @property
    def kept(self) -> dict[str, Any]:
        return {"fields": self.fields, "overruled": self.overruled, "new": self.new, "shown": self.shown}


@dataclass(frozen=True)
class Line:
    """One value that would be another: of which record, where its page is, and both values in words."""

    record: str
    path: str
    field: str
    before: str
    after: str
    overrules: bool


def lines(session: Session, found: Import, mapping: Mapping) -> list[Line]:
    """The first values that would change, in the order of the file."""
    target = TARGETS[mapping.kind]
    rows = session.exec(
        select(ImportDifference)
        .where(ImportDifference.import_id == found.id)
        .order_by(col(ImportDifference.id))
    ).all()
    names = _names(session, target, [row.record_id for row in rows])
    path = PAGES.get(target.level, "")
    return [
        Line(
            names.get(row.record_id, ""), f"{path}/{row.record_id}" if path else "", row.field,
            _in_words(target, row, row.before), _in_words(target, row, row.after), row.overrules,
        )
        for row in rows
    ]  # fmt: skip


PAGES: Final = {"person": "/people", "company": "/companies", "deal": "/deals"}


def _names(session: Session, target: Target, ids: Sequence[int]) -> dict[int, str]:
    """What records are called; those without a name by an id their source gives them."""
    if not ids:
        return {}
    sql = Sql.of(session)
    table, given = sql.given([str(each) for each in dict.fromkeys(ids)])
    name = "r.name" if "name" in target.columns else "''"
    name = "TRIM(r.first_name || ' ' || r.last_name)" if target.table == "person" else name
    rows = sql.connection.execute(
        text(
            f"SELECT r.id, COALESCE(NULLIF({name}, ''), MIN(e.external_id)) FROM {table} CROSS JOIN {target.table} r "  # noqa: S608  our own names
            "CROSS JOIN external_id e WHERE r.id = CAST(g.value AS INTEGER) AND e.level = :level AND e.record_id = r.id "
            f"GROUP BY r.id, {name}"
        ),
        {"given": given, "level": target.level},
    )
    return {record: name for record, name in rows}  # noqa: C416  rows are not pairs to dict()


def _in_words(target: Target, row: ImportDifference, value: str | None) -> str:
    """A kept value as people read it: days, times and amounts out of the numbers that stand for them."""
    if value is None:
        return ""
    found = json.loads(value)
    place = next((each for each in target.places if each.column == row.field and not row.is_attribute), None)
    if place and place.store is instant:
        at = EPOCH + timedelta(microseconds=found)
        return f"{at:%Y-%m-%d}" if at.time() == EPOCH.time() else f"{at:%Y-%m-%d %H:%M}"
    if place and place.store is money:
        return f"{Decimal(found) / MONEY_SCALE:,.2f}"
    return {True: "yes", False: "no"}[found] if isinstance(found, bool) else str(found)


def count(session: Session, import_id: int) -> int:
    """How many values are shown."""
    return session.exec(select(func.count()).where(ImportDifference.import_id == import_id)).one()
