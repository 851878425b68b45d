"""Values that a person changed by hand: they stay as long as their source says what it said before.

What a source said last is read from the history: what its last import put there, else what the record came with. So
nothing more has to be kept for every value of every record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, text

from portal.imports.sql import Sql

CHANGED_BY_HAND: Final = "f.user_id IS NOT NULL AND f.import_id IS NULL"
"""In the words of the index."""


@dataclass(frozen=True)
class ByHand:
    """What the source said last of each value that holds by hand, as history keeps it, by record and column."""

    said: dict[tuple[int, str], str | None] = field(default_factory=dict)

    def holds(self, record_id: int, column: str) -> bool:
        """Whether a person's value stands there now."""
        return (record_id, column) in self.said

    def stays(self, record_id: int, column: str, value: str | None, *, is_since: bool) -> bool:
        """Whether it is to stay, the source saying `value` now. A flag's day is no news, only whether there is one."""
        if not self.holds(record_id, column):
            return False
        before = self.said[record_id, column]
        return (value is None) == (before is None) if is_since else value == before


def by_hand(sql: Sql, level: str, source: str, record_ids: Sequence[int]) -> ByHand:
    """What of these records holds by hand."""
    if not record_ids:
        return ByHand()
    table, given = sql.given([str(each) for each in record_ids])
    rows = sql.connection.execute(
        text(
            "SELECT h.record_id, h.field, h.before, h.after, h.user_id IS NOT NULL AND h.import_id IS NULL, i.source "  # noqa: S608  our own words
            f"FROM (SELECT DISTINCT f.record_id, f.field FROM {table} CROSS JOIN field_change f "
            f"WHERE f.level = :level AND f.record_id = CAST(g.value AS INTEGER) AND {CHANGED_BY_HAND}) c "
            "JOIN field_change h ON h.level = :level AND h.record_id = c.record_id AND h.field = c.field AND NOT h.is_attribute "
            "LEFT JOIN import i ON i.id = h.import_id ORDER BY h.id"
        ),
        {"given": given, "level": level},
    )
    found = _Said(source)
    for row in rows:
        found.take(row)
    return ByHand({key: found.last[key] for key in found.held})


class _Said:
    """Goes through changes in their order."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.last: dict[tuple[int, str], str | None] = {}
        self.held: set[tuple[int, str]] = set()

    def take(self, row: Row[Any]) -> None:
        record, name, before, after, is_by_hand, source = tuple[Any, ...](row)
        key = (record, name)
        self.last.setdefault(key, before)
        if source == self.source:
            self.last[key] = after
        if is_by_hand:
            self.held.add(key)
        else:
            self.held.discard(key)
