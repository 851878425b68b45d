from datetime import datetime, timedelta
from typing import Any

import pytest

from portal import notices, today
from portal.accounts import Function, Right, User
from portal.db import Database
from portal.imports.tables import Import
from portal.jobs.tables import Job
from portal.models.tables import CurrentRun, Model, Run
from portal.people import Person
from portal.reports import Report


def add(database: Database, *rows: Any) -> None:
    with database.transaction() as session:
        for row in rows:
            session.add(row)
            session.flush()


def rank(database: Database, at: datetime) -> None:
    add(
        database,
        Model(level="person", outcome="Converted", state="ready", as_of=at, created_at=at),
        Run(level="person", model_id=1, as_of=at, created_at=at, scored=9240),
        CurrentRun(level="person", run_id=1, since=at),
    )


def user(database: Database, at: datetime, function: Function, right: Right = Right.MEMBER) -> User:
    made = User(
        email=f"{function}{right}@example.com", name="Ada", function=function, right=right, created_at=at
    )
    add(database, made)
    return made


def titles(database: Database, who: User, at: datetime) -> list[str]:
    with database.reading() as session:
        return [matter.title for matter in today.matters(session, who, at=at)]


def steps(database: Database) -> list[bool]:
    with database.reading() as session:
        return [step.is_done for step in today.first_steps(session)]


def test_an_empty_portal_wants_nothing_but_the_first_steps(database: Database, at: datetime) -> None:
    assert titles(database, user(database, at, Function.SALES), at) == []
    assert steps(database) == [False, False, False, False]


def test_the_first_steps_go_as_they_are_done(database: Database, at: datetime) -> None:
    add(database, Person(created_at=at, updated_at=at))
    assert steps(database) == [True, False, False, False]
    rank(database, at)
    assert steps(database) == [True, True, True, False]
    add(
        database,
        Report(
            kind="roi",
            first_day=at.date(),
            last_day=at.date(),
            as_of=at,
            currency="EUR",
            state="done",
            requested_at=at,
        ),
    )
    assert steps(database) == []


def test_sales_is_sent_to_the_ranked_list_and_others_are_not(database: Database, at: datetime) -> None:
    rank(database, at)

    assert titles(database, user(database, at, Function.SALES), at) == ["Call the best first"]
    assert titles(database, user(database, at, Function.FINANCE), at) == []


@pytest.mark.parametrize(("count", "title"), [(1, "1 unread notice"), (2, "2 unread notices")])
def test_unread_notices(database: Database, at: datetime, count: int, title: str) -> None:
    ada = user(database, at, Function.MARKETING)
    with database.transaction() as session:
        for number in range(count):
            notices.tell(session, ada.id, f"Said {number}.", at=at)

    assert titles(database, ada, at) == [title]


def test_failed_jobs_of_this_week_are_for_administrators(database: Database, at: datetime) -> None:
    job = {"kind": "import", "queue": "imports", "title": "x", "created_at": at, "run_after": at}
    add(
        database,
        Job(**job, state="failed", finished_at=at),
        Job(**job, state="dead", finished_at=at),
        Job(**job, state="failed", finished_at=at - timedelta(days=8)),
        Job(**job, state="done", finished_at=at),
    )

    administrator = user(database, at, Function.OTHER, Right.ADMINISTRATOR)
    assert titles(database, administrator, at) == ["2 jobs failed this week"]
    assert titles(database, user(database, at, Function.SALES, Right.LEADER), at) == []


def test_ones_own_unfinished_import_waits(database: Database, at: datetime) -> None:
    ada, bela = user(database, at, Function.SALES), user(database, at, Function.MARKETING)
    given = {"kind": "people", "source": "CRM", "file": "f", "bytes": 1, "digest": "", "uploaded_at": at}
    add(
        database,
        Import(**given, filename="leads.csv", state="checked", uploaded_by=ada.id),
        Import(**given, filename="old.csv", state="done", uploaded_by=ada.id),
    )

    assert titles(database, ada, at) == ["Finish importing leads.csv"]
    assert titles(database, bela, at) == []
