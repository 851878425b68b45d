"""How often somebody may guess: 10 failed sign-ins in 5 minutes, for an e-mail address and for a network address. In SQL, so it holds when all else is down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, text
from sqlmodel import Session, col, select

from portal.accounts import tokens
from portal.accounts.rules import ATTEMPTS, ATTEMPTS_WITHIN, network_of
from portal.accounts.tables import SignInAttempt
from portal.errors import TooMany

SENTENCE: Final = "Too many failed sign-ins. Wait five minutes, or ask an administrator for a link that sets a new password."


def subjects(email: str, address: str) -> tuple[str, str]:
    """Whom a try counts for: hashes of the e-mail address typed and of the network it came from."""
    return tokens.digest(f"email {email.lower()}"), tokens.digest(f"network {network_of(address)}")


def count(session: Session, tried: Sequence[str], *, at: datetime) -> None:
    """Count a try before the password is looked at, so that many at once cannot slip past the limit.

    Raises TooMany beyond the limit; the try then does not count, as its transaction ends: waiting helps.
    """
    _one_at_a_time(session, tried)
    number = func.count()
    recent = select(number).where(
        col(SignInAttempt.subject).in_(tried), col(SignInAttempt.at) > at - ATTEMPTS_WITHIN
    )
    most = session.exec(recent.group_by(SignInAttempt.subject).order_by(number.desc()).limit(1)).first()
    if (most or 0) >= ATTEMPTS:
        raise TooMany(SENTENCE)
    session.add_all(SignInAttempt(subject=subject, at=at) for subject in tried)


def _one_at_a_time(session: Session, tried: Sequence[str]) -> None:
    """SQLite's write units come one by one anyway."""
    if session.get_bind().dialect.name == "postgresql":
        for subject in sorted(tried):
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:subject))"), {"subject": subject})


def forget(session: Session, tried: Sequence[str], *, at: datetime) -> None:
    """Forget the try that succeeded at that time, and all that was tried for the same e-mail address."""
    attempt = col(SignInAttempt.subject)
    own = (attempt == tried[0]) | ((attempt == tried[1]) & (col(SignInAttempt.at) == at))
    session.execute(delete(SignInAttempt).where(own))
