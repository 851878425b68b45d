"""Scoring runs: what was scored, when, by which model, and the scores as a file."""

from collections.abc import Iterator
from datetime import time
from typing import Final

from flask import Blueprint, Response, redirect, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal.accounts import Right
from portal.clock import now
from portal.errors import Conflict
from portal.fields import Level
from portal.jobs import cancel as stop
from portal.jobs.rules import OPEN
from portal.models import standing, words
from portal.models.standing import Standing
from portal.models.tables import Run
from portal.ranking import frozen, runs, timetable
from portal.ranking.timetable import Timed
from portal.spreadsheets import csv_lines
from routes import jobs, pictures
from routes.waiting import progress_of, seconds_left
from routes.web import (
    database,
    parse,
    reading,
    render,
    requires,
    say,
    settings,
    shows_again,
    transaction,
    user,
)

bp = Blueprint("runs", __name__, url_prefix="/runs")

PAGE: Final = 50


class Place(BaseModel):
    before: int | None = None


class TimetableForm(BaseModel):
    level: Level = Level.PERSON
    how: str = Field(pattern="^(daily|weekly|never)$")
    at: time = Field(time(5), json_schema_extra={"say": "Use a time of day, such as 05:30."})
    weekday: int = Field(0, ge=0, le=6)


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    place = parse(Place)
    with reading() as session:
        found = runs.listed(session, before=place.before, limit=PAGE + 1)
        total = runs.count(session)
        timed, schedule = timetable.of(session, Level.PERSON)
    lines = found[:PAGE]
    older = url_for(".index", before=lines[-1].run.id) if len(found) > PAGE else ""
    newest = url_for(".index") if place.before else ""
    return render(
        "runs/index.html",
        "rows",
        lines=[(line, line.stands) for line in lines],
        total=total,
        older=older,
        newest=newest,
        here=url_for(".index", before=place.before),
        goes_on=any(standing.goes_on(line.stands) for line in lines),
        outcome=words.outcome,
        timed=timed,
        schedule=schedule,
        weekdays=list(enumerate(timetable.WEEKDAYS)),
        may_time=user().right == Right.ADMINISTRATOR,
    )


@bp.get("/<int:run_id>")
@requires(Right.MEMBER)
def show(run_id: int) -> ResponseReturnValue:
    with reading() as session:
        line = runs.detail(session, run_id)
        kept = frozen.of(session, run_id)
    found = line.stands
    return render(
        "runs/show.html",
        line=line,
        run=line.run,
        stands=found,
        goes_on=standing.goes_on(found),
        outcome=words.outcome(line.model),
        people=words.LEVELS[line.run.level][1],
        chart=pictures.groups(line.run) if line.run.groups else None,
        progress_url=url_for(".progress", run_id=run_id),
        left=seconds_left(line.job),
        Standing=Standing,
        kept=kept,
        kept_days=settings().frozen_days,
        replay_url=url_for(".replay_progress", run_id=run_id),
        may_stop=line.job is not None and line.job.state in OPEN and jobs.may_steer(line.job, user()),
    )


@bp.post("/<int:run_id>/cancellation")
@requires(Right.MEMBER)
@shows_again("runs.show")
def cancel(run_id: int) -> ResponseReturnValue:
    """Stop a run; the list stays as it is."""
    with transaction() as session:
        job = runs.detail(session, run_id).job
        if job is None:
            raise Conflict("This run has no job any more; there is nothing left to cancel.")
        jobs.admit(session, job.id, user())
        stop(session, job.id, by=user().id, at=now())
    say("The run is stopped. The list stays as it is.")
    return redirect(url_for(".show", run_id=run_id), 303)


@bp.post("/<int:run_id>/replays")
@requires(Right.MEMBER)
@shows_again("runs.show")
def replay(run_id: int) -> ResponseReturnValue:
    """Work the run out again from what it read, and compare every score."""
    with transaction() as session:
        frozen.ask_replay(session, run_id, by=user().id, at=now())
    return redirect(url_for(".show", run_id=run_id), 303)


@bp.get("/<int:run_id>/replays/progress")
@requires(Right.MEMBER)
def replay_progress(run_id: int) -> ResponseReturnValue:
    with reading() as session:
        kept = frozen.of(session, run_id)
    address = url_for(".replay_progress", run_id=run_id)
    return progress_of(kept.job if kept else None, address, url_for(".show", run_id=run_id))


@bp.post("/timetable")
@requires(Right.ADMINISTRATOR)
@shows_again("runs.index")
def set_timetable() -> ResponseReturnValue:
    """Say when everybody is scored again by itself."""
    form = parse(TimetableForm)
    timed = Timed(form.how, form.at, form.weekday)
    with transaction() as session:
        timetable.set_to(session, form.level, timed, by=user().id, at=now())
    say(f"{words.LEVELS[form.level][1].capitalize()} are scored {timed.sentence}.")
    return redirect(url_for(".index"), 303)


@bp.get("/<int:run_id>/progress")
@requires(Right.MEMBER)
def progress(run_id: int) -> ResponseReturnValue:
    """How far the scoring is. Once it ended the page is fetched anew."""
    with reading() as session:
        job = runs.detail(session, run_id).job
    return progress_of(job, url_for(".progress", run_id=run_id), url_for(".show", run_id=run_id))


@bp.get("/<int:run_id>/scores.csv")
@requires(Right.MEMBER)
def scores(run_id: int) -> Response:
    """Every score of a run in the order of ranks, with group 1-20, as it is read."""
    with reading() as session:
        run = runs.with_scores(session, run_id)
    lines = stream_with_context(csv_lines(runs.SCORE_HEADS, _rows(run)))
    name = f'attachment; filename="run-{run_id}.csv"'
    return Response(lines, mimetype="text/csv", headers={"Content-Disposition": name})


def _rows(run: Run) -> Iterator[list[object]]:
    with database().reading() as session:
        yield from (scored.cells() for scored in runs.scores(session, run))
