"""Whom one can sign in as in demo mode: one user for each part people play. Invented, with one published password."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select, update

from portal import notices
from portal.accounts import Function, Link, Right, SignIn, User, passwords
from portal.demo.stories import OWNERS

PASSWORD: Final = "made-up-company"  # noqa: S105  published on purpose: it opens demo mode on loopback only
DOMAIN: Final = "ostermoor.example"
RECORDER: Final = f"marketing.leader@{DOMAIN}"  # who recorded the demo's spend
PEOPLE: Final = (
    (f"sales.leader@{DOMAIN}", "Ingrid Solberg", Function.SALES, Right.LEADER),
    (RECORDER, "Rafael Monteiro", Function.MARKETING, Right.LEADER),
    (f"rep@{DOMAIN}", OWNERS[0], Function.SALES, Right.MEMBER),
    (f"marketing@{DOMAIN}", "Lena Vermeer", Function.MARKETING, Right.MEMBER),
    (f"finance.leader@{DOMAIN}", "Priya Menon", Function.FINANCE, Right.LEADER),
    (f"administrator@{DOMAIN}", "Tomasz Baran", Function.OTHER, Right.ADMINISTRATOR),
)


def people() -> list[tuple[str, str, Function, Right]]:
    """The demo's users: e-mail address, name, function, right."""
    return list(PEOPLE)


def admit(session: Session, password_hash: str, *, at: datetime) -> int:
    """Let the demo's users in; those who were there before get access again. Returns the id of who records spend."""
    there = {user.email: user for user in session.exec(select(User).where(col(User.is_demo)))}
    for email, name, function, right in PEOPLE:
        user = there.get(email) or User(
            email=email, name=name, function=function, right=right, is_demo=True, created_at=at, version=1
        )
        user.password_hash, user.disabled_at = password_hash, None
        session.add(user)
    session.flush()
    return session.exec(select(User.id).where(User.email == RECORDER)).one()


def dismiss(session: Session, *, at: datetime) -> int:
    """End the access of all demo users. Their rows stay, as events name them; what let them in and what they were told goes."""
    ids = list(session.exec(select(User.id).where(col(User.is_demo), col(User.disabled_at).is_(None))))
    for table, owner in (
        (SignIn, SignIn.user_id),
        (Link, Link.user_id),
        (notices.Notice, notices.Notice.user_id),
    ):
        session.execute(delete(table).where(col(owner).in_(ids)))
    session.execute(
        update(User)
        .where(col(User.id).in_(ids))
        .values(disabled_at=at, password_hash=None, version=User.version + 1)
    )
    return len(ids)


def admitted(session: Session) -> Sequence[User]:
    """The demo's users who can sign in, in the order of the parts they play; none once the demo company was cleared."""
    able = col(User.is_demo), col(User.disabled_at).is_(None), col(User.password_hash).is_not(None)
    return session.exec(select(User).where(*able).order_by(col(User.id))).all()


def hashed() -> str:
    """The hash of the published password. Takes 20 ms: make it with no transaction open."""
    return passwords.hashed(PASSWORD)
