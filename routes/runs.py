"""Scoring runs: what was scored, when, by which model, and the scores as a file."""

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from portal.accounts import Right
from portal.models import standing, words
from portal.models.standing import Standing
from portal.models.tables import Run
from portal.ranking import runs
from portal.spreadsheets import csv_lines
from routes import pictures
from routes.waiting import progress_of, seconds_left
from routes.web import database, parse, reading, render, requires

bp = Blueprint("runs", __name__, url_prefix="/runs")

PAGE: Final = 50


class Place(BaseModel):
    before: int | None = None


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    place = parse(Place)
    with reading() as session:
        found = runs.listed(session, before=place.before, limit=PAGE + 1)
        total = runs.count(session)
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
    )


@bp.get("/<int:run_id>")
@requires(Right.MEMBER)
def show(run_id: int) -> ResponseReturnValue:
    with reading() as session:
        line = runs.detail(session, run_id)
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
    )


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
