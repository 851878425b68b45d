"""Reading verdicts: how many, whose, and what one record was found to be."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal.criteria.sql import MET, NOT_KNOWN
from portal.definitions.tables import Definition
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

    @classmethod
    def of(cls, judging: Judging) -> "Counts":
        numbers = (judging.records, judging.met, judging.not_known)
        return cls(judging.term, judging.version_id, judging.as_of, *numbers)

    @property
    def failed(self) -> int:
        return self.records - self.met - self.unknown


def current(session: Session) -> dict[str, Judging]:
    """The judgings that count, by term."""
    query = select(Judging).join(CurrentJudging, col(CurrentJudging.judging_id) == col(Judging.id))
    return {judging.term: judging for judging in session.exec(query)}


def counts(session: Session) -> dict[str, Counts]:
    """How many records meet each term, by the version that judged."""
    return {term: Counts.of(each) for term, each in current(session).items()}


def judged_terms(session: Session, level: Level) -> list[tuple[str, str]]:
    """The terms that records of a level were judged by, with their names, in the order of the funnel."""
    query = select(Definition.term, Definition.name).join(
        CurrentJudging, col(CurrentJudging.term) == col(Definition.term)
    )
    ordered = query.where(Definition.level == level).order_by(col(Definition.position), col(Definition.id))
    return [(term, name) for term, name in session.exec(ordered)]


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
