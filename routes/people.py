"""The ranked list, and what is known of one person."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from flask import Blueprint, Response, redirect, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import engagement, judging, people
from portal.accounts import Right
from portal.clock import now
from portal.errors import Invalid, NotFound
from portal.fields import Level
from portal.models import registry
from portal.models.tables import Run
from portal.people import Person
from portal.ranking import places, quadrants, reasons, runs
from portal.ranking.places import Filters, Page, Score
from portal.ranking.quadrants import Quadrant
from portal.ranking.rows import HEADS, cells
from portal.spreadsheets import csv_lines
from routes.formats import day
from routes.web import (
    Refused,
    database,
    is_partial,
    parse,
    reading,
    render,
    requires,
    saved,
    transaction,
    user,
)

bp = Blueprint("people", __name__, url_prefix="/people")

PAGE: Final = 50
COUNTED: Final = 10_000
GROUP_WORDS: Final = {1: "1, the best", 10: "10, the last"}
CURSOR: Final = r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"
OTHER_CURSOR: Final = "The list changed since that page was shown. Start again from its top."


class ListForm(BaseModel):
    show: str = Field(
        default="open", pattern="^(open|all)$", json_schema_extra={"say": "The list shows open or all."}
    )
    group: int | None = Field(default=None, ge=1, le=10, json_schema_extra={"say": "The groups are 1 to 10."})
    source: str = Field(default="", max_length=200)
    owner: str = Field(default="", max_length=200)
    country: str = Field(default="", max_length=200)
    meets: str = Field(default="", max_length=40)
    search: str = Field(default="", max_length=100)
    after: str = Field(default="", pattern=CURSOR, json_schema_extra={"say": OTHER_CURSOR})
    before: str = Field(default="", pattern=CURSOR, json_schema_extra={"say": OTHER_CURSOR})
    from_rank: int | None = Field(
        default=None, ge=1, le=10**12, json_schema_extra={"say": "The ranks are whole numbers from 1 on."}
    )

    def filters(self) -> Filters:
        kept = self.model_dump(include={"group", "source", "owner", "country", "meets", "search"})
        return Filters(open_only=self.show == "open", **kept)

    def start(self) -> str:
        """The cursor that the page asked for follows."""
        return str(self.from_rank - 1) if self.from_rank and self.from_rank > 1 else self.after

    def address(self, endpoint: str, **place: str) -> str:
        """The address of something with these filters: all state is in it."""
        return url_for(endpoint, **{**self._kept, **place})

    @cached_property
    def _kept(self) -> dict[str, Any]:
        return self.model_dump(exclude={"after", "before", "from_rank"}, exclude_defaults=True)


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    """Whom to call first."""
    form = _asked()
    with reading() as session:
        run = runs.current(session, Level.PERSON)
        page = _page(session, run, form)
        context = {
            "run": run,
            "newest": None if run else registry.latest(session, Level.PERSON),
            "page": page,
            "choices": {name: [(v, v) for v in values] for name, values in places.choices(session).items()},
            "terms": judging.judged_terms(session, Level.PERSON),
            "groups": [(number, GROUP_WORDS.get(number, str(number))) for number in range(1, 11)],
            "quadrants": list(Quadrant),
            "is_empty": not page.places and not people.any_there(session),
        }
    return render("people/index.html", "rows", form=form, links=_links(form, page), **context)


def _asked() -> ListForm:
    """What the address asks for. Raises Invalid with what is wrong in one that was changed by hand."""
    try:
        return parse(ListForm)
    except Refused as refused:
        raise Invalid(" ".join(refused.errors.values())) from refused


def _page(session: Session, run: Run | None, form: ListForm) -> Page:
    """The page asked for; the first one where nothing precedes the place it was to precede."""
    page = places.page(session, run, form.filters(), after=form.start(), before=form.before, limit=PAGE)
    if form.before and not page.places:
        return places.page(session, run, form.filters(), limit=PAGE)
    return page


def _links(form: ListForm, page: Page) -> dict[str, str]:
    return {
        "after": form.address(".index", after=page.after) if page.after else "",
        "before": form.address(".index", before=page.before) if page.before else "",
        "export": form.address(".export"),
        "count": form.address(".count"),
    }


@bp.get("/count")
@requires(Right.MEMBER)
def count() -> ResponseReturnValue:
    """How many the list holds, counted up to a limit; asked for apart, so that the list does not wait."""
    form = _asked()
    with reading() as session:
        run = runs.current(session, Level.PERSON)
        found = places.count(session, run, form.filters(), cap=COUNTED)
    return render("people/count.html", "count", found=found, cap=COUNTED, back=form.address(".index"))


@bp.get("/export.csv")
@requires(Right.MEMBER)
def export() -> Response:
    """The list as it is filtered, from its top, as CSV; read and sent in parts."""
    filters, found = _asked().filters(), database()
    with reading() as session:
        run = runs.current(session, Level.PERSON)

    def rows() -> Iterator[list[object]]:
        with found.reading() as session:
            yield from map(cells, places.every(session, run, filters))

    lines = stream_with_context(csv_lines(HEADS, rows()))
    name = f"people-run-{run.id}.csv" if run else "people.csv"
    return Response(
        lines, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@bp.get("/<int:person_id>")
@requires(Right.MEMBER)
def show(person_id: int) -> ResponseReturnValue:
    """One person: who, where from, the score and why, deals and activities."""
    with reading() as session:
        known = people.known(session, person_id)
        if known.person.merged_into_id:
            return redirect(url_for(".show", person_id=known.person.merged_into_id), 303)
        run = runs.current(session, Level.PERSON)
        score = places.score_of(session, run, person_id) if run else None
        why = reasons.of(session, run.id, person_id) if run and score else None
        engaged = _engaged(session, person_id, score)
    facts = _facts(known.person)
    return render("people/show.html", known=known, facts=facts, run=run, score=score, why=why, **engaged)


def _engaged(session: Session, person_id: int, score: Score | None) -> dict[str, Any]:
    """The engagement of this moment, and with a score the quadrant."""
    level = engagement.of_person(session, person_id, at=now())
    return {"engagement": level, "quadrant": quadrants.of(score.group, level) if score else None}


def _facts(person: Person) -> list[tuple[str, str]]:
    return [
        ("E-mail", person.email),
        ("Phone", person.phone),
        ("Source", person.source),
        ("Campaign", person.campaign),
        ("Direction", person.direction),
        ("Owner", person.owner),
        ("Status", person.status),
        ("Place", ", ".join(filter(None, (person.city, person.country)))),
        ("Came", day(person.came_at) if person.came_at else ""),
        ("Opted out", day(person.opted_out_at) if person.opted_out_at else ""),
        ("Customer since", day(person.customer_at) if person.customer_at else ""),
    ]


@bp.get("/<int:person_id>/reasons")
@requires(Right.MEMBER)
def show_reasons(person_id: int) -> ResponseReturnValue:
    """Why a person ranks where they do; asked again while a job works it out."""
    with reading() as session:
        run = _current(session)
        score = places.score_of(session, run, person_id)
        why = reasons.of(session, run.id, person_id)
        engaged = _engaged(session, person_id, score)
    if not is_partial():
        return redirect(url_for(".show", person_id=person_id), 303)
    return render("models/why.html", "why", run=run, score=score, why=why, **engaged)


@bp.post("/<int:person_id>/reasons")
@requires(Right.MEMBER)
def create_reasons(person_id: int) -> ResponseReturnValue:
    """Have a job work out why."""
    with transaction() as session:
        run = _current(session)
        score = places.score_of(session, run, person_id)
        why = reasons.ask(session, run.id, person_id, by=user().id, at=now())
        engaged = _engaged(session, person_id, score)
    page = url_for(".show", person_id=person_id)
    return saved(page, "models/why.html", "why", run=run, score=score, why=why, **engaged)


def _current(session: Session) -> Run:
    if (run := runs.current(session, Level.PERSON)) is None:
        raise NotFound("No model ranks people right now, so there is nothing to explain.")
    return run
