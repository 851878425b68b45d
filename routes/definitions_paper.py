"""The definitions on paper: a page to print, and a PDF made by a job."""

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import prose
from portal.accounts import Right
from portal.clock import now
from portal.definitions import paper
from routes.web import reading, render, requires, transaction, user

bp = Blueprint("definitions_paper", __name__, url_prefix="/definitions/paper")


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    with reading() as session:
        leaves = paper.leaves(session)
        made = paper.newest(session)
    return render("definitions/paper.html", "made", leaves=leaves, made=made, at=now(), prose=prose.html)


@bp.post("")
@requires(Right.MEMBER)
def create() -> ResponseReturnValue:
    with transaction() as session:
        paper.request(session, by=user().id, at=now())
    return redirect(url_for(".index"), 303)


@bp.get("/<int:report_id>.pdf")
@requires(Right.MEMBER)
def document(report_id: int) -> Response:
    with reading() as session:
        report, pdf = paper.pdf(session, report_id)
    headers = {
        "Content-Disposition": f'attachment; filename="definitions-{report.as_of:%Y-%m-%d}-{report_id}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(pdf, mimetype="application/pdf", headers=headers)
