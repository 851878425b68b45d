"""What a version of a definition would change: asked of a job, shown before anybody signs, with lists of who moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import impact, jobs
from portal.accounts import Right
from portal.clock import now
from portal.columns import TABLES
from portal.definitions import Definition, DefinitionVersion, terms, versions
from portal.errors import NotFound
from portal.funnel import FUNNEL
from portal.impact import NONE, UNSEEN, Impact, Moment, Move
from portal.listing import Selection
from reports import charts, formats
from reports.charts import Chart, Line
from routes import lists
from routes.lists import Place
from routes.web import parse, reading, render, requires, shows_again, transaction, user

bp = Blueprint("definitions_impact", __name__, url_prefix="/definitions/<term>/versions/<int:number>/impact")

MONTHS: Final = 6
OTHERS: Final = {NONE: "None of these", UNSEEN: "Not seen yet"}
AT_WORK: Final = frozenset({jobs.State.QUEUED, jobs.State.RUNNING})


class AskForm(BaseModel):
    months: int = Field(MONTHS, ge=0, le=24, json_schema_extra={"say": "Look back over 0 to 24 months."})


@dataclass(frozen=True)
class Grid:
    """How many records go from the status of a row to that of a column; a cell is None where none does."""

    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int | None]]]


@bp.get("")
@requires(Right.MEMBER)
def show(term: str, number: int) -> ResponseReturnValue:
    """What was found last; while a job is at it, how far it is."""
    with reading() as session:
        names = {each.term: each.name for each in terms.listed(session)}
        definition, version = _loaded(session, term, number)
        job = impact.latest(session, definition, version)
    found = impact.result(job)
    return render(
        "definitions/impact.html",
        "work",
        definition=definition,
        version=version,
        job=job,
        is_at_work=job is not None and job.state in AT_WORK,
        found=found,
        months=MONTHS,
        names=names,
        money=formats.money,
        **(_shown(found, version, names) if found else {}),
    )


def _loaded(session: Session, term: str, number: int) -> tuple[Definition, DefinitionVersion]:
    definition = terms.get(session, term)
    return definition, versions.get(session, definition, number)


def _shown(found: Impact, version: DefinitionVersion, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "moments": [(moment, grid(moment.statuses, names)) for moment in (found.now, *found.past)],
        "is_of_this_edition": found.edition == version.edition,
        "chart": over_time(found, version.number) if found.past else None,
    }


def grid(moves: Sequence[Move], names: Mapping[str, str]) -> Grid:
    """The moves as a table, its rows and columns in the order of the funnel."""
    known = [*FUNNEL, *(term for term in names if term not in FUNNEL), NONE, UNSEEN]
    befores, afters = (
        sorted({getattr(m, side) for m in moves}, key=known.index) for side in ("before", "after")
    )
    count = {(move.before, move.after): move.records for move in moves}
    word = {**names, **OTHERS}
    rows = [(word[before], [count.get((before, after)) for after in afters]) for before in befores]
    return Grid([word[after] for after in afters], rows)


def over_time(found: Impact, number: int) -> Chart:
    """How many met the term at the ends of months and now, as it counts and with the version."""
    moments: list[Moment] = [*reversed(found.past), found.now]
    days = [f"{moment.as_of:%b %Y}" for moment in moments[:-1]] + ["now"]
    title = f"With v{number} {found.now.met_after:,} would meet it now instead of {found.now.met_before:,}"
    lines = [
        Line(f"With v{number}", [moment.met_after for moment in moments]),
        Line("As it counts", [moment.met_before for moment in moments], role="neutral"),
    ]
    return charts.series("impact-months", title, days, lines, names="End of")


@bp.post("")
@requires(Right.LEADER)
@shows_again("definitions_impact.show")
def create(term: str, number: int) -> ResponseReturnValue:
    """Have a job find out."""
    form = parse(AskForm)
    with transaction() as session:
        _, version = _loaded(session, term, number)
        impact.ask(session, version.id, months=form.months, by=user().id, at=now())
    return redirect(url_for(".show", term=term, number=number), 303)


@bp.get("/<way>")
@requires(Right.MEMBER)
def moving(term: str, number: int, way: str) -> ResponseReturnValue:
    """Who would come in, or go out."""
    place = parse(Place)
    with reading() as session:
        definition, version, found, chosen = _moving(session, term, number, way)
        page = lists.page_of(session, chosen, place)
    here, export = (url_for(name, term=term, number=number, way=way) for name in (".moving", ".export"))
    return render(
        "definitions/moving.html",
        definition=definition,
        version=version,
        found=found,
        way=way,
        count=found.now.moved_in if way == "in" else found.now.moved_out,
        listed=impact.LISTED,
        level=chosen.level,
        heads=chosen.heads,
        page=page,
        **lists.links(page, here, export, {}),
    )


@bp.get("/<way>.csv")
@requires(Right.MEMBER)
def export(term: str, number: int, way: str) -> Response:
    with reading() as session:
        _, _, _, chosen = _moving(session, term, number, way)
    return lists.csv(chosen, f"{term}-v{number}-{way}")


def _moving(
    session: Session, term: str, number: int, way: str
) -> tuple[Definition, DefinitionVersion, Impact, Selection]:
    definition, version = _loaded(session, term, number)
    found = impact.result(impact.latest(session, definition, version))
    if found is None or way not in {"in", "out"}:
        raise NotFound("Nobody looked at what this version would change yet.")
    ids = found.moved_in if way == "in" else found.moved_out
    among = f"r.id IN ({', '.join(map(str, ids))})" if ids else "1 = 0"
    return definition, version, found, Selection(found.level, f"{TABLES[found.level]} r", where=(among,))
