"""What an import keeps so that it can be undone: written in the transaction of the part that replaces it."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import polars as pl
from sqlalchemy import text

from portal.db import canonical
from portal.imports.sql import Sql


class What(StrEnum):
    """What was done, and so what `before` holds.

    values: `columns` and `attributes` of a record as they were. pending: the links that the record's `place` waited for.
    link: a link that came true, with `column`, `target`, `owner`, and the `pending` that is gone. external_id, converted:
    keys of a row that was added. arrived: leads whose contact came. merge: its `merge_id`. spend: a channel's month before,
    and the amount after. request: a `kind` of activity that is a request from then on.
    """

    VALUES = "values"
    PENDING = "pending"
    LINK = "link"
    EXTERNAL_ID = "external_id"
    CONVERTED = "converted"
    ARRIVED = "arrived"
    MERGE = "merge"
    SPEND = "spend"
    REQUEST = "request"


Entry = tuple[str, int, dict[str, Any]]
"""A level, a record of it, and what puts it back."""
COLUMNS: Final = {"level": pl.String, "record_id": pl.Int64, "before": pl.String}


@dataclass(frozen=True)
class Ledger:
    """Of one import, on one connection."""

    sql: Sql
    import_id: int

    def note(self, what: What, entries: Iterable[Entry]) -> None:
        """Keep what puts these back."""
        rows = [(level, record, canonical(before)) for level, record, before in entries]
        if rows:
            frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
            self.sql.insert("import_undo", frame, {"import_id": self.import_id, "what": what.value})

    def rest(self, level: str, known: pl.DataFrame) -> None:
        """Keep on which other imports this one rests: those that brought or changed these records.

        `known` has `record_id`, its `version`, and the `import_id` that brought it. Only who was changed since it came can
        have been changed by another import.
        """
        if not known.height:
            return
        brought = known.select("record_id", on="import_id").drop_nulls()
        changed = self._changed(level, known.filter(pl.col("version") > 1)["record_id"].to_list())
        among = pl.concat([brought, changed]).unique().filter(pl.col("on") != self.import_id)
        for on, records in among.group_by("on").len().sort("on").iter_rows():
            self.sql.connection.execute(
                text(
                    "INSERT INTO import_rest (import_id, on_id, records) VALUES (:import, :on, :records) "
                    "ON CONFLICT (import_id, on_id) DO UPDATE SET records = import_rest.records + excluded.records"
                ),
                {"import": self.import_id, "on": on, "records": records},
            )

    def _changed(self, level: str, ids: list[int]) -> pl.DataFrame:
        if not ids:
            return pl.DataFrame(schema=CHANGED)
        table, given = self.sql.given([str(each) for each in ids])
        rows = self.sql.connection.execute(
            text(
                f"SELECT DISTINCT u.record_id, u.import_id FROM {table} CROSS JOIN import_undo u "
                "WHERE u.level = :level AND u.record_id = CAST(g.value AS INTEGER) AND u.what = 'values'"
            ),
            {"given": given, "level": level},
        )
        return pl.DataFrame([tuple(row) for row in rows], schema=CHANGED, orient="row")


CHANGED: Final = {"record_id": pl.Int64, "on": pl.Int64}
