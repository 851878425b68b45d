"""People added and changed by hand."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import people
from portal.accounts import Right
from portal.clock import now
from portal.editing import people as editing
from routes.editing import SeenForm, form_of
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("people_edit", __name__, url_prefix="/people")


@bp.get("/new")
@requires(Right.MEMBER)
def new() -> ResponseReturnValue:
    return render("people/edit.html", person=None, **form_of(editing.blank(), 1))


@bp.post("/new")
@requires(Right.MEMBER)
@shows_again("people_edit.new")
def create() -> ResponseReturnValue:
    draft = parse(editing.Draft)
    with transaction() as session:
        added = editing.add(session, draft, by=user().id, at=now())
    say(f"{added.name or added.email} is added.")
    return redirect(url_for("people.show", person_id=added.id), 303)


@bp.get("/<int:person_id>/edit")
@requires(Right.MEMBER)
def edit(person_id: int) -> ResponseReturnValue:
    with reading() as session:
        person = people.get(session, person_id)
    return render("people/edit.html", person=person, **form_of(editing.texts(person), person.version))


@bp.post("/<int:person_id>/edit")
@requires(Right.MEMBER)
@shows_again("people_edit.edit")
def change(person_id: int) -> ResponseReturnValue:
    draft, seen = parse(editing.Draft), parse(SeenForm)
    with transaction() as session:
        changed = editing.change(session, person_id, draft, version=seen.version, by=user().id, at=now())
    say(f"{changed.name or changed.email} is saved.")
    return redirect(url_for("people.show", person_id=person_id), 303)
