"""Values as they were known at a past moment, in SQL: by the first change after it, else as they are.

`field_change` keeps what was replaced. Before a record was first seen nothing of it is known; it was seen when it came here,
or at the latest when the first change of it was.
"""

from dataclasses import dataclass
from typing import Final

from portal.criteria.fields import Kept
from portal.fields import FieldKind, Level

EFFECTIVE: Final = "COALESCE(h.valid_from, h.seen_at)"


@dataclass(frozen=True)
class Past:
    """`moment` and `field` are names of bound values; `alias` is what the record is called in the statement."""

    level: Level
    alias: str
    moment: str
    is_sqlite: bool

    @property
    def was_seen(self) -> str:
        """Whether the record was known at the moment."""
        changed = f"SELECT 1 FROM field_change h WHERE {self._of_record} AND h.seen_at <= {self.moment}"
        return f"({self.alias}.created_at <= {self.moment} OR EXISTS ({changed}))"

    def value(self, current: str, field: str, typed: str, *, is_attribute: bool = False) -> str:
        """`current`, unless it was changed since; `typed` says how to read the JSON text {} of what it was before."""
        after = (
            f"FROM field_change h WHERE {self._of_record} AND h.field = {field} "
            f"AND h.is_attribute = {'TRUE' if is_attribute else 'FALSE'} AND {EFFECTIVE} > {self.moment}"
        )
        before = f"(SELECT {typed.format('h.before')} {after} ORDER BY {EFFECTIVE}, h.id LIMIT 1)"
        return f"(CASE WHEN EXISTS (SELECT 1 {after}) THEN {before} ELSE {current} END)"

    def stage(self, otherwise: str) -> str:
        """A deal's stage as its source's own history says; `otherwise` where that has none."""
        of_deal = f"FROM stage_change s WHERE s.deal_id = {self.alias}.id"
        entered = f"(SELECT s.stage {of_deal} AND s.entered_at <= {self.moment} ORDER BY s.entered_at DESC, s.id DESC LIMIT 1)"
        return f"(CASE WHEN EXISTS (SELECT 1 {of_deal}) THEN {entered} ELSE {otherwise} END)"

    @property
    def _of_record(self) -> str:
        return f"h.level = '{self.level.value}' AND h.record_id = {self.alias}.id"

    def plain(self, kept: Kept) -> str:
        """How the JSON of a column of ours reads as the column itself does."""
        match kept:
            case Kept.NUMBER:
                return self._as("DOUBLE PRECISION")
            case Kept.MONEY | Kept.INSTANT:
                return self._as("BIGINT")
            case Kept.DAY:
                return "json_extract({}, '$')" if self.is_sqlite else self._as("DATE")
            case Kept.TEXT:
                return self._as("TEXT")

    def attribute(self, kind: FieldKind) -> str:
        """How the JSON of an attribute reads as its typed column does."""
        match kind:
            case FieldKind.NUMBER:
                return self._as("DOUBLE PRECISION")
            case FieldKind.BOOLEAN if self.is_sqlite:
                return self._as("DOUBLE PRECISION")
            case FieldKind.BOOLEAN:
                return "CAST(CAST(CAST({} AS jsonb) #>> '{{}}' AS BOOLEAN) AS INTEGER)"
            case FieldKind.DATE if self.is_sqlite:
                return "(julianday(json_extract({}, '$')) - 2440587.5)"
            case FieldKind.DATE:
                text = "CAST({0} AS jsonb) #>> '{{}}'"
                zone = "CASE WHEN {0} LIKE '%T%' THEN '' ELSE 'T00\\:00\\:00Z' END"
                return f"CAST(EXTRACT(EPOCH FROM CAST(({text}) || {zone} AS timestamptz)) AS DOUBLE PRECISION) / 86400"
            case _:
                return self._as("TEXT")

    def _as(self, kind: str) -> str:
        if self.is_sqlite:
            return f"CAST(json_extract({{}}, '$') AS {kind})"
        return f"CAST(CAST({{}} AS jsonb) #>> '{{{{}}}}' AS {kind})"
