from datetime import timedelta

from portal import definitions, jobs
from portal.clock import now
from portal.db import Database
from portal.settings import Settings
from tests.portal.definitions.cast import cast, proposed, signed
from workers import inline


def test_the_job_puts_in_force_what_is_signed_and_due(sqlite: Database, settings: Settings) -> None:
    yesterday = now() - timedelta(days=1)
    who = cast(sqlite, yesterday)
    with sqlite.transaction() as session:
        proposed(session, who.ada, yesterday, on=now().date())
        signed(session, "lead", 2, who.ada, who.bob, at=yesterday)
        proposed(session, who.ada, yesterday, "customer", on=(now() + timedelta(days=2)).date())
        signed(session, "customer", 2, who.ada, who.bob, at=yesterday)
        job = jobs.add(session, "definitions", title="In force", arguments={}, by=None, at=now())
    inline.run_all(sqlite, settings)

    with sqlite.reading() as session:
        meanings = definitions.in_force(session)
        assert jobs.get(session, job.id).result == {"in_force": 1}
    assert (meanings["lead"].number, meanings["customer"].number) == (2, 1)
