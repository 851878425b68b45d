"""Evidence against a clause: records that people contest, counted per clause, answered and closed.

A dispute is one kind: somebody says that a record should or should not meet a definition, and names the clause at
fault. Rejected hand-offs will be another, counted beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel
from pydantic import Field as Form
from sqlalchemy import Index, func
from sqlmodel import Field, Session, SQLModel, col, select

from portal import events, notices
from portal.accounts import Right, User
from portal.criteria import clause_sentence
from portal.db import Instant
from portal.definitions import comparing, examples, naming, terms
from portal.definitions.tables import Definition, DefinitionVersion
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.fields import Level

PER_PAGE: Final = 50


class Kind(StrEnum):
    DISPUTE = "dispute"


class Evidence(SQLModel, table=True):
    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_clause", "definition_id", "clause_id"),
        Index("ix_evidence_record", "level", "record_id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(default=Kind.DISPUTE, max_length=20)
    definition_id: int = Field(foreign_key="definition.id")
    version_id: int = Field(
        foreign_key="definition_version.id", description="The one that judged the record."
    )
    clause_id: str = Field(max_length=40)
    level: str = Field(max_length=10)
    record_id: int
    should_meet: bool = Field(description="What the record should do, in the eyes of who contests it.")
    reason: str = Field(max_length=2000)
    raised_by: int = Field(foreign_key="user_account.id")
    raised_at: datetime = Field(sa_type=Instant)
    answer: str = Field(default="", max_length=2000)
    answered_by: int | None = Field(default=None, foreign_key="user_account.id")
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by: int | None = Field(default=None, foreign_key="user_account.id")
    closed_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def state(self) -> str:
        if self.closed_at:
            return "closed"
        return "answered" if self.answered_at else "open"


class Dispute(BaseModel):
    """A dispute as people raise one."""

    term: str = Form(max_length=40)
    clause: str = Form(max_length=40, json_schema_extra={"say": "Choose the clause that is at fault."})
    should_meet: bool = False
    reason: str = Form(
        min_length=1, max_length=2000, json_schema_extra={"say": "Say what is wrong about it, in a sentence."}
    )


@dataclass(frozen=True)
class Shown:
    """A piece of evidence with the term it is about and who raised it."""

    evidence: Evidence
    definition: Definition
    who: User


def dispute(
    session: Session,
    definition: Definition,
    version_id: int,
    raised: Dispute,
    *,
    record_id: int,
    clauses: Sequence[str],
    by: User,
    at: datetime,
) -> Evidence:
    """Contest how a record is judged by the version in force.

    Raises Invalid for a clause that it does not have, Conflict for what the same user contests already.
    """
    if raised.clause not in clauses:
        raise Invalid("That clause is not in the version in force. Choose one of the list.")
    same = select(Evidence.id).where(
        Evidence.definition_id == definition.id,
        Evidence.level == definition.level,
        Evidence.record_id == record_id,
        Evidence.clause_id == raised.clause,
        Evidence.raised_by == by.id,
        col(Evidence.closed_at).is_(None),
    )
    if session.exec(same).first() is not None:
        raise Conflict("You contested this already, and it is not closed yet.")
    found = Evidence(
        definition_id=definition.id,
        version_id=version_id,
        clause_id=raised.clause,
        level=definition.level,
        record_id=record_id,
        should_meet=raised.should_meet,
        reason=raised.reason,
        raised_by=by.id,
        raised_at=at,
    )
    session.add(found)
    session.flush()
    _note(session, "raised", definition, found, by=by, at=at)
    return found


def answer(session: Session, evidence_id: int, text: str, *, by: User, at: datetime) -> Evidence:
    """Answer a dispute; who raised it is told. For leaders. Raises NotFound, Forbidden, Conflict, Invalid."""
    found, definition = _open(session, evidence_id)
    if by.right != Right.LEADER:
        raise Forbidden("Disputes are answered by leaders.")
    if not text.strip():
        raise Invalid("Say what follows from it, in a sentence.")
    found.answer, found.answered_by, found.answered_at = text.strip(), by.id, at
    _note(session, "answered", definition, found, by=by, at=at)
    if found.raised_by != by.id:
        sentence = f"{by.name} answered your dispute about {definition.name}: {found.answer}"
        key = f"evidence:{found.id}:answered:{at.isoformat()}"
        notices.tell(session, found.raised_by, sentence, at=at, path=f"/disputes/{found.id}", key=key)
    return found


def close(session: Session, evidence_id: int, *, by: User, at: datetime) -> Evidence:
    """Close a dispute that was answered: by a leader, or by who raised it. Raises NotFound, Forbidden, Conflict."""
    found, definition = _open(session, evidence_id)
    if by.right != Right.LEADER and by.id != found.raised_by:
        raise Forbidden("A dispute is closed by a leader or by who raised it.")
    if not found.answered_at and by.id != found.raised_by:
        raise Conflict("Answer it first, so that whoever raised it learns what follows.")
    found.closed_by, found.closed_at = by.id, at
    _note(session, "closed", definition, found, by=by, at=at)
    return found


def counts(session: Session, definition: Definition) -> dict[str, int]:
    """How much evidence there is against each clause, whatever kind and state, by the clause's id."""
    rows = session.exec(
        select(Evidence.clause_id, func.count())
        .where(Evidence.definition_id == definition.id)
        .group_by(col(Evidence.clause_id))
    )
    return dict(rows.all())


def listed(
    session: Session,
    *,
    term: str = "",
    clause: str = "",
    level: str = "",
    record_id: int | None = None,
    only_open: bool = False,
    before: int | None = None,
    limit: int = PER_PAGE + 1,
) -> Sequence[Shown]:
    """Evidence, the newest first, below an id; one more than a page has, so that the next page is known."""
    query = select(Evidence, Definition, User).where(
        Evidence.definition_id == Definition.id, Evidence.raised_by == User.id
    )
    if term:
        query = query.where(Definition.term == term)
    if clause:
        query = query.where(Evidence.clause_id == clause)
    if record_id is not None:
        query = query.where(Evidence.level == level, Evidence.record_id == record_id)
    if only_open:
        query = query.where(col(Evidence.closed_at).is_(None))
    if before:
        query = query.where(Evidence.id < before)
    return [Shown(*row) for row in session.exec(query.order_by(col(Evidence.id).desc()).limit(limit))]


def get(session: Session, evidence_id: int) -> Shown:
    """One piece of evidence. Raises NotFound."""
    query = select(Evidence, Definition, User).where(
        Evidence.id == evidence_id, Evidence.definition_id == Definition.id, Evidence.raised_by == User.id
    )
    if (row := session.exec(query).first()) is None:
        raise NotFound("There is no such dispute.")
    return Shown(*row)


def clause_words(session: Session, shown: Shown) -> str:
    """The clause as it read in the version that judged the record."""
    version = session.get_one(DefinitionVersion, shown.evidence.version_id)
    found = comparing.criteria_of(version)
    clause = found.clause(shown.evidence.clause_id) if found else None
    if clause is None:
        return "A clause that is not there any more"
    return clause_sentence(clause, naming.words_of(shown.definition.level, terms.listed(session)))


def record_names(session: Session, rows: Sequence[Shown]) -> dict[tuple[str, int], str]:
    """The names of contested records by level and number, in a query a level."""
    found: dict[tuple[str, int], str] = {}
    for level in Level:
        ids = [each.evidence.record_id for each in rows if each.evidence.level == level]
        found |= {(level, number): name for number, name in examples.names(session, level, ids).items()}
    return found


def unanswered(session: Session) -> int:
    """How many wait for an answer."""
    query = select(func.count()).where(col(Evidence.answered_at).is_(None), col(Evidence.closed_at).is_(None))
    return session.exec(query).one()


def open_by_term(session: Session) -> Mapping[int, int]:
    """How many are not closed, by the id of the term."""
    rows = session.exec(
        select(Evidence.definition_id, func.count())
        .where(col(Evidence.closed_at).is_(None))
        .group_by(col(Evidence.definition_id))
    )
    return dict(rows.all())


def _open(session: Session, evidence_id: int) -> tuple[Evidence, Definition]:
    query = select(Evidence, Definition).where(
        Evidence.id == evidence_id, Evidence.definition_id == Definition.id
    )
    if (row := session.exec(query.with_for_update()).first()) is None:
        raise NotFound("There is no such dispute.")
    if row[0].closed_at:
        raise Conflict("This dispute is closed already.")
    return row[0], row[1]


def _note(
    session: Session, what: str, definition: Definition, found: Evidence, *, by: User, at: datetime
) -> None:
    told = {
        "term": definition.name,
        "level": found.level,
        "record": found.record_id,
        "clause": found.clause_id,
    }
    events.record(session, f"dispute.{what}", "evidence", found.id, by=by.id, at=at, **told)
