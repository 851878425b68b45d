"""A run is shared out: any number of workers take parts of it, and whoever dies or is late changes nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from portal import jobs, packs
from portal.clock import now
from portal.db import Database
from portal.fields import Level
from portal.jobs import State
from portal.jobs.tables import Job
from portal.models import registry
from portal.models.tables import Run, RunState
from portal.ranking import runs, shares
from portal.ranking.shares import Share
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT, table
from workers import inline, sharing
from workers.attempts import attempt
from workers.plans import plan_of


@pytest.fixture
def ranked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """604 people in parts of 128 ids, so that a run has five shares."""
    database = crowd.ranked(tmp_path)
    cut(monkeypatch, database, 7)
    yield database
    database.dispose()


def started(database: Database) -> Run:
    with database.transaction() as session:
        return runs.start_run(session, registry.get(session, 1), by=None, at=AT)


def ended(database: Database, run: Run) -> dict[str, Any]:
    with database.reading() as session:
        found = runs.get_run(session, run.id)
        left = session.connection().execute(text("SELECT COUNT(*) FROM run_share")).scalar_one()
    assert (found.state, left) == (RunState.DONE, 0)
    return {name: getattr(found, name) for name in ("records", "scored", "prior_only", "groups", "digest")}


def cut(monkeypatch: pytest.MonkeyPatch, database: Database, bits: int) -> None:
    """Into parts of another size."""
    monkeypatch.setattr(packs, "BITS", bits)
    for name in ("portal.packs", "workers.doings"):
        monkeypatch.setattr(f"{name}.SIZE", 1 << bits)
    with database.transaction() as session:
        session.execute(text("DELETE FROM pack"))


def test_parts_of_any_size_give_the_same_scores(
    ranked: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where people came in another order, and one at a time."""
    cut(monkeypatch, ranked, 6)
    run = started(ranked)
    inline.run_all(ranked, settings)
    assert table(ranked, run.id) == table(ranked, 1)

    cut(monkeypatch, ranked, 0)
    plan = plan_of(ranked, run)
    alone = [sharing.score(plan, plan.read(ranked, person)).raw.tolist() for person in range(1, 8)]
    known = {row[1]: [row[2]] for row in table(ranked, 1)}
    assert alone == [known[person] for person in range(1, 8)]


class Claims:
    """Takes shares as workers do that may die."""

    def __init__(self, database: Database, run: Run) -> None:
        self.database, self.run = database, run

    def job(self, token: str, *, lease: timedelta = timedelta(minutes=1)) -> int:
        """A running job of a worker that holds it for so long."""
        with self.database.transaction() as session:
            job = jobs.add(session, "share", title="Help", arguments={}, by=None, at=AT)
            job.state, job.token, job.lease_until = State.RUNNING, token, now() + lease
            return job.id

    def take(self, job_id: int, token: str) -> int | None:
        with self.database.transaction() as session:
            return shares.take(session, self.run.id, job_id=job_id, token=token, at=now())

    def hand_in(self, part: int, token: str, scores: bytes) -> bool:
        with self.database.transaction() as session:
            found = shares.Handed(scores, 0, "x")
            return shares.hand_in(session, self.run.id, part, found, token=token, at=now())


@pytest.fixture
def shared(database: Database) -> Claims:
    """A run of three parts, on either database."""
    crowd.people(database, count=3)
    with database.transaction() as session:
        session.add(
            registry.Model(id=1, level="person", outcome="Converted", as_of=AT, created_at=AT, digest="x")
        )
        session.flush()
        run = runs.start_run(session, registry.get(session, 1), by=None, at=AT)
        shares.share_out(session, run.id, range(3))
    return Claims(database, run)


def test_a_share_is_taken_once_and_again_only_when_its_worker_is_gone(shared: Claims) -> None:
    ada, bob = shared.job("a"), shared.job("b")
    assert [shared.take(ada, "a"), shared.take(bob, "b"), shared.take(ada, "a")] == [0, 1, 2]
    assert shared.take(bob, "b") is None

    with shared.database.transaction() as session:
        session.get_one(Job, ada).lease_until = now() - timedelta(seconds=1)
    assert [shared.take(bob, "b"), shared.take(bob, "b"), shared.take(bob, "b")] == [0, 2, None]


def test_what_a_late_worker_hands_in_does_not_count(shared: Claims) -> None:
    ada, bob = shared.job("a", lease=timedelta(seconds=-1)), shared.job("b")
    part = shared.take(ada, "a")
    assert shared.take(bob, "b") == part == 0

    assert not shared.hand_in(0, "a", b"late")
    with shared.database.reading() as session:
        assert shares.left(session, shared.run.id) == 3
    assert shared.hand_in(0, "b", b"right")
    assert not shared.hand_in(0, "b", b"twice")

    with shared.database.reading() as session:
        assert [share.scores for share in shares.handed_in(session, shared.run.id)] == [b"right", b"", b""]
        assert shares.left(session, shared.run.id) == 2


def test_a_share_of_a_worker_that_died_is_done_by_who_leads(ranked: Database, settings: Settings) -> None:
    run = started(ranked)
    dead = Claims(ranked, run)
    with ranked.transaction() as session:
        shares.share_out(session, run.id, packs.parts(session, Level.PERSON))
    assert dead.take(dead.job("dead", lease=timedelta(seconds=1)), "dead") == 0

    assert attempt(ranked, settings, run.job_id, alone=False)

    assert ended(ranked, run)["digest"] == digest_of(ranked, 1)
    assert table(ranked, run.id) == table(ranked, 1)


def digest_of(database: Database, run_id: int) -> str:
    with database.reading() as session:
        return runs.get_run(session, run_id).digest


def test_helpers_score_what_they_take_to_the_bit(ranked: Database, settings: Settings) -> None:
    run = started(ranked)
    with ranked.transaction() as session:
        shares.share_out(session, run.id, packs.parts(session, Level.PERSON))
        helper = jobs.add(session, "share", title="Help", arguments={"run_id": run.id}, by=None, at=AT)

    attempt(ranked, settings, helper.id, alone=False)
    with ranked.reading() as session:
        assert shares.left(session, run.id) == 0
        assert session.get_one(Job, helper.id).result == {"run": run.id, "shares": 5}
    attempt(ranked, settings, run.job_id, alone=False)

    assert table(ranked, run.id) == table(ranked, 1)


def test_nobody_works_for_a_run_that_was_cancelled(ranked: Database, settings: Settings) -> None:
    run = started(ranked)
    with ranked.transaction() as session:
        shares.share_out(session, run.id, packs.parts(session, Level.PERSON))
        helper = jobs.add(session, "share", title="Help", arguments={"run_id": run.id}, by=None, at=AT)
        jobs.cancel(session, run.job_id, by=None, at=AT)

    attempt(ranked, settings, helper.id, alone=False)

    with ranked.reading() as session:
        assert session.get_one(Job, helper.id).result == {"run": run.id, "shares": 0}
        assert session.get_one(Run, run.id).state == RunState.RUNNING
    with ranked.transaction() as session:
        runs.drop_old(session, Level.PERSON)
        assert session.get(Share, (run.id, 0)) is None


def test_shares_become_one_in_the_order_of_ids(ranked: Database, settings: Settings) -> None:
    run = started(ranked)
    plan = plan_of(ranked, run)

    scores = [sharing.score(plan, plan.read(ranked, part)) for part in range(5)]
    again = [sharing.Scores.of_bytes(each.to_bytes(), each.unknown, each.digest) for each in scores]
    whole = sharing.Scores.joined(again)

    assert whole.ids.tolist() == list(range(1, 605))
    assert whole.raw.tolist() == [raw for each in scores for raw in each.raw.tolist()]
    assert whole.unknown == 4
    assert len(sharing.Scores.joined([]).ids) == 0
