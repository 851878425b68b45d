"""The records that a definition in force found to meet it, not to meet it, or of which nobody can say."""

from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from portal.columns import TABLES
from portal.criteria.sql import FAILED, MET, NOT_KNOWN
from portal.errors import NotFound
from portal.fields import Level
from portal.judging.tables import CurrentJudging, Judging
from portal.listing import Selection


class Verdict(StrEnum):
    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"


KEPT: Final = {Verdict.MET: MET, Verdict.FAILED: FAILED, Verdict.UNKNOWN: NOT_KNOWN}


def judging_of(session: Session, term: str, level: Level | None = None) -> Judging:
    """The judging of a term that counts. Raises NotFound where records, of the level if one is given, were never judged by it."""
    query = select(Judging).join(CurrentJudging, col(CurrentJudging.judging_id) == col(Judging.id))
    found = session.exec(query.where(CurrentJudging.term == term)).first()
    if found is None or (level and found.level != level):
        raise NotFound(f"No {level or 'record'} was judged by that definition yet. Choose another one.")
    return found


def of_verdict(judging: Judging, verdict: Verdict) -> Selection:
    """The records of one verdict."""
    return Selection(
        Level(judging.level),
        f"verdict_{judging.id:d} v JOIN {TABLES[Level(judging.level)]} r ON r.id = v.record_id",
        key="v.record_id",
        where=(f"v.verdict = {KEPT[verdict]:d}",),
    )


def met(session: Session, term: str, level: Level, record: str) -> str:
    """The condition that a record of a level, named by the column of its id, meets a term. Raises NotFound."""
    judging = judging_of(session, term, level)
    return (
        f"EXISTS (SELECT 1 FROM verdict_{judging.id:d} v WHERE v.record_id = {record} AND v.verdict = {MET})"
    )
