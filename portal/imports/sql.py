"""The few statements that bulk work needs, in the words of each database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, text
from sqlmodel import Session

from portal.imports.targets import Target

ROWS_A_STATEMENT: Final = 100
KNOWN: Final = "e.level = :level AND e.source = :source AND e.external_id = g.value"


@dataclass(frozen=True)
class Sql:
    connection: Connection

    @classmethod
    def of(cls, session: Session) -> "Sql":
        session.flush()
        return cls(session.connection())

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    @property
    def driver(self) -> Any:
        """The driver's own connection: ten times quicker for many rows."""
        return self.connection.connection.driver_connection

    def given(self, values: Sequence[str]) -> tuple[str, Any]:
        """A table `g(value)` of texts, and what to bind as :given."""
        if self.is_sqlite:
            return "json_each(:given) g", json.dumps(values)
        return "unnest(CAST(:given AS text[])) AS g(value)", list(values)

    def one(self, table: str, where: str) -> str:
        """A join that looks up the one row of a table, such as `person r`, for each row before it, by an index.

        SQLite keeps the order of a CROSS JOIN. PostgreSQL would not: it knows little of a table that is being filled, and
        reads all of it for each part; what has a limit it looks up each time.
        """
        if self.is_sqlite:
            return f"CROSS JOIN {table} ON {where}"
        alias = table.rsplit(maxsplit=1)[-1]
        return f"CROSS JOIN LATERAL (SELECT {alias}.* FROM {table} WHERE {where} LIMIT 1) {alias}"

    def record_ids(self, level: str, source: str, external_ids: Sequence[str]) -> dict[str, int]:
        """Our ids of the records that a source knows by its own."""
        if not external_ids:
            return {}
        table, given = self.given(external_ids)
        rows = self.connection.execute(
            text(f"SELECT g.value, e.record_id FROM {table} {self.one('external_id e', KNOWN)}"),
            {"given": given, "level": level, "source": source},
        )
        return {external_id: record_id for external_id, record_id in rows}  # noqa: C416  rows are not pairs to dict()

    def known(self, target: Target, source: str, external_ids: Sequence[str]) -> pl.DataFrame:
        """The records a source knows by these ids: `external_id`, `record_id`, its `version` and `import_id`, and `said_there`."""
        table, given = self.given(external_ids)
        rows = self.connection.execute(
            text(
                f"SELECT g.value, e.record_id, r.version, r.import_id, e.said FROM {table} {self.one('external_id e', KNOWN)} "
                f"{self.one(f'{target.table} r', 'r.id = e.record_id')}"
            ),
            {"given": given, "level": target.level, "source": source},
        )
        return pl.DataFrame([tuple(row) for row in rows], schema=KNOWN_AS, orient="row")

    def existing(self, target: Target, source: str, external_ids: Sequence[str]) -> pl.DataFrame:
        """What the records hold that a source knows by these ids: `external_id`, the target's columns, `attributes`."""
        table, given = self.given(external_ids)
        columns = [f"CAST(r.{p.column} AS TEXT)" if p.is_day else f"r.{p.column}" for p in target.places]
        rows = self.connection.execute(
            text(
                f"SELECT g.value, {', '.join(columns)}, r.attributes FROM {table} "
                f"{self.one('external_id e', KNOWN)} {self.one(f'{target.table} r', 'r.id = e.record_id')}"
            ),
            {"given": given, "level": target.level, "source": source},
        )
        names = ["external_id", *target.columns, "attributes"]
        types = [pl.String(), *(place.stored for place in target.places), pl.String()]
        return pl.DataFrame(
            [tuple(row) for row in rows], schema=list(zip(names, types, strict=True)), orient="row"
        )

    def new_ids(self, table: str, count: int) -> list[int]:
        """Ids never used before."""
        if self.is_sqlite:
            last = self.connection.execute(
                text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table}
            ).scalar()
            return list(range((last or 0) + 1, (last or 0) + count + 1))
        named = (
            "SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass)"  # asked once, not for each row
        )
        taken = f"SELECT array_agg(nextval(({named}))) FROM generate_series(1, :count)"
        found: list[int] = self.connection.execute(text(taken), {"table": table, "count": count}).scalar_one()
        return found

    def insert(self, table: str, rows: pl.DataFrame, alike: dict[str, Any]) -> None:
        """Add rows. `alike` are the columns that have the same value in all of them."""
        names = ", ".join([*alike, *rows.columns])
        if self.is_sqlite:
            self._insert(f"INSERT INTO {table} ({names}) VALUES ", rows, list(alike.values()))
            return
        content = rows.select(*(pl.lit(value).alias(name) for name, value in alike.items()), *rows.columns)
        with self.driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            copy.write(copied(content))

    def _insert(self, statement: str, rows: pl.DataFrame, alike: list[Any]) -> None:
        """Many rows a statement, which is prepared once."""
        values, step = flat(rows), rows.width * ROWS_A_STATEMENT
        for start in range(0, len(values), step):
            part = values[start : start + step]
            self.driver.execute(
                statement + _marks(len(alike), rows.width, len(part) // rows.width), alike + part
            )

    def update(self, target: Target, record_id: int, values: dict[str, Any]) -> None:
        """Replace a record's values; its version rises, so that what is derived follows."""
        days = {place.column for place in target.places if place.is_day}
        cast = dict.fromkeys(days, "CAST(? AS DATE)") if not self.is_sqlite else {}
        pairs = ", ".join(f"{column} = {cast.get(column, '?')}" for column in values)
        statement = f"UPDATE {target.table} SET {pairs}, version = version + 1 WHERE id = ?"
        given = (*values.values(), record_id)
        if self.is_sqlite:
            self.driver.execute(statement, given)
        else:
            self.driver.execute(statement.replace("?", "%s"), given)

    def say(self, level: str, source: str, said: pl.DataFrame) -> None:
        """Keep what a source said last. `said` has `external_id` and `said`."""
        if self.is_sqlite:
            self.driver.executemany(
                "UPDATE external_id SET said = ? WHERE level = ? AND source = ? AND external_id = ?",
                ((number, level, source, external_id) for external_id, number in said.iter_rows()),
            )
            return
        self.connection.execute(
            text(
                "UPDATE external_id SET said = n.said FROM (SELECT e.id, g.said FROM unnest(CAST(:given AS text[]), "
                f"CAST(:said AS bigint[])) AS g(value, said) {self.one('external_id e', KNOWN)}) n WHERE external_id.id = n.id"
            ),
            {
                "given": said["external_id"].to_list(),
                "said": said["said"].to_list(),
                "level": level,
                "source": source,
            },
        )


def flat(rows: pl.DataFrame) -> list[Any]:
    """All values, row after row, made without a tuple for each row."""
    values: list[Any] = [None] * (rows.height * rows.width)
    for place, column in enumerate(rows.iter_columns()):
        values[place :: rows.width] = column.to_list()
    return values


ESCAPED: Final = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}  # the backslash first
SPECIAL: Final = r"[\\\t\n\r]"


def copied(rows: pl.DataFrame) -> str:
    """Rows in PostgreSQL's own format of text, which it reads quicker than CSV with every quotation mark of the JSON doubled."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    odd = rows.select(pl.col(texts).str.contains(SPECIAL).any()).row(0) if texts else ()
    escaped = [_escaped(pl.col(name)) for name, is_odd in zip(texts, odd, strict=True) if is_odd]
    content = rows.with_columns(escaped)
    return content.write_csv(include_header=False, separator="\t", quote_style="never", null_value=r"\N")


def _escaped(texts: pl.Expr) -> pl.Expr:
    for sign, escape in ESCAPED.items():
        texts = texts.str.replace_all(sign, escape, literal=True)
    return texts


KNOWN_AS: Final = {
    "external_id": pl.String,
    "record_id": pl.Int64,
    "version": pl.Int64,
    "import_id": pl.Int64,
    "said_there": pl.Int64,
}


@cache
def _marks(alike: int, width: int, rows: int) -> str:
    """Places for so many rows: the values they have alike are the first, and bound once."""
    same = ", ".join(f"?{place + 1}" for place in range(alike))
    own = (range(start, start + width) for start in range(alike + 1, alike + 1 + rows * width, width))
    return ", ".join(f"({same}, {', '.join(f'?{place}' for place in places)})" for places in own)
