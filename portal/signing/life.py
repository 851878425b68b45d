"""The life of a paper: proposed, signed by each side, in force, superseded; or rejected, or withdrawn.

One signature puts nothing in force. These commands know no kind of paper: whoever owns one loads and locks it, calls
them, notes the event and tells people.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from portal.accounts import User
from portal.accounts.rules import may_sign
from portal.db import canonical
from portal.editing.records import Changed
from portal.errors import Conflict, Forbidden, Invalid
from portal.signing import rules
from portal.signing.tables import Paper, Signature, State


def propose(paper: Paper, *, in_force_on: date | None, by: int, at: datetime) -> None:
    """Ask the sides to sign a draft. Raises Conflict, or Invalid for a day that is past."""
    if paper.state != State.DRAFT:
        raise Conflict(rules.NOT_OPEN.get(paper.state, "It is proposed already."))
    if problem := rules.day_problem(in_force_on, at.date()):
        raise Invalid(problem)
    paper.in_force_on, paper.proposed_at, paper.proposed_by = in_force_on, at, by


def sign(
    session: Session,
    paper: Paper,
    *,
    says: Any,
    required: Collection[str],
    edition: int,
    by: User,
    at: datetime,
) -> bool:
    """Sign what somebody read, for their function. Returns whether that was the last signature.

    `says` is what the paper says, for the digest. Raises Forbidden for the wrong function, Conflict for the second
    signature of one function or where the paper is not what was read any more.
    """
    signed = {signature.function for signature in signatures(session, paper)}
    if problem := rules.objection(by.right, by.function, required=required, signed=signed, state=paper.state):
        raise problem
    if paper.edition != edition:
        raise Conflict("It was changed after you opened it. Read what it says now, then sign it.")
    session.add(
        Signature(
            subject=subject(paper),
            subject_id=paper.id,
            function=by.function,
            user_id=by.id,
            at=at,
            digest=digest(says),
        )
    )
    session.flush()
    if is_last := not rules.missing(required, signed | {by.function}):
        paper.signed_at = at
    return is_last


def change(session: Session, paper: Paper, *, edition: int, by: int, at: datetime) -> list[Signature]:
    """Make ready for a change of what was seen in an edition. Returns the signatures that it takes off.

    Raises Changed when somebody else saved meanwhile, Conflict for a paper that is not open.
    """
    if problem := rules.objection_to_change(paper.state):
        raise problem
    if paper.edition != edition:
        raise Changed(paper)
    paper.edition += 1
    paper.changed_at, paper.changed_by, paper.signed_at = at, by, None
    return take_off(session, paper, at=at)


def reject(
    session: Session, paper: Paper, reason: str, *, required: Collection[str], by: User, at: datetime
) -> None:
    """Turn a proposal down, with a reason: for leaders of the sides that sign. Nothing else changes.

    Raises Forbidden, Conflict, or Invalid without a reason.
    """
    if not may_sign(by.right, by.function) or by.function not in required:
        raise Forbidden(f"This is for leaders of {rules.sides(required)} to reject.")
    if paper.state not in {State.PROPOSED, State.SIGNED}:
        raise Conflict(rules.NOT_OPEN.get(paper.state, "It is not proposed yet; a draft can be withdrawn."))
    if not reason.strip():
        raise Invalid("Say why you reject it, so that the next draft can do better.")
    paper.closed_at, paper.closed_by, paper.rejection = at, by.id, reason.strip()
    take_off(session, paper, at=at)


def withdraw(paper: Paper, *, by: int, at: datetime) -> None:
    """Give up a draft. It stays to be read. Raises Conflict."""
    if paper.state != State.DRAFT:
        raise Conflict(rules.NOT_OPEN.get(paper.state, "It is proposed: reject it instead, with a reason."))
    paper.closed_at, paper.closed_by = at, by


def enforce(session: Session, paper: Paper, before: Paper | None, *, at: datetime) -> None:
    """Put a signed paper in force in the place of another. Raises Conflict for one that is not signed or not due."""
    if paper.state != State.SIGNED or not rules.is_due(paper.in_force_on, at):
        raise Conflict("It comes into force once all sides have signed and its day has come.")
    if before:
        before.superseded_at = at
        session.flush()  # first, as one version is in force at most
    paper.in_force_at = at
    session.flush()


def take_off(session: Session, paper: Paper, *, at: datetime) -> list[Signature]:
    """Take all signatures off; they stay in the record as taken off."""
    found = list(signatures(session, paper))
    for signature in found:
        signature.taken_off_at = at
    session.flush()
    return found


def signatures(session: Session, paper: Paper) -> Sequence[Signature]:
    """The signatures a paper bears, the first one first."""
    return session.exec(
        select(Signature)
        .where(
            Signature.subject == subject(paper),
            Signature.subject_id == paper.id,
            col(Signature.taken_off_at).is_(None),
        )
        .order_by(col(Signature.id))
    ).all()


def signed_by(
    session: Session, papers: Sequence[Paper], *, also_taken_off: bool = False
) -> dict[int, list[tuple[Signature, User]]]:
    """Signatures and who gave them, by the paper's id, in one query. All papers are of one kind."""
    found: dict[int, list[tuple[Signature, User]]] = {paper.id: [] for paper in papers}
    if not papers:
        return found
    query = select(Signature, User).where(
        Signature.user_id == User.id,
        Signature.subject == subject(papers[0]),
        col(Signature.subject_id).in_(found),
    )
    if not also_taken_off:
        query = query.where(col(Signature.taken_off_at).is_(None))
    for signature, user in session.exec(query.order_by(col(Signature.id))):
        found[signature.subject_id].append((signature, user))
    return found


def leaders(session: Session, functions: Collection[str]) -> Sequence[User]:
    """Who can sign for these functions."""
    return session.exec(
        select(User)
        .where(
            col(User.function).in_(functions),
            User.right == "leader",
            col(User.disabled_at).is_(None),
        )
        .order_by(col(User.id))
    ).all()


def subject(paper: Paper) -> str:
    return str(paper.__tablename__)


def digest(says: Any) -> str:
    """SHA-256 of what a paper says, the same for the same words."""
    return hashlib.sha256(canonical(says).encode()).hexdigest()
