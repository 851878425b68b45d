"""An examination: everything counted exactly, by SQL, in one moment. Its result is kept with the ids behind each finding."""

import zlib
from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel
from sqlalchemy import delete, text
from sqlmodel import Session, select

from portal.columns import Input, span
from portal.db import microseconds
from portal.fields import FieldKind, Level
from portal.health import bounced, fields
from portal.health.fields import FieldHealth
from portal.health.findings import ACTIVE, ACTIVE_MONTHS, BOUNCED, LOOKED_FOR, Finding, months_before
from portal.health.spelling import Variants, folded, variants
from portal.health.tables import HealthCheck, HealthList
from portal.health.teaching import twins

STALE_DAYS: Final = 180
LISTED: Final = 1_000_000
VALUES: Final = 20_000
VARIANTS: Final = 200
LINKED: Final = frozenset({"owner", "company", "direction", "outcome", "currency"})
"""Fields whose values are links or terms: they are made one where those are, not by their spelling."""
Progress = Callable[[int, int, str], None]


class Result(BaseModel):
    """What an examination found. `counts` by the key of a finding; `waiting` by the level that has not come."""

    records: dict[str, int] = {}
    counts: dict[str, int] = {}
    fields: list[FieldHealth] = []
    bounced_by: list[str] = []
    variants: list[Variants] = []
    waiting: dict[str, int] = {}

    @property
    def active(self) -> int:
        """Customers active within 24 months: companies, and people of none."""
        return sum(self.counts.get(finding.key, 0) for finding in ACTIVE)


class Examined(BaseModel):
    """A result, and the records behind each finding, their ids rising."""

    result: Result
    ids: dict[str, list[int]]


def examine(session: Session, *, stale_days: int, at: datetime, progress: Progress) -> Examined:
    """Look at all records. The typed columns must be up to date; `progress` gets (done, of, step)."""
    found = Examined(result=Result(), ids={})
    values: dict[Level, dict[str, list[tuple[str, int]]]] = {}
    for number, level in enumerate(Level):
        progress(number, len(Level) + len(LOOKED_FOR), f"reading the fields of each {level}")
        values[level] = _fields(session, level, found.result)
    _bounced(session, values[Level.PERSON], found)
    _findings(session, found, _moments(stale_days, at), progress)
    found.result.variants = found.result.variants[:VARIANTS]
    found.result.waiting = _waiting(session)
    return found


def _fields(session: Session, level: Level, result: Result) -> dict[str, list[tuple[str, int]]]:
    """Count the fields of a level and look for spellings. Gives the values of those that have few."""
    known = list(fields.of_level(session, level).values())
    result.records[level] = span(session, level)[2]
    result.fields += fields.examine(session, level, known)
    values = {
        field.name: fields.counted(session, level, field, most=VALUES)
        for field in known
        if _is_written(field)
    }
    repeating = {
        twin
        for field in known
        if not fields.is_attribute(field)
        for twin in twins(session, level, field.name)
    }
    for field in known:
        if field.name not in LINKED | repeating:
            result.variants += variants(level, field.name, values.get(field.name, ()))
    return values


def _is_written(field: Input) -> bool:
    """Whether its values are words of a list rather than names, texts or numbers."""
    return field.kind is FieldKind.CATEGORY


def _bounced(session: Session, values: dict[str, list[tuple[str, int]]], found: Examined) -> None:
    known = list(fields.of_level(session, Level.PERSON).values())
    evidence = list(bounced.evidence(known, values))
    found.result.bounced_by = [each.field for each in evidence]
    _keep(found, BOUNCED, bounced.people(session, evidence))


def _keep(found: Examined, finding: Finding, ids: Iterable[int]) -> None:
    rising = sorted(ids)
    found.result.counts[finding.key] = len(rising)
    found.ids[finding.key] = rising[-LISTED:]


def _moments(stale_days: int, at: datetime) -> dict[str, int]:
    return {
        "before": microseconds(at - timedelta(days=stale_days)),
        "since": microseconds(months_before(at, ACTIVE_MONTHS)),
        "as_of": microseconds(at),
    }


def _findings(session: Session, found: Examined, moments: dict[str, int], progress: Progress) -> None:
    wanted = [finding for finding in (*LOOKED_FOR, *ACTIVE) if finding.where]
    for number, finding in enumerate(wanted):
        progress(number, len(wanted), f"{finding.level}: {finding.word.lower()}")
        sql = finding.sql()
        given = {name: value for name, value in moments.items() if f":{name}" in sql}
        _keep(found, finding, session.connection().execute(text(sql), given).scalars())


def _waiting(session: Session) -> dict[str, int]:
    query = text("SELECT target, COUNT(*) FROM pending_link GROUP BY target ORDER BY target")
    return {target: count for target, count in session.connection().execute(query)}  # noqa: C416  rows are not pairs


def keep(session: Session, found: Examined, *, stale_days: int, seconds: float, at: datetime) -> HealthCheck:
    """Put an examination in the place of the one before."""
    session.execute(delete(HealthList))
    session.execute(delete(HealthCheck))
    check = HealthCheck(
        as_of=at, stale_days=stale_days, seconds=seconds, result=found.result.model_dump(mode="json")
    )
    session.add(check)
    session.add_all(HealthList(finding=key, ids=packed(ids)) for key, ids in found.ids.items())
    session.flush()
    return check


def forget(session: Session, level: str, field: str, value: str) -> None:
    """Offer the spellings of a value no more until the next examination."""
    for check in session.exec(select(HealthCheck)):
        result = Result.model_validate(check.result)
        result.variants = [
            each
            for each in result.variants
            if (each.level, each.field, each.folded) != (level, field, folded(value))
        ]
        check.result = result.model_dump(mode="json")


def packed(ids: Sequence[int]) -> bytes:
    return zlib.compress(array("q", ids).tobytes(), level=1)


def unpacked(ids: bytes) -> "array[int]":
    found = array("q")
    found.frombytes(zlib.decompress(ids))
    return found
