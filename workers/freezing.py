"""From the columns a run reads to Parquet that is kept, and back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Freezer:
    """Keeps the parts of a run as they are read; does nothing where the settings keep no rows."""

    run_id: int
    unit: Callable[[], AbstractContextManager[Session]]
    is_on: bool

    def keep(self, frame: pl.DataFrame, done: Activities) -> None:
        """Keep the rows of a part, in the order of ids, and their activities."""
        if not self.is_on or not frame.height:
            return
        rows, activities = _parquet(frame), _parquet(_frame(done))
        with self.unit() as session:
            frozen.keep(
                session,
                self.run_id,
                first=int(frame["id"][0]),
                records=frame.height,
                rows=rows,
                activities=activities,
            )


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
