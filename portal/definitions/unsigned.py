"""What people signed who turn out not to be anybody: it counts no longer, and what the portal came with does again."""

from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal import events
from portal.definitions import versions
from portal.definitions.tables import CONTENT, Definition, DefinitionVersion
from portal.signing import Signature


def forget(session: Session, people: SelectOfScalar[int], *, at: datetime) -> None:
    """Put the shipped versions back in force where these people (a query for ids) signed others; drafts of theirs are withdrawn.

    What was in force stays to be read, as superseded. A term that was added means nothing until it is signed again.
    """
    for definition in session.exec(select(Definition).order_by(col(Definition.id))).all():
        now = versions.holding(session, definition)
        if now and not now.is_shipped and _is_signed_by(session, now, people):
            _supersede(session, definition, now, at=at)
        there = versions.open_version(session, definition)
        if there and (_is_theirs(session, there, people) or _is_signed_by(session, there, people)):
            there.closed_at = at


def _is_signed_by(session: Session, version: DefinitionVersion, people: SelectOfScalar[int]) -> bool:
    signed = Signature.subject == DefinitionVersion.__tablename__, Signature.subject_id == version.id
    theirs = select(Signature.id).where(*signed, col(Signature.user_id).in_(people))
    return session.exec(theirs.limit(1)).first() is not None


def _is_theirs(session: Session, version: DefinitionVersion, people: SelectOfScalar[int]) -> bool:
    return version.created_by in session.exec(people).all()


def _supersede(session: Session, definition: Definition, now: DefinitionVersion, *, at: datetime) -> None:
    now.superseded_at = at
    session.flush()
    history = versions.history(session, definition)
    shipped = next((version for version in history if version.is_shipped), None)
    if shipped is None:
        return
    session.add(
        DefinitionVersion(
            definition_id=definition.id,
            number=max(version.number for version in history) + 1,
            created_at=at,
            in_force_at=at,
            is_shipped=True,
            **{name: getattr(shipped, name) for name in CONTENT},
        )
    )
    told = {"term": definition.name}
    events.record(
        session, "definition.provisional_again", "definition", definition.id, by=None, at=at, **told
    )
