"""Reading verdicts: how many, whose, and what one record was found to be."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal.criteria.sql import MET, NOT_KNOWN
from portal.fields import Level
from portal.judging.tables import CurrentJudging, Judging


@dataclass(frozen=True)
class Counts:
    """What a version found, and as of when."""

    term: str
    version_id: int
    as_of: datetime
    records: int
    met: int
    unknown: int

    @property
    def failed(self) -> int:
        return self.records - self.met - self.unknown


def current(session: Session) -> dict[str, Judging]:
    """The judgings that count, by term."""
    query = select(Judging).join(CurrentJudging, col(CurrentJudging.judging_id) == col(Judging.id))
    return {judging.term: judging for judging in session.exec(query)}


def counts(session: Session) -> dict[str, Counts]:
    """How many records meet each term, by the version that judged."""
    return {
        term: Counts(term, each.version_id, each.as_of, each.records, each.met, each.not_known)
        for term, each in current(session).items()
    }


def verdicts_of(session: Session, level: Level, record_id: int) -> dict[str, tuple[bool | None, int]]:
    """What one record was found to be: by term whether it is met (None: unknown) and the version that judged."""
    found = {}
    for term, judging in current(session).items():
        if judging.level == level:
            query = text(f"SELECT verdict FROM verdict_{judging.id:d} WHERE record_id = :id")
            row = session.connection().execute(query, {"id": record_id}).first()
            if row:
                found[term] = (None if row[0] == NOT_KNOWN else row[0] == MET, judging.version_id)
    return found
