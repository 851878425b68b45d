from datetime import datetime

from portal import jobs
from portal.db import Database
from portal.jobs import State
from tests.portal.jobs.conftest import AddJob


def test_jobs_are_listed_newest_first_a_page_at_a_time_and_back(database: Database, add: AddJob) -> None:
    ids = [add().id for _ in range(7)]

    with database.reading() as session:
        first = jobs.listed(session, limit=3)
        second = jobs.listed(session, limit=3, before=first.older)
        last = jobs.listed(session, limit=3, before=second.older)
        back = jobs.listed(session, limit=3, after=last.newer)
        front = jobs.listed(session, limit=3, after=back.newer)

    assert [[job.id for job in page.jobs] for page in (first, second, last)] == [
        ids[:3:-1],
        ids[3:0:-1],
        ids[0::-1],
    ]
    assert (first.newer, last.older) == (None, None)
    assert [job.id for job in back.jobs] == [job.id for job in second.jobs]
    assert [job.id for job in front.jobs] == [job.id for job in first.jobs]
    assert front.newer is None


def test_an_empty_list_has_no_pages(database: Database) -> None:
    with database.reading() as session:
        assert jobs.listed(session) == jobs.Page([], older=None, newer=None)
        assert jobs.listed(session, after=5) == jobs.Page([], older=None, newer=None)


def test_jobs_are_found_by_state_kind_and_who_asked(
    database: Database, add: AddJob, at: datetime, member: int
) -> None:
    mine, imported, cancelled = add(by=member), add(kind="import"), add()
    with database.transaction() as session:
        jobs.cancel(session, cancelled.id, by=None, at=at)

    with database.reading() as session:
        found = [
            [job.id for job in jobs.listed(session, **wanted).jobs]
            for wanted in ({"states": [State.CANCELLED]}, {"kind": "import"}, {"by": member})
        ]

    assert found == [[cancelled.id], [imported.id], [mine.id]]


def test_every_state_is_counted(database: Database, add: AddJob, claim: AddJob) -> None:
    add()
    claim(add().id)

    with database.reading() as session:
        counted = jobs.counts(session)

    assert counted == dict.fromkeys(State, 0) | {State.QUEUED: 1, State.RUNNING: 1}
