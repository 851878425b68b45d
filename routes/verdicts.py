"""Who meets a definition in force, who does not, and of whom nobody can say."""

from typing import Any

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field
from sqlmodel import Session

from portal import definitions, judging
from portal.accounts import Right
from portal.deals import lists as deals
from portal.definitions import Meaning, terms
from portal.fields import Level
from portal.judging.lists import Verdict, judging_of, of_verdict
from portal.listing import Selection
from portal.ranking import places
from routes import lists
from routes.lists import Place
from routes.web import parse, reading, render, requires

bp = Blueprint("verdicts", __name__, url_prefix="/verdicts")


class ListForm(Place):
    verdict: Verdict = Verdict.MET
    source: str = Field("", max_length=200)
    owner: str = Field("", max_length=200)
    country: str = Field("", max_length=200)
    stage: str = Field("", max_length=100)
    search: str = Field("", max_length=100)

    def kept(self, level: Level) -> dict[str, str]:
        """What narrows a list of this level."""
        return {name: getattr(self, name) for name in (*NARROWING[level], "search")}

    def chosen(self, found: judging.Judging) -> Selection:
        return of_verdict(found, self.verdict).narrowed(**self.kept(Level(found.level)))


NARROWING = {
    Level.PERSON: ("source", "owner", "country"),
    Level.COMPANY: (),
    Level.DEAL: ("stage", "owner"),
}


@bp.get("/<term>")
@requires(Right.MEMBER)
def show(term: str) -> ResponseReturnValue:
    """The records of one verdict by a term, narrowed and paged."""
    form = parse(ListForm)
    with reading() as session:
        known = terms.listed(session)
        definition = terms.among(known, term)
        meaning = definitions.in_force(session).get(term)
        found = judging.current(session).get(term)
        context = _listed(session, form, found, meaning) if found else {"page": None, "choices": {}}
    level = Level(definition.level)
    return render(
        "verdicts/show.html",
        definition=definition,
        meaning=meaning,
        judging=found,
        form=form,
        verdicts=list(Verdict),
        level=level,
        words=WORDS[level],
        terms=[(each.term, each.name) for each in known],
        **context,
    )


WORDS = {
    Level.PERSON: ("person", "people"),
    Level.COMPANY: ("company", "companies"),
    Level.DEAL: ("deal", "deals"),
}


def _listed(
    session: Session, form: ListForm, found: judging.Judging, meaning: Meaning | None
) -> dict[str, Any]:
    level, chosen = Level(found.level), form.chosen(found)
    page = lists.page_of(session, chosen, form)
    kept = {"verdict": form.verdict.value, **form.kept(level)}
    return {
        "page": page,
        "heads": chosen.heads,
        "choices": _choices(session, level),
        "counts": judging.Counts.of(found),
        "is_of_this_version": meaning is not None and meaning.version_id == found.version_id,
        **lists.links(page, url_for(".show", term=found.term), url_for(".export", term=found.term), kept),
    }


def _choices(session: Session, level: Level) -> dict[str, list[tuple[str, str]]]:
    found = {
        Level.PERSON: places.choices,
        Level.DEAL: deals.choices,
    }.get(level)
    given = found(session) if found else {}
    return {name: [("", "All"), *((value, value) for value in given[name])] for name in NARROWING[level]}


@bp.get("/<term>/records.csv")
@requires(Right.MEMBER)
def export(term: str) -> Response:
    """The list as it is narrowed, from its top, as CSV."""
    form = parse(ListForm)
    with reading() as session:
        found = judging_of(session, term)
    return lists.csv(form.chosen(found), f"{term}-{form.verdict.value}")
