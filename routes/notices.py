"""What the portal told the user."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import notices
from portal.accounts import Right
from portal.clock import now
from routes.web import reading, render, requires, transaction, user

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    with reading() as session:
        found = notices.page(session, user().id, before=before)
        unread = notices.unread(session, user().id)
    rows = found[: notices.PER_PAGE]
    after = rows[-1].id if len(found) > len(rows) else None
    return render("notices/index.html", notices=rows, unread=unread, before=before, after=after)


@bp.post("/reading")
@requires(Right.MEMBER)
def read_all() -> ResponseReturnValue:
    with transaction() as session:
        notices.read(session, user().id, at=now())
    return redirect(url_for(".index"), 303)


@bp.post("/<int:notice_id>/reading")
@requires(Right.MEMBER)
def read(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read and go to the page it is about."""
    with transaction() as session:
        path = notices.read_one(session, user().id, notice_id, at=now())
    return redirect(path or url_for(".index"), 303)
