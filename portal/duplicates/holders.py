"""What hangs on a person: every column that refers to people, found in the tables themselves, so that none is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, literal, select, update
from sqlalchemy.sql.dml import Update
from sqlmodel import Session

from portal.duplicates.tables import MergeMove
from portal.fields import Level
from portal.tables import metadata


@dataclass(frozen=True)
class Holder:
    """A table and its column that names a person; `among` narrows it to rows that are about people."""

    table: Table
    column: str
    among: tuple[ColumnElement[bool], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"

    def of(self, person_id: int) -> list[ColumnElement[bool]]:
        return [self.table.c[self.column] == person_id, *self.among]

    def pointing(self, person_id: int) -> Update:
        """An update that makes rows point to this person; people who edit a row at that moment learn of it."""
        versions: dict[str, Any] = {"version": self.table.c.version + 1} if "version" in self.table.c else {}
        return update(self.table).values({self.column: person_id, **versions})


def all_holders() -> Iterator[Holder]:
    """Ids in other systems, what is contested, and every column with a foreign key to people."""
    for name in ("external_id", "evidence"):
        table = metadata.tables[name]
        yield Holder(table, "record_id", (table.c.level == Level.PERSON,))
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            if key.column.table.name == "person":
                yield Holder(table, key.parent.name)


def move(session: Session, merge_id: int, *, source: int, target: int) -> None:
    """Let everything that hangs on one person hang on the other, and note each row."""
    for holder in all_holders():
        rows = select(literal(merge_id), literal(holder.name), holder.table.c.id).where(*holder.of(source))
        session.execute(insert(MergeMove).from_select(["merge_id", "holder", "row_id"], rows))
        session.execute(holder.pointing(target).where(*holder.of(source)))


def move_back(session: Session, merge_id: int, *, source: int, target: int) -> None:
    """Give back the rows that a merge moved, as far as they are still there."""
    ledger = metadata.tables["merge_move"]
    for holder in all_holders():
        noted = select(ledger.c.row_id).where(ledger.c.merge_id == merge_id, ledger.c.holder == holder.name)
        session.execute(holder.pointing(target).where(*holder.of(source), holder.table.c.id.in_(noted)))
