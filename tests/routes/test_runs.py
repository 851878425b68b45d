import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask, render_template
from sqlalchemy import text

from portal import jobs
from portal.db import Database
from portal.models import registry
from portal.models.tables import Run
from portal.ranking import places, reasons, runs
from portal.ranking.quadrants import Quadrant
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT
from tests.routes.conftest import Browser, Counting
from workers import inline


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A portal whose model 1 ranks, with run 1."""
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def start(database: Database) -> Run:
    """A run that waits for a worker."""
    with database.transaction() as session:
        return runs.start_run(session, registry.get(session, 1), by=None, at=AT)


def test_the_list_says_which_run_is_current_and_polls_while_one_goes_on(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    assert "every 2s" not in member.get("/runs").text
    start(sqlite)

    page = member.get("/runs").text
    assert "Current" in page
    assert "Scores" in page
    assert "every 2s" in page
    inline.run_all(sqlite, settings)
    assert "every 2s" not in member.htmx("/runs").text


def test_a_run_shows_its_groups_and_what_the_model_knew_nothing_of(member: Browser) -> None:
    page = member.get("/runs/1").text

    assert "604 people scored by model 1" in page
    assert "Of 4 people the model knew nothing" in page
    assert "Group 1 holds" in page
    assert "Open the list" in page


def test_progress_ends_with_the_job(member: Browser, sqlite: Database, settings: Settings) -> None:
    start(sqlite)
    assert "every 2s" in member.htmx("/runs/2/progress").text

    inline.run_all(sqlite, settings)

    assert member.htmx("/runs/2/progress").headers["HX-Refresh"] == "true"


def test_a_cancelled_run_says_that_the_list_did_not_change(member: Browser, sqlite: Database) -> None:
    job = start(sqlite).job_id
    with sqlite.transaction() as session:
        jobs.cancel(session, job, by=None, at=AT)

    assert "the list did not change" in member.get("/runs/2").text
    assert member.get("/runs/2/scores.csv").status_code == 404


def test_scores_are_a_file_of_every_record(member: Browser, sqlite: Database) -> None:
    sent = member.get("/runs/1/scores.csv")

    rows = list(csv.DictReader(StringIO(sent.text.removeprefix("\ufeff"))))
    assert sent.headers["Content-Disposition"] == 'attachment; filename="run-1.csv"'
    assert list(rows[0]) == list(runs.SCORE_HEADS)
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, 605)]
    assert float(rows[0]["propensity"]) == crowd.table(sqlite, 1)[0][3]


def test_an_id_that_looks_like_a_formula_is_neutralised(member: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        session.connection().execute(text("UPDATE external_id SET external_id = '=1+1' WHERE record_id = 1"))

    assert "'=1+1" in member.get("/runs/1/scores.csv").text


def why_of(app: Flask, database: Database, record_id: int) -> str:
    with database.reading() as session:
        run = runs.get_run(session, 1)
        score = places.score_of(session, run, record_id)
        why = reasons.of(session, 1, record_id) if score else None
    with app.test_request_context("/"):
        return render_template(
            "models/why.html", run=run, score=score, why=why, engagement=0.0, quadrant=Quadrant.LATER
        )


def test_why_says_rank_group_and_reasons(app: Flask, sqlite: Database) -> None:
    with sqlite.reading() as session:
        best = reasons.first_places(session, runs.get_run(session, 1), count=1)[0]

    page = why_of(app, sqlite, best)

    assert "of 604" in page
    assert "▲" in page
    assert "Raises the rank:" in page


def test_why_is_asked_for_and_worked_out_in_a_moment(
    app: Flask, sqlite: Database, settings: Settings
) -> None:
    last = crowd.table(sqlite, 1)[-1][1]
    assert "Work out why" in why_of(app, sqlite, last)
    with sqlite.transaction() as session:
        reasons.ask(session, 1, last, by=None, at=AT)
    assert "worked out in a moment" in why_of(app, sqlite, last)
    assert "every 2s" in why_of(app, sqlite, last)

    inline.run_all(sqlite, settings)

    assert "▼" in why_of(app, sqlite, last)
    assert "every 2s" not in why_of(app, sqlite, last)


def test_why_says_when_the_model_knew_nothing_and_when_there_is_no_score(
    app: Flask, sqlite: Database, settings: Settings
) -> None:
    with sqlite.transaction() as session:
        reasons.ask(session, 1, 602, by=None, at=AT)
    inline.run_all(sqlite, settings)

    assert "The model knew nothing of this person" in why_of(app, sqlite, 602)
    assert "Not scored yet" in why_of(app, sqlite, 9_999)


@pytest.mark.parametrize("path", ["/models", "/runs"])
def test_a_long_list_takes_the_queries_of_a_short_one(
    member: Browser, sqlite: Database, count_queries: Counting, path: str
) -> None:
    with count_queries() as few:
        member.get(path)
    for _ in range(3):
        start(sqlite)
        with sqlite.transaction() as session:
            registry.start_training(session, crowd.RECIPE, by=None, at=AT)

    with count_queries() as many:
        member.get(path)

    assert len(many) == len(few)


def test_a_run_is_replayed_and_says_that_every_score_is_the_same(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    assert "604 rows with their activities" in member.get("/runs/1").text

    member.post("/runs/1/replays")
    assert 'hx-get="/runs/1/replays/progress"' in member.get("/runs/1").text
    assert member.post("/runs/1/replays").status_code == 409
    inline.run_all(sqlite, settings)

    assert "every score is the same to the bit" in member.get("/runs/1").text
    assert "Identical" in member.get("/runs/1").text


def test_who_started_a_run_may_stop_it_and_an_administrator_any(
    member: Browser, administrator: Browser, sqlite: Database
) -> None:
    start(sqlite)
    assert "/runs/2/cancellation" not in member.get("/runs/2").text
    assert member.post("/runs/2/cancellation").status_code == 403

    assert administrator.post("/runs/2/cancellation").status_code == 303

    assert "Stopped" in administrator.get("/runs/2").text
    assert crowd.current(sqlite).id == 1


def test_an_administrator_sets_when_everybody_is_scored_again(
    member: Browser, administrator: Browser
) -> None:
    form = {"how": "weekly", "at": "06:15", "weekday": "4"}
    assert "never by itself" in member.get("/runs").text
    assert member.post("/runs/timetable", form).status_code == 403

    administrator.post("/runs/timetable", form)

    assert "weekly on Friday at 06:15 UTC" in member.get("/runs").text
    refused = administrator.post("/runs/timetable", form | {"at": "noon"})
    assert (refused.status_code, "Use a time of day" in refused.text) == (422, True)


def test_what_moved_since_the_training_is_shown(member: Browser) -> None:
    page = member.get("/runs/1").text

    assert "What moved since the training" in page
    assert "189 of 600 (31.5%)" in page
    assert "Alike" in member.get("/models/1").text
