"""Passwords as argon2id hashes, with the parameters OWASP recommends (19 MiB, 2 passes, 1 lane; about 20 ms)."""

from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import BaseModel, SecretStr

from portal.accounts import rules
from portal.accounts.tables import User
from portal.errors import Invalid

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
AT_ONCE: Final = BoundedSemaphore(2)  # a crowd of sign-ins must not take all cores and memory


class Unfit(Invalid):
    """A password that will not do, with the sentence beside its field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__("The password was not set.")
        self.errors = {field: sentence}


class NewPassword(BaseModel):
    """A new password, typed twice."""

    password: SecretStr
    again: SecretStr


class OwnNewPassword(NewPassword):
    """A new password of somebody who knows the old one."""

    current: SecretStr


def fit(new: NewPassword, user: User) -> str:
    """The hash of a password that will do for this user. Raises Unfit. Takes 20 ms: call it with no transaction open."""
    password = new.password.get_secret_value()
    if sentence := rules.weakness(password, email=user.email, name=user.name):
        raise Unfit("password", sentence)
    if password != new.again.get_secret_value():
        raise Unfit("again", "Type the same password here again.")
    return hashed(password)


def confirm(current: SecretStr, user: User) -> None:
    """Raises Unfit unless this is the user's password."""
    if not matches(current.get_secret_value(), user.password_hash):
        raise Unfit("current", "This is not your present password.")


def hashed(password: str) -> str:
    """The hash to keep, with its own salt."""
    with AT_ONCE:
        return HASHER.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password. Takes as long for a user who is not there or has no password yet."""
    with AT_ONCE:
        try:
            return HASHER.verify(kept or _nobodys(), password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def renewed(password: str, kept: str) -> str | None:
    """A new hash where the kept one was made with weaker parameters, else None."""
    return hashed(password) if HASHER.check_needs_rehash(kept) else None


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody's password")
