"""What somebody types to sign in, and whether it is right. Nothing tells an unknown address from a wrong password."""

from typing import Final

from pydantic import BaseModel, Field, SecretStr

from portal.accounts import passwords
from portal.accounts.tables import User
from portal.errors import Invalid

WRONG: Final = (
    "That e-mail address and password do not go together. Check both, or ask an administrator for a new link."
)


class Credentials(BaseModel):
    email: str = Field(max_length=254)
    password: SecretStr = Field(max_length=1000)


def check(given: Credentials, user: User | None, *, demo: bool) -> tuple[User, str | None]:
    """The user who may come in, and a new hash if theirs is outdated. Raises Invalid. Takes 20 ms: no transaction open."""
    password = given.password.get_secret_value()
    matched = passwords.matches(password, user.password_hash if user else None)
    if not matched or user is None or not has_access(user, demo=demo):
        raise Invalid(WRONG)
    return user, passwords.renewed(password, user.password_hash or "")


def has_access(user: User, *, demo: bool) -> bool:
    """Whether a user may be here at all. Demo people exist in demo mode only."""
    return user.disabled_at is None and (demo or not user.is_demo)
