import time
from importlib import import_module
from pathlib import Path

import pytest

from portal.db import Database
from portal.settings import Settings
from tests.workers.conftest import Trial
from workers.queue import connect, health
from workers.queue.heartbeats import alive, beat, leave


def test_all_is_well_when_everything_answers(trial: Trial) -> None:
    trial.start("server")
    client = connect(trial.settings)
    for role in ("default", "imports", "scoring", "reports", "reconciler"):
        beat(client, role)

    assert health(trial.settings, trial.database) == {
        "status": "ok",
        "database": "ok",
        "queue": "ok",
        "workers": {"default": 1, "imports": 1, "scoring": 1, "reports": 1, "reconciler": 1},
        "migrations": "ok",
    }


def test_a_queue_without_a_worker_is_not_well(trial: Trial) -> None:
    trial.start("server")
    client = connect(trial.settings)
    beat(client, "default")

    found = health(trial.settings, trial.database)
    assert (found["status"], found["queue"], found["workers"]["default"]) == ("down", "ok", 1)

    leave(client, "default")
    assert alive(client)["default"] == 0


def test_a_server_that_is_down_or_frozen_is_said_in_time(trial: Trial) -> None:
    assert health(trial.settings, trial.database)["queue"] == "down"

    trial.start("server")
    trial.children["server"].process.send_signal(19)
    began = time.monotonic()
    assert health(trial.settings, trial.database)["queue"] == "down"
    assert time.monotonic() - began < 1.5


def test_a_database_that_is_not_there_or_old_is_said(settings: Settings, tmp_path: Path) -> None:
    nowhere = Database(f"sqlite:///{tmp_path / 'no' / 'where.db'}")
    found = health(settings, nowhere)
    assert (found["status"], found["database"], found["migrations"]) == ("down", "down", "unknown")


def test_a_database_that_does_not_answer_is_down_in_time(
    settings: Settings, sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("workers.queue.health"), "_database", lambda _: time.sleep(3))
    began = time.monotonic()

    assert health(settings, sqlite)["database"] == "down"
    assert time.monotonic() - began < 1.5


def test_an_old_database_names_the_migration_it_needs(settings: Settings, sqlite: Database) -> None:
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    assert health(settings, sqlite)["migrations"].startswith("at 0000, this version needs ")
