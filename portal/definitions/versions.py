"""Versions of what a term means: loaded, begun, changed. What is open can be changed; what was in force, never."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from portal import events, notices
from portal.accounts import User
from portal.definitions.tables import CONTENT, Definition, DefinitionVersion
from portal.errors import Conflict, NotFound
from portal.signing import Signature, life

NO_DRAFT: Final = "Nothing is being drafted here. Start a draft on the page of the term."


def begin(session: Session, definition: Definition, *, by: int, at: datetime) -> DefinitionVersion:
    """Begin a draft of a term's next version with what holds now. Raises Conflict where one is open already."""
    if there := open_version(session, definition):
        raise Conflict(f"Version {there.number} is being worked on already. Go on with that one.")
    now = holding(session, definition)
    start = (
        {name: getattr(now, name) for name in CONTENT if name != "why"}
        if now
        else {"wording": "", "rule": ""}
    )
    version = DefinitionVersion(
        definition_id=definition.id,
        number=_next_number(session, definition),
        created_at=at,
        created_by=by,
        **start,
    )
    session.add(version)
    session.flush()
    note(session, "begun", definition, version, by=by, at=at)
    return version


def change(
    session: Session,
    definition: Definition,
    version: DefinitionVersion,
    content: Mapping[str, Any],
    *,
    edition: int,
    by: User,
    at: datetime,
) -> None:
    """Put other content in an open version that was seen in an edition. Signatures come off, and who gave them is told.

    Raises Changed, Conflict.
    """
    moved = {name: value for name, value in content.items() if getattr(version, name) != value}
    if not moved and version.edition == edition:
        return
    taken = life.change(session, version, edition=edition, by=by.id, at=at)
    for name, value in moved.items():
        setattr(version, name, value)
    note(
        session,
        "changed",
        definition,
        version,
        by=by.id,
        at=at,
        fields=sorted(moved.keys() - {"rule"}),
        signatures=len(taken),
    )
    _tell_signers(session, definition, version, taken, by=by, at=at)


def _tell_signers(
    session: Session,
    definition: Definition,
    version: DefinitionVersion,
    taken: Sequence[Signature],
    *,
    by: User,
    at: datetime,
) -> None:
    for signature in taken:
        if signature.user_id != by.id:
            sentence = (
                f"{by.name} changed {definition.name} v{version.number} after you signed it: "
                "your signature is off, read it again"
            )
            key = f"definition:{version.id}:changed:{version.edition}:{signature.user_id}"
            notices.tell(session, signature.user_id, sentence, at=at, path=page(definition), key=key)


def get(
    session: Session, definition: Definition, number: int, *, for_update: bool = False
) -> DefinitionVersion:
    """A version by its number; held against others until the commit, if asked. Raises NotFound."""
    query = select(DefinitionVersion).where(
        DefinitionVersion.definition_id == definition.id, DefinitionVersion.number == number
    )
    found = session.exec(query.with_for_update() if for_update else query).first()
    if found is None:
        raise missing(definition, number)
    return found


def opened(session: Session, term: str, *, for_update: bool = False) -> tuple[Definition, DefinitionVersion]:
    """A term and its open version, in one query; held against others until the commit, if asked. Raises NotFound."""
    query = select(Definition, DefinitionVersion).where(
        DefinitionVersion.definition_id == Definition.id,
        Definition.term == term,
        col(DefinitionVersion.in_force_at).is_(None),
        col(DefinitionVersion.closed_at).is_(None),
    )
    found = session.exec(query.with_for_update() if for_update else query).first()
    if found is None:
        raise NotFound(NO_DRAFT)
    return found[0], found[1]


def missing(definition: Definition, number: int) -> NotFound:
    return NotFound(f"{definition.name} has no version {number}.")


def open_version(session: Session, definition: Definition) -> DefinitionVersion | None:
    """The version that is drafted, proposed or signed for a later day; there is one at most."""
    return session.exec(
        select(DefinitionVersion).where(
            DefinitionVersion.definition_id == definition.id,
            col(DefinitionVersion.in_force_at).is_(None),
            col(DefinitionVersion.closed_at).is_(None),
        )
    ).first()


def holding(session: Session, definition: Definition) -> DefinitionVersion | None:
    """The version in force; None for a term that was added and never signed."""
    return session.exec(
        select(DefinitionVersion).where(
            DefinitionVersion.definition_id == definition.id,
            col(DefinitionVersion.in_force_at).is_not(None),
            col(DefinitionVersion.superseded_at).is_(None),
        )
    ).first()


def history(session: Session, definition: Definition) -> Sequence[DefinitionVersion]:
    """All versions of a term, the newest first."""
    return session.exec(
        select(DefinitionVersion)
        .where(DefinitionVersion.definition_id == definition.id)
        .order_by(col(DefinitionVersion.number).desc())
    ).all()


def page(definition: Definition) -> str:
    """The address of a term's page."""
    return f"/definitions/{definition.term}"


def _next_number(session: Session, definition: Definition) -> int:
    query = select(func.max(DefinitionVersion.number))
    last = session.exec(query.where(DefinitionVersion.definition_id == definition.id)).one()
    return (last or 0) + 1


def note(
    session: Session,
    what: str,
    definition: Definition,
    version: DefinitionVersion,
    *,
    by: int | None,
    at: datetime,
    **data: Any,
) -> None:
    """Note a step in the log."""
    events.record(
        session,
        f"definition.{what}",
        "definition_version",
        version.id,
        by=by,
        at=at,
        term=definition.name,
        number=version.number,
        **data,
    )
