"""From the columns a run reads to Parquet that is kept, and back."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
from sqlmodel import Session

from portal.columns import Input
from portal.db import Database
from portal.engagement import Weight
from portal.fields import FieldKind
from portal.ranking import frozen
from scoring.engagement import Activities
from workers import tables
from workers.plans import Read


def plan(fields: Sequence[Input], weights: Sequence[Weight]) -> dict[str, Any]:
    """What a replay needs beside the rows: fields with their kinds, and how activities count."""
    return {
        "fields": [[field.name, field.kind] for field in fields],
        "weights": [list(weight) for weight in weights],
    }


def fields_of(plan: dict[str, Any]) -> list[Input]:
    return [Input(name, FieldKind(kind), "") for name, kind in plan["fields"]]


def weights_of(plan: dict[str, Any]) -> list[Weight]:
    return [Weight(*weight) for weight in plan["weights"]]


Freeze = Callable[[Session], None]


def freezing(database: Database, run_id: int, read: Read, fields: Sequence[Input]) -> Freeze:
    """What keeps a part as it was read, and its activities, once it is called in a write unit. A part that is the same as one
    that is kept does not become Parquet again.
    """
    if not len(read.table):
        return lambda _: None
    with database.reading() as session:
        known = frozen.known(session, read.digest)
    bodies = None if known else _bodies(read, fields)

    def freeze(session: Session) -> None:
        again = known and frozen.known(session, read.digest)  # unless a sweep was quicker
        digests = again or frozen.keep_bytes(session, *(bodies or _bodies(read, fields)))
        first, records = int(read.table.ids[0]), len(read.table)
        frozen.keep(session, run_id, first=first, records=records, digests=digests, told=read.digest)

    return freeze


def _bodies(read: Read, fields: Sequence[Input]) -> tuple[bytes, bytes]:
    return _parquet(tables.frame_of(read.table, fields)), _parquet(_frame(read.done))


def thawed(database: Database, run_id: int) -> Iterator[tuple[pl.DataFrame, Activities]]:
    """The parts of a run as they were read. Raises Conflict where one was damaged."""
    with database.reading() as session:
        parts = frozen.parts(session, run_id)
    for part in parts:
        with database.reading() as session:
            rows, done = (frozen.body(session, digest) for digest in (part.rows, part.activities))
        yield pl.read_parquet(BytesIO(rows)), _activities(pl.read_parquet(BytesIO(done)))


def _parquet(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_parquet(out, compression="zstd", compression_level=1, statistics=False)
    return out.getvalue()


def _frame(done: Activities) -> pl.DataFrame:
    return pl.DataFrame({"record": done.owners, "day": done.times, "kind": done.kinds})


def _activities(frame: pl.DataFrame) -> Activities:
    columns = (frame[name].to_numpy() for name in ("record", "day", "kind"))
    owners, times, kinds = (np.ascontiguousarray(column) for column in columns)
    return Activities(owners.astype(np.int64), times.astype(np.float64), kinds.astype(np.int32))
