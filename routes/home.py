"""The home page: what needs you today."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import today
from portal.accounts import Right
from portal.clock import now
from routes import offers
from routes.web import reading, render, requires, user

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    with reading() as session:
        matters = today.matters(session, user(), at=now())
        steps = today.first_steps(session)
        offered = offers.own_data_in_place_of(session)
    return render("home/index.html", matters=matters, steps=steps, offered=offered)
