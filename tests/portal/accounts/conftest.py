"""Users to try the rules on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from portal.accounts import Function, Right, User
from portal.db import Database

KEY = "a key for tests"
Make = Callable[..., User]


@pytest.fixture
def make_user(database: Database, at: datetime) -> Make:
    """Makes a user: `make_user("ada@example.com", right=Right.LEADER)`."""

    def made(email: str, right: Right = Right.MEMBER, **fields: Any) -> User:
        given = {"name": email.partition("@")[0].title(), "function": Function.SALES, "created_at": at}
        with database.transaction() as session:
            user = User(email=email, right=right, **{**given, **fields})
            session.add(user)
        return user

    return made
