"""Model-ready rows: every field of a level in a typed column of its own, with names and ids, and the scores of a run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

import polars as pl
from sqlalchemy import text
from sqlmodel import Session

from portal import columns
from portal.columns import Input
from portal.db import Database
from portal.exports.targets import sources
from portal.fields import FieldKind, Level
from portal.models.tables import Run
from portal.ranking import frozen, runs

RECORDS_A_READ: Final = 20_000
MICROSECONDS_A_DAY: Final = 86_400_000_000
MOMENT: Final = pl.Datetime("us", "UTC")
TYPES: Final[Mapping[FieldKind, Any]] = {
    FieldKind.NUMBER: pl.Float64,
    FieldKind.BOOLEAN: pl.Boolean,
    FieldKind.DATE: MOMENT,
}
NAMES: Final = {
    Level.PERSON: Input("name", FieldKind.TEXT, "TRIM(r.first_name || ' ' || r.last_name)"),
    Level.COMPANY: Input("name", FieldKind.TEXT, "r.name"),
    Level.DEAL: Input("name", FieldKind.TEXT, "r.name"),
}


@dataclass(frozen=True)
class Frames:
    """A table in parts: its schema, how many rows it has about, and the parts as they are read."""

    schema: pl.Schema
    total: int
    parts: Iterator[pl.DataFrame]


def rows(database: Database, level: Level) -> Frames:
    """All records of a level in the order of ids. The typed columns are brought up to date before."""
    columns.refresh(database, level)
    with database.reading() as session:
        fields = [NAMES[level], *columns.inputs(session, level).values()]
        known = sources(session, level)
        first, last, total = columns.span(session, level)
    names = _names(fields, known)
    schema = pl.Schema({"id": pl.Int64, **{f"{source} id": pl.String for source in known}})
    schema |= {name: TYPES.get(field.kind, pl.String) for name, field in names.items()}

    def parts() -> Iterator[pl.DataFrame]:
        for start in range(first, last + 1, RECORDS_A_READ):
            with database.reading() as session:
                yield _part(
                    session, level, names, known, within=(start, min(start + RECORDS_A_READ - 1, last))
                )

    return Frames(pl.Schema(schema), total, parts())


def frozen_rows(database: Database, run_id: int) -> Frames:
    """The rows a run read, as they were then. Raises NotFound where they are no longer kept."""
    with database.reading() as session:
        fields = [
            Input(name, FieldKind(kind), "") for name, kind in frozen.plan_of(session, run_id)["fields"]
        ]
        kept = frozen.parts(session, run_id)
    named = _names(fields, [])
    schema = pl.Schema({"id": pl.Int64} | {name: TYPES.get(f.kind, pl.String) for name, f in named.items()})

    def parts() -> Iterator[pl.DataFrame]:
        for part in kept:
            with database.reading() as session:
                body = frozen.body(session, part.rows)
            typed = [_typed(pl.col(field.name), field.kind).alias(name) for name, field in named.items()]
            yield pl.read_parquet(BytesIO(body)).select("id", *typed)

    return Frames(schema, sum(part.records for part in kept), parts())


def _names(fields: Sequence[Input], known: Sequence[str]) -> dict[str, Input]:
    """A name of its own for each column: an attribute that is called like a key says that it is one."""
    found: dict[str, Input] = {}
    taken = {"id", *(f"{source} id" for source in known)}
    for field in fields:
        name = field.name
        while name in taken:
            name += " (attribute)"
        taken.add(name)
        found[name] = field
    return found


def _part(
    session: Session,
    level: Level,
    names: Mapping[str, Input],
    known: Sequence[str],
    *,
    within: tuple[int, int],
) -> pl.DataFrame:
    first, last = within
    wanted = [replace(field, name=f"field {number}") for number, field in enumerate(names.values())]
    read = columns.read(session, level, wanted, first=first, last=last)
    ids = _ids(session, level, known, first, last)
    typed = [
        _typed(pl.col(field.name), field.kind).alias(name) for name, field in zip(names, wanted, strict=True)
    ]
    keys = ["id", *(f"{source} id" for source in known)]
    return read.join(ids, on="id", how="left", maintain_order="left").select(*keys, *typed)


def _typed(column: pl.Expr, kind: FieldKind) -> pl.Expr:
    match kind:
        case FieldKind.DATE:
            return (column * MICROSECONDS_A_DAY).round().cast(pl.Int64).cast(pl.Datetime("us", "UTC"))
        case FieldKind.BOOLEAN:
            return column != 0
        case _:
            return column


IDS: Final = text(
    "SELECT record_id, source, MIN(external_id) FROM external_id "
    "WHERE level = :level AND record_id BETWEEN :first AND :last GROUP BY record_id, source"
)


def _ids(session: Session, level: Level, known: Sequence[str], first: int, last: int) -> pl.DataFrame:
    """What each source calls the records: a column a source."""
    found = session.connection().execute(IDS, {"level": level, "first": first, "last": last}).all()
    told: dict[int, dict[str, str]] = {}
    for record_id, source, id_ in found:
        told.setdefault(record_id, {})[source] = id_
    columns_ = {f"{source} id": [ids.get(source) for ids in told.values()] for source in known}
    schema = {"id": pl.Int64, **dict.fromkeys(columns_, pl.String)}
    return pl.DataFrame({"id": list(told), **columns_}, schema=schema)


SCORES: Final = pl.Schema(
    {"record_id": pl.Int64, "external_id": pl.String, "rank": pl.Int64, "group": pl.Int64}
    | {"propensity": pl.Float64, "value": pl.Float64, "expected": pl.Float64, "engagement": pl.Float64}
    | {"quadrant": pl.String}
)


def scores(database: Database, run_id: int) -> Frames:
    """All scores of a run in the order of ranks."""
    with database.reading() as session:
        run = runs.with_scores(session, run_id)
    return Frames(SCORES, run.scored, _scores(database, run))


def _scores(database: Database, run: Run) -> Iterator[pl.DataFrame]:
    with database.reading() as session:
        held: list[runs.Scored] = []
        for scored in runs.scores(session, run):
            held.append(scored)
            if len(held) == RECORDS_A_READ:
                yield _frame(held)
                held = []
        yield _frame(held)


def _frame(held: Sequence[runs.Scored]) -> pl.DataFrame:
    return pl.DataFrame([each.cells() for each in held], schema=SCORES, orient="row")
