"""The shared definitions, to read and to print."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import definitions, prose
from portal.accounts import Right
from routes.web import reading, render, requires

bp = Blueprint("definitions", __name__, url_prefix="/definitions")


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    with reading() as session:
        meanings = definitions.in_force(session)
    return render("definitions/index.html", meanings=meanings.values(), prose=prose.html)
