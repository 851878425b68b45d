"""The health of the data: what an examination found, the records behind it, and spellings made one."""

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, redirect, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal.accounts import Right
from portal.clock import now
from portal.duplicates import proposals
from portal.errors import NotFound
from portal.fields import Level
from portal.health import lists, pages, uniting
from portal.health.examining import STALE_DAYS
from portal.health.findings import ACTIVE, ACTIVE_MONTHS, LOOKED_FOR, months_before
from portal.health.lists import Selection
from portal.health.uniting import Decision
from portal.spreadsheets import csv_lines
from routes.web import database, parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("health", __name__, url_prefix="/health")

SHOWN: Final = 12
DAYS: Final = "Use a number of days, such as 180."
LEVELS: Final = {
    Level.PERSON: ("person", "people", "People"),
    Level.COMPANY: ("company", "companies", "Companies"),
    Level.DEAL: ("deal", "deals", "Deals"),
}
"""One, many, and the heading."""


class AskForm(BaseModel):
    stale_days: int = Field(STALE_DAYS, ge=1, le=3650, json_schema_extra={"say": DAYS})


class ListForm(BaseModel):
    before: int | None = Field(None, ge=1, le=2**31)
    after: int | None = Field(None, ge=1, le=2**31)


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    with reading() as session:
        health = pages.health(session)
        waiting = proposals.count(session)
    return render(
        "health/index.html",
        "work",
        health=health,
        duplicates=waiting,
        looked_for=LOOKED_FOR,
        active=ACTIVE,
        levels=LEVELS,
        shown=SHOWN,
        months=ACTIVE_MONTHS,
        since=months_before(health.check.as_of, ACTIVE_MONTHS) if health.check else None,
        stale_days=STALE_DAYS,
    )


@bp.post("")
@requires(Right.MEMBER)
@shows_again("health.index")
def create() -> ResponseReturnValue:
    """Have the data examined."""
    form = parse(AskForm)
    with transaction() as session:
        pages.ask(session, stale_days=form.stale_days, by=user().id, at=now())
    say("The data is being examined. This page shows the outcome.")
    return redirect(url_for(".index"), 303)


@bp.get("/fields/<level>")
@requires(Right.MEMBER)
def fields(level: str) -> ResponseReturnValue:
    """Every field of a level, and how much of it is missing."""
    with reading() as session:
        health = pages.health(session)
    return render("health/fields.html", health=health, level=level, words=LEVELS[_level(level)])


def _level(name: str) -> Level:
    if name not in set(Level):
        raise NotFound("There are fields of people, companies and deals. Start from the data's health.")
    return Level(name)


@bp.get("/findings/<key>")
@requires(Right.MEMBER)
def finding(key: str) -> ResponseReturnValue:
    """The records behind a finding."""
    chosen = lists.of_finding(key)
    return _list(chosen, url_for(".finding", key=key), url_for(".export_finding", key=key))


@bp.get("/fields/<level>/<path:name>/missing")
@requires(Right.MEMBER)
def missing(level: str, name: str) -> ResponseReturnValue:
    """The records that lack a field."""
    chosen = Selection(_level(level), missing=name)
    return _list(
        chosen,
        url_for(".missing", level=level, name=name),
        url_for(".export_missing", level=level, name=name),
    )


def _list(chosen: Selection, here: str, export: str) -> ResponseReturnValue:
    form = parse(ListForm)
    with reading() as session:
        page = lists.page(session, chosen, before=form.before, after=form.after)
        health = pages.health(session)
    return render(
        "health/records.html",
        chosen=chosen,
        page=page,
        health=health,
        words=LEVELS[chosen.level],
        newer=f"{here}?after={page.newer}" if page.newer else "",
        older=f"{here}?before={page.older}" if page.older else "",
        export=export,
    )


@bp.get("/findings/<key>.csv")
@requires(Right.MEMBER)
def export_finding(key: str) -> Response:
    return _csv(lists.of_finding(key), key)


@bp.get("/fields/<level>/<path:name>/missing.csv")
@requires(Right.MEMBER)
def export_missing(level: str, name: str) -> Response:
    chosen = Selection(_level(level), missing=name)
    with reading() as session:
        lists.field_of(session, chosen.level, name)
    return _csv(chosen, f"{level}-missing")


def _csv(chosen: Selection, name: str) -> Response:
    """All records behind a finding, read and sent in parts."""
    found = database()

    def rows() -> Iterator[list[object]]:
        with found.reading() as session:
            for line in lists.every(session, chosen):
                yield [line.id, *line.cells]

    lines = stream_with_context(csv_lines(["id", *chosen.heads], rows()))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


@bp.post("/spellings")
@requires(Right.MEMBER)
@shows_again("health.index")
def create_spelling() -> ResponseReturnValue:
    """Make spellings of one value one."""
    decision = parse(Decision)
    with transaction() as session:
        made = uniting.decide(session, decision, by=user().id, at=now())
    say(f"“{made.kept}” is being written everywhere. The next files of the source say so, too.")
    return redirect(url_for(".index"), 303)


@bp.post("/spellings/<int:spelling_id>/undo")
@requires(Right.MEMBER)
def undo_spelling(spelling_id: int) -> ResponseReturnValue:
    """Take such a decision back."""
    with transaction() as session:
        undone = uniting.undo(session, spelling_id, by=user().id, at=now())
    say(f"Records get back what they had instead of “{undone.kept}”.")
    return redirect(url_for(".index"), 303)
