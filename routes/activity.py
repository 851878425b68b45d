"""The log of what happened."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from portal import events
from portal.accounts import Right, users
from routes.web import parse, reading, render, requires

bp = Blueprint("activity", __name__, url_prefix="/activity")


class Filter(BaseModel):
    area: str = ""
    user: int | None = None
    before: int | None = None


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    wanted = parse(Filter)
    with reading() as session:
        found = events.page(session, area=wanted.area, user_id=wanted.user, before=wanted.before)
        names = users.names(session)
    lines = found[: events.PER_PAGE]
    after = lines[-1].id if len(found) > len(lines) else None
    return render("activity/index.html", lines=lines, after=after, wanted=wanted, names=names)
