"""Records that the CRM calls otherwise than the definitions in force do: a list to work through."""

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from portal import definitions, judging
from portal.accounts import Right
from portal.judging import contradictions
from portal.listing import Selection
from routes import lists
from routes.lists import Place
from routes.web import parse, reading, render, requires

bp = Blueprint("contradictions", __name__, url_prefix="/contradictions")


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    """What statuses and stages stand for, and how many records are not that, or more than that."""
    with reading() as session:
        meanings = definitions.in_force(session)
        judged = judging.current(session)
        by = {term: judged[term] for term in meanings if term in judged}
        counted = contradictions.counts(session, by)
    return render(
        "contradictions/index.html",
        counted=counted,
        meanings=meanings,
        is_judged=bool(by),
        says=contradictions.SAYS,
    )


@bp.get("/<level>/<term>/<how>")
@requires(Right.MEMBER)
def show(level: str, term: str, how: str) -> ResponseReturnValue:
    """The records called by a term that are not, or are more."""
    place = parse(Place)
    with reading() as session:
        chosen = _chosen(session, level, term, how)
        page = lists.page_of(session, chosen, place)
        meanings = definitions.in_force(session)
    here, export = (url_for(name, level=level, term=term, how=how) for name in (".show", ".export"))
    return render(
        "contradictions/show.html",
        level=chosen.level,
        term=term,
        how=how,
        meaning=meanings[term],
        heads=chosen.heads,
        page=page,
        says=contradictions.SAYS[chosen.level],
        **lists.links(page, here, export, {}),
    )


@bp.get("/<level>/<term>/<how>.csv")
@requires(Right.MEMBER)
def export(level: str, term: str, how: str) -> Response:
    """All of them, as CSV."""
    with reading() as session:
        chosen = _chosen(session, level, term, how)
    return lists.csv(chosen, f"{level}-{term}-says-{how}")


def _chosen(session: Session, level: str, term: str, how: str) -> Selection:
    names = {each: meaning.name for each, meaning in definitions.in_force(session).items()}
    by = {each: found for each, found in judging.current(session).items() if each in names}
    return contradictions.selection(level, term, how, by, names)
