"""Disputes: records that people contest, clause by clause; answered, and closed."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal import evidence
from portal.accounts import Right, users
from portal.clock import now
from portal.definitions import terms
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("disputes", __name__, url_prefix="/disputes")


class Answer(BaseModel):
    answer: str = Field(min_length=1, max_length=2000)


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    """All disputes, or those of one term or clause, the newest first."""
    term, clause = request.args.get("term", ""), request.args.get("clause", "")
    before = request.args.get("before", type=int)
    only_open = request.args.get("show", "open") == "open" and not clause
    with reading() as session:
        found = evidence.listed(session, term=term, clause=clause, only_open=only_open, before=before)
        rows = found[: evidence.PER_PAGE]
        definitions = terms.listed(session)
        names = evidence.record_names(session, rows)
    after = rows[-1].evidence.id if len(found) > len(rows) else None
    return render(
        "disputes/index.html",
        rows=rows,
        names=names,
        term=term,
        clause=clause,
        only_open=only_open,
        terms=[("", "All"), *((each.term, each.name) for each in definitions)],
        before=before,
        after=after,
    )


@bp.get("/<int:evidence_id>")
@requires(Right.MEMBER)
def show(evidence_id: int) -> ResponseReturnValue:
    """One dispute: the record, the clause as it was, the reason, the answer."""
    with reading() as session:
        shown = evidence.get(session, evidence_id)
        clause = evidence.clause_words(session, shown)
        name = evidence.record_names(session, [shown])
        answered_by = users.names(session).get(shown.evidence.answered_by or 0, "")
    return render("disputes/show.html", shown=shown, clause=clause, names=name, answered_by=answered_by)


@bp.post("/<int:evidence_id>/answer")
@requires(Right.LEADER)
@shows_again("disputes.show")
def answer(evidence_id: int) -> ResponseReturnValue:
    given = parse(Answer)
    with transaction() as session:
        evidence.answer(session, evidence_id, given.answer, by=user(), at=now())
    say("Your answer is saved. Whoever raised it is told.")
    return redirect(url_for(".show", evidence_id=evidence_id), 303)


@bp.post("/<int:evidence_id>/closing")
@requires(Right.MEMBER)
@shows_again("disputes.show")
def close(evidence_id: int) -> ResponseReturnValue:
    with transaction() as session:
        evidence.close(session, evidence_id, by=user(), at=now())
    say("The dispute is closed. It still counts as evidence.")
    return redirect(url_for(".show", evidence_id=evidence_id), 303)
