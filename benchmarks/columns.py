"""Bringing the typed columns up to date after none, one in a hundred, and all records changed, beside a bare copy in SQL."""

from statistics import median
from typing import Final

from sqlalchemy import text

from benchmarks import scored, trial
from benchmarks.measuring import ROUNDS, Measure, compare, timed
from benchmarks.trial import Trial
from portal import columns
from portal.fields import Level

ALL: Final = 1
SOME: Final = 100


def measure(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """`seconds` are those after all changed; `one_percent_seconds` and `none_seconds` stand beside. On SQLite."""
    with trial.portal("sqlite") as full:
        scored.fill(full, rows)
        _refresh(full)
        found = compare(lambda: _changed(full, ALL), lambda: _copied(full), rows=rows, rounds=rounds)
        return found | {
            "one_percent_seconds": median(_changed(full, SOME) for _ in range(rounds)),
            "none_seconds": median(timed(lambda: _refresh(full)) for _ in range(rounds)),
            "reference": "CREATE TABLE AS SELECT of the typed columns",
        }


def _refresh(full: Trial) -> None:
    columns.refresh(full.database, Level.PERSON)


def _changed(full: Trial, every: int) -> float:
    with full.database.transaction() as session:
        session.execute(
            text("UPDATE person SET version = version + 1 WHERE id % :every = 0"), {"every": every}
        )
    return timed(lambda: _refresh(full))


def _copied(full: Trial) -> float:
    def copy() -> None:
        with full.database.transaction() as session:
            session.execute(text("CREATE TABLE bare AS SELECT * FROM columns_person"))

    seconds = timed(copy)
    with full.database.transaction() as session:
        session.execute(text("DROP TABLE bare"))
    return seconds
