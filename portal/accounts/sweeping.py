"""What need not be kept of signing in: old tries, sign-ins that are over, links that cannot be used."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col

from portal.accounts.rules import IDLE
from portal.accounts.tables import Link, SignIn, SignInAttempt

KEPT: Final = timedelta(days=30)


def forget(session: Session, *, at: datetime) -> None:
    """Delete tries of yesterday, and sign-ins and links that have been worthless for a month. The log keeps what happened."""
    session.execute(delete(SignInAttempt).where(col(SignInAttempt.at) < at - timedelta(days=1)))
    session.execute(delete(SignIn).where(col(SignIn.seen_at) < at - IDLE - KEPT))
    session.execute(delete(Link).where(col(Link.expires_at) < at - KEPT))
