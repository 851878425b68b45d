"""Sign-ins: begun with a password, found by the cookie's token, ended on the server. Idle for 8 hours or 7 days old: over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from portal import events, plain
from portal.accounts import tokens
from portal.accounts.rules import IDLE, LIFETIME, SEEN_EVERY
from portal.accounts.tables import SignIn, User
from portal.db import microseconds
from portal.errors import NotFound


@dataclass(frozen=True)
class Browser:
    """Where somebody signs in from: its own description, and the token it still holds of an earlier sign-in."""

    agent: str = ""
    old_token: str = ""


def begin(session: Session, user: User, browser: Browser, *, at: datetime) -> str:
    """Let a user in. Gives the token for the cookie, which is kept nowhere else; the browser's earlier one is over."""
    _drop(session, browser.old_token, at=at)
    token = tokens.fresh()
    session.add(
        SignIn(
            token_hash=tokens.digest(token),
            user_id=user.id,
            created_at=at,
            seen_at=at,
            expires_at=at + LIFETIME,
            agent=browser.agent[:300],
        )
    )
    events.record(session, "user.signed_in", "user", user.id, by=user.id, at=at)
    return token


def _drop(session: Session, token: str, *, at: datetime) -> None:
    old = update(SignIn).where(col(SignIn.token_hash) == tokens.digest(token), col(SignIn.ended_at).is_(None))
    session.execute(old.values(ended_at=at))


def renew(session: Session, sign_in_id: int) -> str:
    """Another token for the same sign-in: the one that was in use before is worthless."""
    token = tokens.fresh()
    changed = update(SignIn).where(col(SignIn.id) == sign_in_id)
    session.execute(changed.values(token_hash=tokens.digest(token)))
    return token


def find(session: Session, token: str, *, at: datetime) -> tuple[User, SignIn] | None:
    """Whose token it is, if that sign-in still holds and the user has access."""
    times = {"at": microseconds(at), "idle": microseconds(at - IDLE)}
    found = plain.first(session, (User, SignIn), HOLDER, token=tokens.digest(token), **times)
    return (found[0], found[1]) if found else None


HOLDER: Final = (
    "FROM sign_in JOIN user_account ON user_account.id = sign_in.user_id WHERE sign_in.token_hash = :token "
    "AND sign_in.ended_at IS NULL AND sign_in.expires_at > :at AND sign_in.seen_at > :idle "
    "AND user_account.disabled_at IS NULL"
)


def _holds(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(SignIn.ended_at).is_(None),
        col(SignIn.expires_at) > at,
        col(SignIn.seen_at) > at - IDLE,
    )


def is_seen_long_ago(sign_in: SignIn, *, at: datetime) -> bool:
    """Whether it is time to note that the user is still there."""
    return at - sign_in.seen_at >= SEEN_EVERY


def seen(session: Session, sign_in: SignIn, *, at: datetime) -> None:
    """Note that the user is there. Two requests at once note it once."""
    row = update(SignIn).where(col(SignIn.id) == sign_in.id, col(SignIn.seen_at) == sign_in.seen_at)
    session.execute(row.values(seen_at=at))


def of_user(session: Session, user_id: int, *, at: datetime) -> Sequence[SignIn]:
    """The sign-ins of a user that still hold, the latest first."""
    query = select(SignIn).where(SignIn.user_id == user_id, *_holds(at))
    return session.exec(query.order_by(col(SignIn.seen_at).desc(), col(SignIn.id).desc())).all()


def end(session: Session, sign_in_id: int, *, by: User, at: datetime) -> None:
    """End one's own sign-in, this one or that on another machine."""
    sign_in = session.get(SignIn, sign_in_id)
    if sign_in is None or sign_in.user_id != by.id or sign_in.ended_at:
        raise NotFound("There is no such sign-in of yours; it may have ended already.")
    sign_in.ended_at = at
    events.record(session, "user.signed_out", "user", by.id, by=by.id, at=at)


def end_all(session: Session, user_id: int, *, at: datetime, but: int | None = None) -> None:
    """End a user's sign-ins everywhere, but for one that may stay."""
    query = update(SignIn).where(
        col(SignIn.user_id) == user_id, col(SignIn.ended_at).is_(None), col(SignIn.id) != (but or 0)
    )
    session.execute(query.values(ended_at=at))
