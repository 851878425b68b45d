"""A user, and jobs in the states that tests start from."""

from collections.abc import Callable
from datetime import datetime

import pytest

from portal import jobs
from portal.accounts import Function, Right, User
from portal.db import Database
from portal.jobs import Job, claims

AddJob = Callable[..., Job]


@pytest.fixture
def administrator(database: Database, at: datetime) -> int:
    return _user(database, at, "ada@example.com", Right.ADMINISTRATOR)


@pytest.fixture
def member(database: Database, at: datetime) -> int:
    return _user(database, at, "mo@example.com", Right.MEMBER)


def _user(database: Database, at: datetime, email: str, right: Right) -> int:
    user = User(email=email, name=email, function=Function.OTHER, right=right, created_at=at)
    with database.transaction() as session:
        session.add(user)
    return user.id


@pytest.fixture
def add(database: Database, at: datetime) -> AddJob:
    def add(**given: object) -> Job:
        wanted: dict[str, object] = {"kind": "sweep", "title": "Sweep", "arguments": {}, "by": None, "at": at}
        wanted |= given
        with database.transaction() as session:
            return jobs.add(session, wanted.pop("kind"), **wanted)

    return add


@pytest.fixture
def claim(database: Database, at: datetime) -> AddJob:
    def claim(job_id: int, token: str = "t1", at: datetime = at) -> Job | None:
        with database.transaction() as session:
            return claims.claim(session, job_id, token=token, at=at)

    return claim
