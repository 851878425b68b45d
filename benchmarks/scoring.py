"""A whole scoring run, database to database, beside LightGBM's bare predict on the ready matrix in memory."""

from benchmarks import scored, trial
from benchmarks.measuring import ROUNDS, Measure, compare, timed
from benchmarks.scored import Scored
from benchmarks.trial import Kind
from portal.db import microseconds
from portal.fields import Level
from scoring.booster import Booster
from workers import tables
from workers.plans import THREADS, inputs_of, load


def sqlite(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """Read, score, rank and write on SQLite. The refresh of the typed columns comes before, and is timed apart."""
    return _measure(rows, rounds, "sqlite")


def postgresql(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """The same on PostgreSQL."""
    with trial.postgresql() as server:
        return _measure(rows, rounds, "postgresql", server)


def _measure(rows: int, rounds: int, kind: Kind, server: str = "") -> Measure:
    with scored.people(rows, kind, server) as found:
        refresh = timed(found.refresh)
        reference = Reference(found)
        measure = compare(lambda: timed(found.run), reference.predict, rows=rows, rounds=rounds)
    return measure | {
        "refresh_seconds": refresh,
        "features": reference.features,
        "reference": f"booster.predict, {THREADS} threads",
    }


class Reference:
    """LightGBM and where its matrix comes from. The matrix is made for each round and gone after it: its memory is not ours."""

    def __init__(self, found: Scored) -> None:
        self.found, self.features = found, 0

    def predict(self) -> float:
        database = self.found.portal.database
        with database.reading() as session:
            run = self.found.newest(session)
            model, _ = load(database, run.model_id)
            fields = inputs_of(session, run, model)
        table = tables.table_of(tables.read(database, Level.PERSON, fields), fields)
        matrix = model.encoder.encode(table, microseconds(run.as_of) / tables.MICROSECONDS_A_DAY)
        self.features = matrix.shape[1]
        booster = Booster(model.trees, threads=THREADS)
        return timed(lambda: booster.raw_sums(matrix))
