from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from portal import jobs
from portal.db import Database
from portal.jobs import Schedule, schedules

DAY = timedelta(days=1)


def test_five_reconcilers_insert_a_due_job_once(database: Database, at: datetime) -> None:
    _ensure(database, at)
    due = _due(database, at)

    def reconcile(_: int) -> int:
        with database.transaction() as session:
            return sum(schedules.insert(session, schedule, at=at) is not None for schedule in due)

    with ThreadPoolExecutor(5) as pool:
        inserted = list(pool.map(reconcile, range(5)))

    assert sum(inserted) == 1
    [job] = _jobs(database)
    assert (job.kind, job.queue, job.title, job.arguments) == ("sweep", "default", "Tidy up", {"days": 3})
    assert job.key == "tidy@2026-03-02T09:30:00"


def test_it_comes_again_and_what_was_missed_is_not_made_up_for(database: Database, at: datetime) -> None:
    _ensure(database, at)
    for days in (0, 1, 5):
        for schedule in _due(database, at + days * DAY):
            with database.transaction() as session:
                schedules.insert(session, schedule, at=at + days * DAY)

    assert len(_jobs(database)) == 3
    assert _due(database, at + 5 * DAY) == []
    assert len(_due(database, at + 6 * DAY)) == 1


def test_one_that_exists_keeps_its_time_and_its_pause(database: Database, at: datetime) -> None:
    schedule = _ensure(database, at)
    with database.transaction() as session:
        session.add(schedule)
        schedule.paused_at = at

    again = _ensure(database, at + DAY, title="Tidy up well")

    assert (again.id, again.title, again.next_at, again.paused_at) == (schedule.id, "Tidy up well", at, at)
    assert _due(database, at + DAY) == []


def _ensure(database: Database, at: datetime, title: str = "Tidy up") -> Schedule:
    with database.transaction() as session:
        return schedules.ensure(
            session, "tidy", kind="sweep", title=title, every=DAY, at=at, arguments={"days": 3}
        )


def _due(database: Database, at: datetime) -> list[Schedule]:
    with database.reading() as session:
        return schedules.due(session, at)


def _jobs(database: Database) -> list[jobs.Job]:
    with database.reading() as session:
        return jobs.listed(session).jobs
