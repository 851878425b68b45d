"""Two records that turn out to be one person become one: the older id stays, everything that pointed to the other follows."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
import json
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import SQLModel

from portal.db import canonical
from portal.imports.links.conversions import PERSON, Group
from portal.imports.links.weighing import first_said
from portal.imports.sql import Sql
from portal.imports.targets import TARGETS

COLUMNS: Final = (*TARGETS["people"].columns, "attributes")


def unite_all(sql: Sql, people: dict[str, Group], known: dict[str, int]) -> dict[str, int]:
    """One record for each person. Returns our ids by theirs as they are now."""
    for group in {id(group): group for group in people.values()}.values():
        records = list(dict.fromkeys(known[each] for each in group.ids if each in known))
        if len(records) > 1:
            unite(sql, records)
            known = {theirs: min(records) if ours in records else ours for theirs, ours in known.items()}
    return known


def unite(sql: Sql, records: list[int]) -> None:
    """Make one of several records of people, those first whose values count first. The smallest id stays."""
    keep = min(records)
    rows = [_row(sql, record) for record in records]
    values: dict[str, Any] = {column: first_said([row[column] for row in rows]) for column in COLUMNS}
    attributes: dict[str, Any] = {}
    for row in rows:
        attributes = json.loads(row["attributes"]) | attributes
    values["attributes"] = canonical(attributes)
    for gone in sorted(set(records) - {keep}):
        _repoint(sql, gone, keep)
        sql.connection.execute(text("DELETE FROM person WHERE id = :gone"), {"gone": gone})
    pairs = ", ".join(f"{column} = :{column}" for column in values)
    sql.connection.execute(
        text(f"UPDATE person SET {pairs}, version = version + 1 WHERE id = :keep"), values | {"keep": keep}
    )


def _row(sql: Sql, record: int) -> dict[str, Any]:
    found = sql.connection.execute(
        text(f"SELECT {', '.join(COLUMNS)} FROM person WHERE id = :record"), {"record": record}
    )
    return dict(found.mappings().one())


def references() -> list[tuple[str, str]]:
    """Every column that holds a person's id: (table, column)."""
    return [
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "person.id" for key in column.foreign_keys)
    ]


def _repoint(sql: Sql, gone: int, keep: int) -> None:
    ids = {"gone": gone, "keep": keep, "level": PERSON}
    for table, column in references():
        sql.connection.execute(text(f"UPDATE {table} SET {column} = :keep WHERE {column} = :gone"), ids)
    sql.connection.execute(
        text(
            "DELETE FROM pending_link WHERE level = :level AND record_id = :gone AND place IN "
            "(SELECT place FROM pending_link WHERE level = :level AND record_id = :keep)"
        ),
        ids,
    )
    for table in ("external_id", "field_change", "pending_link"):
        sql.connection.execute(
            text(f"UPDATE {table} SET record_id = :keep WHERE level = :level AND record_id = :gone"), ids
        )
