"""How one record is judged, clause by clause, and contesting it."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from portal import evidence
from portal.accounts import Right
from portal.clock import now
from portal.definitions import comparing, examples, terms, versions
from portal.errors import NotFound
from portal.evidence import Dispute
from portal.fields import Level
from portal.judging import explaining
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("judgements", __name__, url_prefix="/judgements")


@bp.get("/<level>/<int:record_id>")
@requires(Right.MEMBER)
def show(level: str, record_id: int) -> ResponseReturnValue:
    """Each definition of the record's level: whether it is met, and what each clause came to."""
    with reading() as session:
        name = _name(session, level, record_id)
        judged = explaining.of_record(session, Level(level), record_id, at=now())
        contested = evidence.listed(session, level=level, record_id=record_id)
    return render(
        "judgements/show.html",
        level=level,
        record_id=record_id,
        name=name,
        judged=judged,
        contested=contested,
    )


@bp.post("/<level>/<int:record_id>/disputes")
@requires(Right.MEMBER)
@shows_again("judgements.show")
def contest(level: str, record_id: int) -> ResponseReturnValue:
    """Say that the record is judged wrongly, and by which clause."""
    raised = parse(Dispute)
    with transaction() as session:
        _name(session, level, record_id)
        definition = terms.get(session, raised.term)
        version = versions.holding(session, definition)
        if version is None or definition.level != level:
            raise NotFound(f"No {level} is judged by that term.")
        criteria = comparing.criteria_of(version)
        clauses = [clause.id for clause in criteria.clauses] if criteria else []
        found = evidence.dispute(
            session, definition, version.id, raised, record_id=record_id, clauses=clauses, by=user(), at=now()
        )
    say("It is contested. A leader will answer.")
    return redirect(url_for("disputes.show", evidence_id=found.id), 303)


def _name(session: Session, level: str, record_id: int) -> str:
    if level not in list(Level):
        raise NotFound("Records are people, companies and deals.")
    names = examples.names(session, level, [record_id])
    if record_id not in names:
        raise NotFound(f"There is no {level} {record_id} here.")
    return names[record_id]
