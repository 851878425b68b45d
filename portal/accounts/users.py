"""Users: invited by an administrator, given a function and a right, their passwords, and the end of their access."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field, field_validator
from sqlalchemy import func
from sqlmodel import Session, col, select

from portal import events
from portal.accounts import links, sessions
from portal.accounts.tables import Function, Link, Right, SignIn, User
from portal.db import Instant
from portal.errors import Conflict, Invalid, NotFound

EMAIL: Final = r"^[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+$"
LAST: Final = "Somebody has to run the portal: make another user an administrator first."


class Invitation(BaseModel):
    """Who is to get access."""

    email: str = Field(
        max_length=254,
        pattern=EMAIL,
        json_schema_extra={"say": "Use an e-mail address, such as ada@example.com."},
    )
    name: str = Field(min_length=1, max_length=200)
    function: Function
    right: Right

    @field_validator("email")
    @classmethod
    def _lower(cls, email: str) -> str:
        return email.lower()


class Change(BaseModel):
    """What an administrator may change about a user. `version`: the row's, as it was read."""

    name: str = Field(min_length=1, max_length=200)
    function: Function
    right: Right
    version: int


def invite(
    session: Session, invitation: Invitation, *, key: str, by: int | None, at: datetime, is_demo: bool = False
) -> tuple[User, Link, str]:
    """A new user without a password, the link that sets one, and its token. Raises Conflict for a known address."""
    if by_email(session, invitation.email):
        raise Conflict(f"{invitation.email} has an account already. Find it in the list.")
    user = User(**invitation.model_dump(), created_at=at, is_demo=is_demo)
    session.add(user)
    session.flush()
    link, token = links.make(session, user, links.INVITATION, key=key, by=by, at=at)
    events.record(
        session,
        "user.invited",
        "user",
        user.id,
        by=by,
        at=at,
        email=user.email,
        right=user.right,
        function=user.function,
    )
    return user, link, token


def change(session: Session, user_id: int, to: Change, *, by: int, at: datetime) -> User:
    """Change name, function or right. Another right or function ends the user's sign-ins, so that it counts at once."""
    user = load(session, user_id)
    if user.version != to.version:
        raise Conflict("Someone else changed this user while you were editing. This is what it is now.")
    if user.right == Right.ADMINISTRATOR and to.right != Right.ADMINISTRATOR:
        _keep_an_administrator(session, user)
    changes = _differences(user, to)
    if not changes:
        return user
    if (user.right, user.function) != (to.right, to.function) and user.id != by:
        sessions.end_all(session, user.id, at=at)
    user.name, user.function, user.right = to.name, to.function, to.right
    session.flush()
    what = ", ".join(changes)
    events.record(session, "user.changed", "user", user.id, by=by, at=at, email=user.email, what=what)
    return user


def _differences(user: User, to: Change) -> list[str]:
    pairs = (
        ("name", user.name, to.name),
        ("function", user.function, to.function),
        ("right", user.right, to.right),
    )
    return [f"{what} from {old} to {new}" for what, old, new in pairs if old != new]


def _keep_an_administrator(session: Session, user: User) -> None:
    others = select(User.id).where(
        User.right == Right.ADMINISTRATOR, col(User.disabled_at).is_(None), User.id != user.id
    )
    if session.exec(others.limit(1)).first() is None:
        raise Invalid(LAST)


def disable(session: Session, user_id: int, *, by: int, at: datetime) -> None:
    """End a user's access: sign-ins and links stop at once. What they did stays, under their name."""
    user = load(session, user_id)
    if user.disabled_at:
        return
    if user.right == Right.ADMINISTRATOR:
        _keep_an_administrator(session, user)
    user.disabled_at = at
    sessions.end_all(session, user.id, at=at)
    links.void(session, user.id, at=at)
    events.record(session, "user.disabled", "user", user.id, by=by, at=at, email=user.email)


def enable(session: Session, user_id: int, *, by: int, at: datetime) -> None:
    """Give a user access again, with the password as it was. Raises Conflict for one of a cleared demo company."""
    user = load(session, user_id)
    if user.disabled_at is None:
        return
    if is_gone(user):
        raise Conflict("The demo company's people are gone with it. Invite somebody of your own instead.")
    user.disabled_at = None
    events.record(session, "user.enabled", "user", user.id, by=by, at=at, email=user.email)


def is_gone(user: User) -> bool:
    """Whether this is one of the demo company's people, and that was cleared: a name in the log, and no way in."""
    return user.is_demo and user.disabled_at is not None and user.password_hash is None


def set_password(
    session: Session, user_id: int, password_hash: str, *, at: datetime, but: int | None = None
) -> None:
    """Set a password by its hash, and end the user's sign-ins, but for the one it was changed in."""
    user = load(session, user_id)
    user.password_hash = password_hash
    sessions.end_all(session, user.id, at=at, but=but)
    links.void(session, user.id, at=at)
    events.record(session, "user.password_set", "user", user.id, by=user.id, at=at)


def set_password_by_link(session: Session, token: str, password_hash: str, *, at: datetime) -> User:
    """The same with a link, which is used up. Raises NotFound when it was used meanwhile."""
    _, user = links.find(session, token, at=at)
    set_password(session, user.id, password_hash, at=at)
    return user


def choose_theme(session: Session, user_id: int, theme: str) -> None:
    """Remember light or dark for the user's next browser; "" follows the system."""
    load(session, user_id).theme = theme


def load(session: Session, user_id: int) -> User:
    """A user by id. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


def by_email(session: Session, email: str) -> User | None:
    """The user with this address, whatever its case."""
    return session.exec(select(User).where(User.email == email.strip().lower())).first()


def listed(session: Session) -> Sequence[tuple[User, datetime | None]]:
    """All users with the time each was last seen, those with access first, by name; without those who are gone."""
    seen = func.max(SignIn.seen_at, type_=Instant)
    query = select(User, seen).outerjoin(SignIn, col(SignIn.user_id) == User.id).group_by(col(User.id))
    rows = session.exec(query.order_by(col(User.disabled_at).is_not(None), User.name, col(User.id))).all()
    return [(user, at) for user, at in rows if not is_gone(user)]


def names(session: Session) -> dict[int, str]:
    """The names of all users by id, for filters."""
    return dict(session.exec(select(User.id, User.name).order_by(User.name)).all())


def rehash(session: Session, user_id: int, password_hash: str | None) -> None:
    """Keep a stronger hash of the same password, if there is one."""
    if password_hash:
        load(session, user_id).password_hash = password_hash
