"""Judging every record by a definition of ten clauses, beside a bare scan in SQL with the same predicate, spelled by hand."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, select

from benchmarks import scored, trial
from benchmarks.measuring import ROUNDS, Measure, compare, timed
from benchmarks.trial import Kind, Trial
from portal import columns, definitions, judging
from portal.activities import ActivityKind
from portal.clock import now
from portal.criteria import parse
from portal.criteria.moments import DAY
from portal.db import microseconds
from portal.errors import Problem
from portal.fields import Field, Level
from portal.judging import judgings
from portal.judging.standing import Standing, grounds

TERM: Final = "lead"
ACTIVITIES_A_PERSON: Final = 3


def sqlite(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """People on SQLite, with three activities each. The refresh of the typed columns comes before."""
    return _measure(rows, rounds, "sqlite")


def postgresql(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """The same on PostgreSQL."""
    with trial.postgresql() as server:
        return _measure(rows, rounds, "postgresql", server)


def _measure(rows: int, rounds: int, kind: Kind, server: str = "") -> Measure:
    with trial.portal(kind, server) as full:
        scored.fill(full, rows)
        _settle(full)
        columns.refresh(full.database, Level.PERSON)
        met: set[int] = set()
        found = compare(lambda: _judged(full, met), lambda: _scanned(full, met), rows=rows, rounds=rounds)
        if len(met) != 1:
            raise Problem(f"Judging and the bare scan count differently: {met}")
        return found | {"met": met.pop(), "clauses": 10, "reference": "a bare scan with the same predicate"}


def _settle(full: Trial) -> None:
    """Activities of three kinds, spread over 300 days."""
    at = microseconds(now())
    with full.database.transaction() as session:
        definitions.ship(session, at=now())
        kinds = [ActivityKind(name=f"Kind {number}", is_request=number == 1) for number in (1, 2, 3)]
        session.add_all(kinds)
        session.flush()
        session.execute(
            text(
                "INSERT INTO activity (person_id, at, kind_id, direction, attributes, created_at, updated_at, version) "
                "SELECT p.id, :at - CAST((p.id * 7 + n.n * 31) % 300 AS BIGINT) * :day, "
                "CASE (p.id + n.n) % 3 WHEN 0 THEN :a WHEN 1 THEN :b ELSE :c END, 'unknown', '{}', :at, :at, 1 "
                "FROM person p CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) n"
            ),
            {"at": at, "day": DAY} | dict(zip("abc", (kind.id for kind in kinds), strict=True)),
        )
    if not full.database.is_sqlite:
        with full.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _judged(full: Trial, met: set[int]) -> float:
    """What the job does for one term: begin, every range, make it current."""
    with full.database.reading() as session:
        stands = _stands(session)
        ground = grounds(session, as_of=now())[Level.PERSON]

    def judge() -> judging.Judging:
        with full.database.transaction() as session:
            begun = judgings.begin(session, stands, ground, rests_on={}, as_of=now(), job_id=None)
        with full.database.reading() as session:
            left = list(judgings.ranges(session, begun))
        for first, last in left:
            with full.database.transaction() as session:
                judgings.judge(session, begun.id, stands, ground, first=first, last=last)
        with full.database.transaction() as session:
            return judgings.finish(session, begun.id, at=now())

    return timed(lambda: met.add(judge().met))


def _stands(session: Session) -> Standing:
    meaning = definitions.in_force(session)[TERM]
    return Standing(meaning, Level.PERSON, parse({"version": 1, "root": ROOT}))


def _field(name: str, test: str, value: Any = None, *, own: str = "") -> dict[str, Any]:
    place = {"field": own} if own else {"attribute": name}
    said = {"id": name.replace(" ", "-"), "type": "field", "of": "person", "test": test} | place
    return said if value is None else said | {"value": value}


def _activity(name: str, what: Any, **said: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "activity",
        "of": "person",
        "what": what,
        "test": "at_least",
        "count": 1,
    } | said


ROOT: Final[dict[str, Any]] = {
    "all": [
        _activity("asked", "request"),
        _activity("lately", "any", days=200),
        _field("opted", "is_missing", own="opted_out_at"),
        {
            "any": [
                _field("country", "one_of", ["Germany", "France", "Ghana", "Chile", "Japan"], own="country"),
                _field("Segment", "is", "Enterprise"),
                _field("Employees", "at_least", 100),
            ]
        },
        _field("Total Visits", "at_least", 2),
        _field("Minutes on Site", "between", [1, 500]),
        {
            "none": [
                _field("title", "contains", "student", own="title"),
                _field("Status", "is", "Not interested", own="status"),
            ]
        },
    ]
}


def _scanned(full: Trial, met: set[int]) -> float:
    with full.database.reading() as session:
        fields = {field.name: f"c.f{field.id}" for field in session.exec(select(Field))}
        requests = session.exec(select(ActivityKind.id).where(ActivityKind.is_request)).one()
        lower = "lower({})" if full.database.is_sqlite else 'lower({} COLLATE "C")'
        has = "instr" if full.database.is_sqlite else "strpos"
        statement = text(
            "SELECT COUNT(*) FROM person r LEFT JOIN columns_person c ON c.record_id = r.id WHERE "
            f"EXISTS (SELECT 1 FROM activity a WHERE a.person_id = r.id AND a.kind_id = {requests}) "
            "AND EXISTS (SELECT 1 FROM activity a WHERE a.person_id = r.id AND a.at >= :since) "
            "AND r.opted_out_at IS NULL "
            f"AND ({lower.format('r.country')} IN ('germany', 'france', 'ghana', 'chile', 'japan') "
            f"OR {lower.format(fields['Segment'])} = 'enterprise' OR {fields['Employees']} >= 100) "
            f"AND {fields['Total Visits']} >= 2 AND {fields['Minutes on Site']} BETWEEN 1 AND 500 "
            f"AND NOT ({has}({lower.format('r.title')}, 'student') > 0 OR {lower.format('r.status')} = 'not interested')"
        )
        since = microseconds(now() - timedelta(days=200))

        def scan() -> None:
            met.add(session.connection().execute(statement, {"since": since}).scalar_one())

        return timed(scan)
