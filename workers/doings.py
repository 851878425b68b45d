"""What people did, from the database to what `scoring` reads; and for training, as of which moment each record is looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from portal import activities, columns, engagement
from portal.columns import Input
from portal.db import Database
from portal.engagement import Weight
from portal.fields import FieldKind, Level
from portal.packs import ACTIVITY_NAMES, SIZE, Columns
from scoring.activities import summaries
from scoring.columns import BoolArray, FloatArray, IntArray, Numbers
from scoring.engagement import Activities
from workers import tables

RECORDS_A_READ: Final = 50_000
MOST_KINDS: Final = 12
"""So many kinds of activity, the most frequent ones, a model learns from."""
WATCHED_DAYS: Final = 14
"""So long after a person came a model looks at what they did: then it is to say what follows."""
DATED_SHARE: Final = 0.95
"""So many of those with the outcome have to be customers since a known day for that day to be when it happened."""
CAME: Final = Input("\0came", FieldKind.DATE, f"r.arrived_at / {columns.DAY}.0")
CUSTOMER: Final = Input("\0customer", FieldKind.DATE, f"r.customer_at / {columns.DAY}.0")
READ: Final = {Level.PERSON: (CAME, CUSTOMER)}
"""What is read beside the inputs to tell a record's own moment."""


def of_people(database: Database, ids: IntArray, weights: Sequence[Weight]) -> Activities:
    """The activities of people with ascending ids, whose kinds are places in `weights`."""
    if not len(ids):
        return nothing()
    with database.reading() as session:
        done = activities.of_people(session, int(ids[0]), int(ids[-1]))
    return _told(done.people, done.times, done.kinds, weights)


def of_packs(packed: Columns, part: int, weights: Sequence[Weight]) -> Activities:
    """The same of a part, from its pack."""
    people, times, kinds = (packed[name].values for name in ACTIVITY_NAMES)
    return _told(people + np.int64(part * SIZE), times, kinds, weights)


def _told(people: IntArray, times: IntArray, kinds: IntArray, weights: Sequence[Weight]) -> Activities:
    """Times in microseconds become days. A kind that came while one reads is not known yet."""
    known = np.array([weight.kind_id for weight in weights], np.int64)
    codes = np.searchsorted(known, kinds)
    if not len(known) or (np.append(known, -1)[codes] != kinds).any():
        there = np.isin(kinds, known)
        return _told(people[there], times[there], kinds[there], weights) if len(known) else nothing()
    return Activities(people, times / tables.MICROSECONDS_A_DAY, codes.astype(np.int32))


def nothing() -> Activities:
    return Activities(np.array([], np.int64), np.array([]), np.array([], np.int32))


def coded(done: Activities, weights: Sequence[Weight], kinds: Sequence[str]) -> Activities:
    """The same with kinds that are places in `kinds`, -1 for others."""
    places = {name: place for place, name in enumerate(kinds)}
    lookup = np.array([places.get(weight.name, -1) for weight in weights] or [-1], np.int32)
    return Activities(done.owners, done.times, lookup[done.kinds])


@dataclass(frozen=True)
class Learnable:
    """What a model can learn from what people did: the kinds it looks at, and columns in the order of a frame's rows."""

    kinds: Sequence[str]
    columns: pl.DataFrame


def learnable(database: Database, ids: IntArray, own: FloatArray) -> Learnable:
    """What people with these ascending ids had done by the moment of each, (n,), in days since 1970."""
    with database.reading() as session:
        weights = engagement.weights(session)
    slices = [slice(start, start + RECORDS_A_READ) for start in range(0, len(ids), RECORDS_A_READ)]
    done = [of_people(database, ids[part], weights) for part in slices]
    kinds = _frequent(done, weights)
    made = [
        _frame(summaries(coded(each, weights, kinds), ids[part], own[part], kinds))
        for each, part in zip(done, slices, strict=True)
    ]
    return Learnable(kinds, pl.concat(made) if made else pl.DataFrame())


def _frequent(done: Iterable[Activities], weights: Sequence[Weight]) -> tuple[str, ...]:
    """The most frequent kinds, by name."""
    counts = sum(
        (np.bincount(part.kinds, minlength=len(weights)) for part in done),
        np.zeros(len(weights), np.int64),
    )
    named = sorted((-int(count), w.name) for count, w in zip(counts, weights, strict=True) if count)
    return tuple(sorted(name for _, name in named[:MOST_KINDS]))


def _frame(columns_: Mapping[str, Numbers]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(column.values) for name, column in columns_.items()})


@dataclass(frozen=True)
class Moments:
    """The moment at which each record is looked at (n,), in days since 1970, and when its outcome happened, NaN where that is
    not known.
    """

    own: FloatArray
    happened: FloatArray
    is_dated: bool

    @property
    def too_late(self) -> BoolArray:
        """Whose outcome had happened by then: there is nothing left to foresee, (n,)."""
        late: BoolArray = self.happened <= self.own
        return late


def moments(frame: pl.DataFrame, outcome: FloatArray, field: Input, as_of: float) -> Moments:
    """Fourteen days after each came, or when the model was trained if that is earlier. Where the outcome has no date nobody can
    tell what was done before it: then the day each came.
    """
    came = np.minimum(tables.floats(frame[CAME.name]), as_of)
    happened = _happened(frame, outcome, field)
    if happened is None:
        return Moments(came, np.full(len(came), np.nan), is_dated=False)
    return Moments(np.minimum(came + WATCHED_DAYS, as_of), happened, is_dated=True)


def _happened(frame: pl.DataFrame, outcome: FloatArray, field: Input) -> FloatArray | None:
    """When the outcome happened; None where nobody noted it. Who has the outcome usually is a customer since that day."""
    if field.kind is FieldKind.DATE:
        return tables.floats(frame[field.name])
    since, has_it = tables.floats(frame[CUSTOMER.name]), outcome == 1
    is_dated = has_it.any() and (~np.isnan(since[has_it])).mean() >= DATED_SHARE
    return np.where(has_it, since, np.nan) if is_dated else None
