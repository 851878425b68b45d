"""Links that let a user set a password, once, within three days. The link is derived from the portal's key: the database alone gives none away."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from portal import events
from portal.accounts import tokens
from portal.accounts.rules import LINK_LIFETIME
from portal.accounts.tables import Link, User
from portal.errors import Invalid, NotFound

INVITATION: Final = "invitation"
RESET: Final = "reset"
GONE: Final = "This link was used, replaced or is too old. Ask an administrator for a new one."


def make(
    session: Session, user: User, purpose: str, *, key: str, by: int | None, at: datetime
) -> tuple[Link, str]:
    """A new link, which replaces those made before, and its token."""
    void(session, user.id, at=at)
    link = Link(
        token_hash=tokens.fresh(),  # holds the place until the id is known
        user_id=user.id,
        purpose=purpose,
        created_at=at,
        created_by=by,
        expires_at=at + LINK_LIFETIME,
    )
    session.add(link)
    session.flush()
    token = token_of(link, key=key)
    link.token_hash = tokens.digest(token)
    return link, token


def void(session: Session, user_id: int, *, at: datetime) -> None:
    """Make the unused links of a user worthless."""
    unused = update(Link).where(col(Link.user_id) == user_id, col(Link.used_at).is_(None))
    session.execute(unused.values(used_at=at))


def token_of(link: Link, *, key: str) -> str:
    """The link's token again, for the mail that brings it: an HMAC-SHA-256 of its id, user and time."""
    text = f"password link {link.id} {link.user_id} {link.created_at.isoformat()}"
    return urlsafe_b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode().rstrip("=")


def renew(session: Session, user: User, *, key: str, by: int | None, at: datetime) -> tuple[Link, str]:
    """A new link for a user who lost theirs or the password, noted in the log. Raises Invalid without access."""
    if user.disabled_at:
        raise Invalid("This user has no access. Give it back first, then make a link.")
    link, token = make(session, user, RESET if user.password_hash else INVITATION, key=key, by=by, at=at)
    what = {"purpose": link.purpose, "email": user.email}
    events.record(session, "user.link_made", "user", user.id, by=by, at=at, **what)
    return link, token


def find(session: Session, token: str, *, at: datetime) -> tuple[Link, User]:
    """The link and whom it is for. Raises NotFound for one that cannot be used."""
    query = select(Link, User).where(Link.token_hash == tokens.digest(token), Link.user_id == User.id)
    found = session.exec(query).first()
    if found is None or found[0].used_at or found[0].expires_at <= at or found[1].disabled_at:
        raise NotFound(GONE)
    return found[0], found[1]
