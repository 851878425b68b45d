"""Whether records met a definition's version at a moment of each record's own: day by day, by the criteria as SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from sqlalchemy import text

from portal import columns
from portal.clock import now
from portal.criteria import Criteria, catalogue
from portal.criteria.ground import Ground, ground
from portal.criteria.sql import MET, NOT_KNOWN, attributed, sql
from portal.db import Database
from portal.fields import Level
from portal.models import learned
from scoring.columns import BoolArray, FloatArray, IntArray
from workers import tables

IDS_A_QUERY: Final = 20_000


@dataclass(frozen=True)
class First:
    """Whether each record first met a version within some days after a moment of its own: 1, 0, or NaN for those who had met it
    before, and for those too young to know; how many those are.
    """

    outcome: FloatArray
    already: int
    young: int


def first_met(
    database: Database,
    criteria: Criteria,
    level: Level,
    ids: IntArray,
    own: FloatArray,
    *,
    within: int,
    as_of: float,
) -> First:
    """`own` (n,) is the moment of each record and `as_of` now, in days since 1970; what is unknown then is not met."""
    ready = ~np.isnan(own) & (own + within <= as_of)
    outcome = np.full(len(ids), np.nan)
    had = verdicts(database, criteria, level, ids[ready], own[ready])
    then = verdicts(database, criteria, level, ids[ready], own[ready] + within)
    outcome[ready] = np.where(had == 0, then, np.nan)
    return First(outcome, int((had == 1).sum()), int((~np.isnan(own) & ~ready).sum()))


def met(database: Database, criteria: Criteria, level: Level, ids: IntArray, at: FloatArray) -> BoolArray:
    """Whether each record is known to have met the criteria at the end of its day `at` (n,), in days since 1970."""
    found: BoolArray = verdicts(database, criteria, level, ids, at) == 1
    return found


def verdicts(
    database: Database, criteria: Criteria, level: Level, ids: IntArray, at: FloatArray
) -> FloatArray:
    """1 where a record met the criteria at the end of its day `at`, else 0; NaN where the portal did not know enough then.

    Activities have dates of their own. What else criteria ask for counts as the portal knew it; scores were not known.
    """
    standing = _ground(database, criteria, level)
    found = np.zeros(len(ids))
    days = np.floor(at)
    for day in np.unique(days):
        rows = np.flatnonzero(days == day)
        then = replace(standing, runs={}, as_of=int(day + 1) * tables.MICROSECONDS_A_DAY - 1)
        for start in range(0, len(rows), IDS_A_QUERY):
            part = rows[start : start + IDS_A_QUERY]
            said = _verdicts(database, criteria, level, then, ids[part].tolist())
            found[part] = [said.get(record_id, 0.0) for record_id in ids[part].tolist()]
    return found


def _ground(database: Database, criteria: Criteria, level: Level) -> Ground:
    """What the criteria stand on, with fresh columns of every level they read."""
    with database.reading() as session:
        known = catalogue(session, level)
        standing = ground(session, known, as_of=now(), is_past=learned.rests_on_more(criteria, known))
    for each in attributed(criteria, standing):
        columns.refresh(database, each)
    return standing


def _verdicts(
    database: Database, criteria: Criteria, level: Level, standing: Ground, ids: Sequence[int]
) -> dict[int, float]:
    """By id. What is unknown does not meet the criteria; asked of a past the portal did not see, it is not known."""
    unknown = np.nan if standing.is_past else 0.0
    meaning = {MET: 1.0, NOT_KNOWN: unknown}
    where = "r.id IN (SELECT j.value FROM json_each(:ids) j)" if standing.is_sqlite else "r.id = ANY(:ids)"
    given = f"[{','.join(map(str, ids))}]" if standing.is_sqlite else list(ids)
    query = sql(criteria, level, standing, where=where)
    with database.reading() as session:
        rows = session.connection().execute(text(query.text), query.values | {"ids": given})
        return {record_id: meaning.get(verdict, 0.0) for record_id, verdict in rows}
