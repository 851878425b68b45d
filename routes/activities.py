"""Activities added and changed by hand."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import Right
from portal.activities import Activity
from portal.clock import now
from portal.editing import activities as editing
from routes.editing import SeenForm, form_of
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("activities", __name__, url_prefix="/activities")


@bp.get("/new")
@requires(Right.MEMBER)
def new() -> ResponseReturnValue:
    """A form of what happened just now; with the person or deal it was asked for with."""
    given = {name: request.args.get(name, "")[:300] for name in ("person", "deal")}
    texts = editing.blank(owner=user().name, at=now()) | given
    with reading() as session:
        kinds = editing.kinds(session)
    return render("activities/edit.html", activity=None, kinds=kinds, **form_of(texts, 1))


@bp.post("/new")
@requires(Right.MEMBER)
@shows_again("activities.new")
def create() -> ResponseReturnValue:
    draft = parse(editing.Draft)
    with transaction() as session:
        added = editing.add(session, draft, by=user().id, at=now())
    return _saved(added, "added")


def _saved(activity: Activity, word: str) -> ResponseReturnValue:
    say(f"The activity is {word}.")
    if activity.person_id:
        return redirect(url_for("people.show", person_id=activity.person_id), 303)
    return redirect(url_for("deals.show", deal_id=activity.deal_id), 303)


@bp.get("/<int:activity_id>/edit")
@requires(Right.MEMBER)
def edit(activity_id: int) -> ResponseReturnValue:
    with reading() as session:
        activity, kind = editing.get(session, activity_id)
        kinds = editing.kinds(session)
    form = form_of(editing.texts(activity, kind), activity.version)
    return render("activities/edit.html", activity=activity, kinds=kinds, **form)


@bp.post("/<int:activity_id>/edit")
@requires(Right.MEMBER)
@shows_again("activities.edit")
def change(activity_id: int) -> ResponseReturnValue:
    draft, seen = parse(editing.Draft), parse(SeenForm)
    with transaction() as session:
        changed = editing.change(session, activity_id, draft, version=seen.version, by=user().id, at=now())
    return _saved(changed, "saved")
