"""The life of a version: proposed, signed by each side, in force from its day; or rejected, or withdrawn.

Each step is noted in the log, and who has to know is told.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, col, select

from portal import judging, notices
from portal.accounts import User
from portal.definitions import drafts
from portal.definitions.tables import Definition, DefinitionVersion
from portal.definitions.versions import holding, note, page
from portal.editing.records import Changed
from portal.errors import Invalid
from portal.signing import life, rules

EMPTY = "Write down what the term means before you propose it."
NO_REASON = "Say why it changes, so that those who sign know what for."


def propose(
    session: Session,
    definition: Definition,
    version: DefinitionVersion,
    *,
    in_force_on: date | None,
    edition: int,
    by: User,
    at: datetime,
) -> None:
    """Ask both sides to sign a draft, to hold from a day on; their leaders are told. Raises Invalid, Conflict, Changed."""
    if version.edition != edition:
        raise Changed(version)
    if not version.wording.strip():
        raise Invalid(EMPTY)
    if not version.why.strip():
        raise Invalid(NO_REASON)
    drafts.refuse_unfinished(definition, version, drafts.catalogue(session, definition))
    life.propose(version, in_force_on=in_force_on, by=by.id, at=at)
    note(session, "proposed", definition, version, by=by.id, at=at, on=_day(in_force_on))
    leaders = (user.id for user in life.leaders(session, definition.signers) if user.id != by.id)
    sentence = f"{by.name} proposes {name(definition, version)}: read it, then sign or reject it"
    _tell(session, definition, version, leaders, step="proposed", sentence=sentence, at=at)


def sign(
    session: Session,
    definition: Definition,
    version: DefinitionVersion,
    *,
    edition: int,
    by: User,
    at: datetime,
) -> None:
    """Sign for the function of who signs. With the last signature it comes into force, if its day has come.

    Raises Forbidden for the wrong function, Conflict for the second signature of one function or for what was changed.
    """
    is_last = life.sign(
        session,
        version,
        says=version.says,
        required=definition.signers,
        edition=edition,
        by=by,
        at=at,
    )
    note(session, "signed", definition, version, by=by.id, at=at, function=by.function)
    if is_last and rules.is_due(version.in_force_on, at):
        enforce(session, definition, version, at=at)


def reject(
    session: Session,
    definition: Definition,
    version: DefinitionVersion,
    reason: str,
    *,
    by: User,
    at: datetime,
) -> None:
    """Turn a proposal down. The version in force stays. Raises Forbidden, Conflict, Invalid without a reason."""
    life.reject(session, version, reason, required=definition.signers, by=by, at=at)
    note(session, "rejected", definition, version, by=by.id, at=at, reason=version.rejection)
    concerned = {version.proposed_by, *(user.id for user in life.leaders(session, definition.signers))}
    sentence = f"{by.name} rejected {name(definition, version)}: {version.rejection}"
    _tell(
        session,
        definition,
        version,
        concerned - {by.id},
        step="rejected",
        sentence=sentence,
        at=at,
    )


def withdraw(
    session: Session, definition: Definition, version: DefinitionVersion, *, by: User, at: datetime
) -> None:
    """Give up a draft. It stays to be read. Raises Conflict for anything but a draft."""
    life.withdraw(version, by=by.id, at=at)
    note(session, "withdrawn", definition, version, by=by.id, at=at)


def enforce(session: Session, definition: Definition, version: DefinitionVersion, *, at: datetime) -> None:
    """Put a signed version in force in the place of the one before, and have every record judged by it.

    Raises Conflict where it is not signed or not due.
    """
    before = holding(session, definition)
    life.enforce(session, version, before, at=at)
    judging.ask(session, term=definition.term, by=None, at=at)
    told = {"before": before.number if before else None}
    note(session, "in_force", definition, version, by=None, at=at, **told)
    judging.ask(session, term=definition.term, by=None, at=at)
    concerned = {version.created_by, version.proposed_by}
    concerned |= {user.id for user in life.leaders(session, definition.signers)}
    sentence = f"{name(definition, version)} is in force: both sides have signed it"
    _tell(session, definition, version, concerned, step="in_force", sentence=sentence, at=at)


def enforce_due(session: Session, *, at: datetime) -> int:
    """Put in force every signed version whose day has come. Returns how many there were."""
    due = session.exec(
        select(Definition, DefinitionVersion)
        .where(
            DefinitionVersion.definition_id == Definition.id,
            col(DefinitionVersion.signed_at).is_not(None),
            col(DefinitionVersion.in_force_at).is_(None),
            col(DefinitionVersion.closed_at).is_(None),
            col(DefinitionVersion.in_force_on) <= at.date(),
        )
        .order_by(col(Definition.position))
        .with_for_update()
    ).all()
    for definition, version in due:
        enforce(session, definition, version, at=at)
    return len(due)


def name(definition: Definition, version: DefinitionVersion) -> str:
    """A version as people say it: "Lead v2"."""
    return f"{definition.name} v{version.number}"


def _tell(
    session: Session,
    definition: Definition,
    version: DefinitionVersion,
    users: Iterable[int | None],
    *,
    step: str,
    sentence: str,
    at: datetime,
) -> None:
    for user_id in filter(None, users):
        key = f"definition:{version.id}:{step}:{version.edition}:{user_id}"
        notices.tell(session, user_id, sentence, at=at, path=page(definition), key=key)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
