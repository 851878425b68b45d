"""Deals added and changed by hand."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import Right
from portal.clock import now
from portal.deals import detail
from portal.editing import deals as editing
from routes.editing import SeenForm, form_of
from routes.web import parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("deals_edit", __name__, url_prefix="/deals")


@bp.get("/new")
@requires(Right.MEMBER)
def new() -> ResponseReturnValue:
    """An empty form, or one with the person or company it was asked for with."""
    given = {name: request.args.get(name, "")[:300] for name in ("person", "company")}
    return render("deals/edit.html", deal=None, **form_of(editing.blank() | given, 1))


@bp.post("/new")
@requires(Right.MEMBER)
@shows_again("deals_edit.new")
def create() -> ResponseReturnValue:
    draft = parse(editing.Draft)
    with transaction() as session:
        added = editing.add(session, draft, by=user().id, at=now())
    say(f"{added.name} is added.")
    return redirect(url_for("deals.show", deal_id=added.id), 303)


@bp.get("/<int:deal_id>/edit")
@requires(Right.MEMBER)
def edit(deal_id: int) -> ResponseReturnValue:
    with reading() as session:
        deal = detail.get(session, deal_id)
    return render("deals/edit.html", deal=deal, **form_of(editing.texts(deal), deal.version))


@bp.post("/<int:deal_id>/edit")
@requires(Right.MEMBER)
@shows_again("deals_edit.edit")
def change(deal_id: int) -> ResponseReturnValue:
    draft, seen = parse(editing.Draft), parse(SeenForm)
    with transaction() as session:
        changed = editing.change(session, deal_id, draft, version=seen.version, by=user().id, at=now())
    say(f"{changed.name} is saved.")
    return redirect(url_for("deals.show", deal_id=deal_id), 303)
