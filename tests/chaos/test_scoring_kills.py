"""Kill -9 in the middle of scoring 60,000 people: the same scores come of it, none missing."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.db import Database
from portal.fields import Level
from portal.models import registry
from portal.ranking import runs
from portal.settings import Settings
from tests.chaos.killing import TIMES, VICTIMS, chance_of, digest, killed_in_the_middle, portal_of
from tests.portal.models import crowd
from workers import inline

pytestmark = pytest.mark.chaos

COPIES = 100
RUN = 2
STEPS = ("laying out columns", "scoring", "writing ranks")
FACTS = ("state", "records", "scored", "prior_only", "groups", "digest", "data_digest")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal whose model 1 ranks, with each person a hundred times."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    folder.mkdir()
    database = crowd.ranked(folder)
    with database.transaction() as session:
        read = session.connection().execute
        names = [row[1] for row in read(text("PRAGMA table_info(person)")) if row[1] != "id"]
        columns = ", ".join(names)
        read(
            text(
                f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {COPIES - 1}) "
                f"INSERT INTO person ({columns}) SELECT {columns} FROM person, copy"
            )
        )
    database.dispose()
    Path(database.engine.url.database).rename(Settings(data_dir=folder).sqlite_path)
    return folder


def started(database: Database) -> int:
    with database.transaction() as session:
        run = runs.start_run(session, registry.get(session, 1), by=None, at=crowd.AT)
    assert (run.id, run.job_id is not None) == (RUN, True)
    return run.job_id


def outcome(database: Database) -> dict[str, object]:
    with database.reading() as session:
        run = runs.get_run(session, RUN)
        facts = {name: getattr(run, name) for name in FACTS}
        shown = runs.current(session, Level.PERSON).id
    return facts | {"current": shown} | digest(database, [f"score_{RUN}"])


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What comes of the run when nothing is killed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(prepared, folder)
    settings = Settings(data_dir=folder)
    database = Database(settings.engine_url)
    inline.wait(database, settings, started(database))
    found = outcome(database)
    database.dispose()
    assert (found["records"], found["scored"], found["current"]) == (604 * COPIES, 604 * COPIES, RUN)
    return found


@pytest.mark.parametrize("number", range(TIMES))
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_run_is_complete_whatever_is_killed(
    prepared: Path, undisturbed: dict[str, object], tmp_path: Path, victim: str, number: int
) -> None:
    step = chance_of(victim, number).choice(STEPS)
    with portal_of(prepared, tmp_path / "data", "scoring") as trial:
        job = killed_in_the_middle(
            trial, started(trial.database), victim, "scoring", lambda job: job.step == step
        )
        assert outcome(trial.database) == undisturbed
        assert job.attempt == (1 if victim == "server" else 2)
