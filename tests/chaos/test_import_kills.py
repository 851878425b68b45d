"""Kill -9 in the middle of an import of 60,000 rows: the same records come of it, each once."""

import random
import shutil
from pathlib import Path

import pytest

from portal import files, migrating
from portal.db import Database
from portal.imports import commands as imports
from portal.imports import pages
from portal.jobs import Job, State
from portal.settings import Settings
from tests.chaos.killing import TIMES, VICTIMS, chance_of, digest, killed_in_the_middle, portal_of
from tests.portal.models.crowd import AT
from workers import inline
from workers.imports import ROWS_A_PART
from workers.queue import open_database

pytestmark = pytest.mark.chaos

ROWS = 60_000
IN_WHEN_KILLED = (0, 1, ROWS_A_PART + 1)
"""How many records were in, at the least, when the process was killed: in the first, the second, the third part."""
TABLES = ("person", "company", "external_id", "field_change", "field", "saved_mapping", "import_reject")


def generated(path: Path) -> None:
    """People, of whom every thousandth has no id and is rejected."""
    dice = random.Random(2)
    with path.open("w") as file:
        file.write("Id,First Name,Last Name,Email,Company,Lead Source,Created Date,Visits\n")
        for number in range(ROWS):
            own = "" if number % 1000 == 999 else f"P-{number}"
            file.write(
                f"{own},Ada,Number {number},a{number}@example.com,Firm {number % 700},"
                f"{dice.choice(['Web', 'Fair'])},2025-{1 + number % 12:02}-{1 + number % 28:02},{dice.randint(0, 9)}\n"
            )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal with the file uploaded, understood and mapped."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    settings = Settings(data_dir=folder)
    folder.mkdir()
    database = Database(settings.engine_url)
    migrating.upgrade(database)
    generated(folder / "people.csv")
    with (folder / "people.csv").open("rb") as content:
        received = files.receive(content, settings.files_dir)
    upload = imports.Upload("people", "people.csv", received.file, received.bytes, received.digest)
    with database.transaction() as session:
        imports.upload(session, upload, by=None, at=AT)
    inline.run_all(database, settings)
    database.dispose()
    return folder


def started(database: Database) -> int:
    with database.transaction() as session:
        job_id = imports.start(session, 1, by=None, at=AT).job_id
    assert job_id is not None
    return job_id


def outcome(database: Database) -> dict[str, object]:
    with database.reading() as session:
        found = pages.get(session, 1)
        counts = {name: getattr(found, name) for name in (*pages.COUNTS, "state", "unreadable")}
    return counts | digest(database, TABLES)


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What comes of the import when nothing is killed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(prepared, folder)
    settings = Settings(data_dir=folder)
    database = open_database(settings)
    database.ring = None
    inline.wait(database, settings, started(database))
    found = outcome(database)
    database.dispose()
    assert (found["state"], found["created"], found["rejected"]) == ("done", ROWS - 60, 60)
    return found


@pytest.mark.parametrize("number", range(TIMES))
@pytest.mark.parametrize("victim", VICTIMS)
def test_an_import_is_complete_whatever_is_killed(
    prepared: Path, undisturbed: dict[str, object], tmp_path: Path, victim: str, number: int
) -> None:
    least = chance_of(victim, number).choice(IN_WHEN_KILLED)
    with portal_of(prepared, tmp_path / "data", "imports") as trial:

        def is_middle(job: Job) -> bool:
            with trial.database.reading() as session:
                return job.state == State.RUNNING and pages.get(session, 1).created >= least

        job = killed_in_the_middle(trial, started(trial.database), victim, "imports", is_middle)
        assert outcome(trial.database) == undisturbed
        assert job.attempt == (1 if victim == "server" else 2)
