"""Whole exports: files that came together, what each is, a dry run over all, and one button that imports them."""

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import files, products
from portal.accounts import Right
from portal.clock import now
from portal.db import canonical
from portal.imports import deliveries, pages, vanishing
from portal.imports.deliveries import Choice
from portal.imports.mapping import warnings
from portal.imports.tables import Delivery, Import
from portal.imports.undoing import commands as undoing
from routes.imports import VANISHED, kind_choices
from routes.waiting import seconds_left
from routes.web import (
    parse,
    reading,
    render,
    requires,
    saved,
    say,
    settings,
    shows_again,
    transaction,
    user,
)

bp = Blueprint("deliveries", __name__, url_prefix="/imports/whole")


class SourceForm(BaseModel):
    source: str = Field(default="", max_length=100)


@bp.get("/<int:delivery_id>")
@requires(Right.MEMBER)
def show(delivery_id: int) -> ResponseReturnValue:
    """The files of an export in whatever state they are; while a job works on one of them the part polls."""
    with reading() as session:
        context = _context(session, deliveries.get(session, delivery_id))
    return render("imports/whole.html", "work", **context)


def _context(session: Session, found: Delivery) -> dict[str, Any]:
    job = deliveries.job_of(session, found)
    members = deliveries.files_of(session, found.id)
    taken = [each for each in members if deliveries.is_taken(each)]
    return {
        "found": found,
        "job": job,
        "left": seconds_left(job),
        "at_work": deliveries.is_at_work(session, found),
        "is_stopped": deliveries.is_stopped(session, found),
        "members": members,
        "taken": taken,
        "left_out": [each for each in members if each not in taken],
        "total": {name: sum(getattr(each, name) for each in taken) for name in pages.COUNTS},
        "done_rows": sum(each.rows for each in taken if each.state in {"done", "checked"}),
        "told": {each.id: _told(each) for each in members if each.understood},
        "kinds": [("", "Leave it out"), *kind_choices()],
        "sources": pages.sources(session),
        "asked": [each for each in taken if each.vanished and vanishing.is_asked(session, each)],
        "vanished_words": VANISHED,
        "undone_at": max((each.undone_at for each in members if each.undone_at), default=None),
        "undoer": next((undoing.undoer(session, each) for each in members if each.undone_at), ""),
        "strangers": products.strangers(session) if found.state == "done" else [],
    }


def _told(file: Import) -> dict[str, Any]:
    """What a person is told of one file before it goes in."""
    understood = pages.understanding_of(file)
    if not file.mapping:
        return {"ids": (), "names": understood.names, "warnings": [], "is_key": False, "problem": ""}
    mapping = pages.mapping_of(file)
    return {
        "problem": deliveries.first_problem(file) if file.source else "",
        "ids": mapping.id_columns,
        "is_key": mapping.natural_key,
        "names": understood.names,
        "warnings": [*understood.warnings, *warnings(mapping, understood)],
    }


@bp.post("/<int:delivery_id>/check")
@requires(Right.MEMBER)
@shows_again("deliveries.show", "work")
def create_check(delivery_id: int) -> ResponseReturnValue:
    """Keep what a person says of the files, and try them: a dry run over all."""
    form = parse(SourceForm)
    with transaction() as session:
        members = deliveries.files_of(session, delivery_id)
        deliveries.correct(session, delivery_id, form.source, _choices(members))
        found = deliveries.start_check(session, delivery_id, at=now())
        context = _context(session, found)
    return saved(url_for(".show", delivery_id=delivery_id), "imports/whole.html", "work", **context)


def _choices(members: list[Import]) -> dict[int, Choice]:
    """`kind-N` and `id-N`, N being the file's number; ticking several columns declares a natural key."""
    return {
        each.id: Choice(request.form[f"kind-{each.id}"], _ids(each))
        for each in members
        if f"kind-{each.id}" in request.form
    }


def _ids(file: Import) -> tuple[str, ...] | None:
    chosen = [name for name in request.form.getlist(f"id-{file.id}") if name]
    return tuple(dict.fromkeys(chosen)) or None


@bp.post("/<int:delivery_id>/run")
@requires(Right.MEMBER)
@shows_again("deliveries.show", "work")
def create_run(delivery_id: int) -> ResponseReturnValue:
    """Import all of them."""
    with transaction() as session:
        found = deliveries.start(session, delivery_id, vanished=_vanished(), by=user().id, at=now())
        context = _context(session, found)
    return saved(url_for(".show", delivery_id=delivery_id), "imports/whole.html", "work", **context)


def _vanished() -> dict[int, str]:
    """`vanished-N`: what a row means that the file of number N no longer has."""
    named = {
        name.removeprefix("vanished-"): value
        for name, value in request.form.items()
        if name.startswith("vanished-")
    }
    return {int(number): value for number, value in named.items() if number.isdecimal()}


@bp.post("/<int:delivery_id>/correction")
@requires(Right.MEMBER)
def create_correction(delivery_id: int) -> ResponseReturnValue:
    """Go back from the dry run to the mapping."""
    with transaction() as session:
        deliveries.go_back(session, delivery_id)
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/<int:delivery_id>/resumption")
@requires(Right.MEMBER)
def create_resumption(delivery_id: int) -> ResponseReturnValue:
    """Start the job again that stopped."""
    with transaction() as session:
        deliveries.resume(session, delivery_id, by=user().id, at=now())
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/<int:delivery_id>/discard")
@requires(Right.MEMBER)
def discard(delivery_id: int) -> ResponseReturnValue:
    with transaction() as session:
        kept = deliveries.discard(session, delivery_id, by=user().id, at=now())
        name = deliveries.get(session, delivery_id).name
    for file in kept:
        files.remove(settings().files_dir, file)
    say(f"{name} is discarded; nothing of it was imported.")
    return redirect(url_for("imports.index"), 303)


@bp.get("/<int:delivery_id>/mappings.json")
@requires(Right.MEMBER)
def mappings(delivery_id: int) -> Response:
    """How each file is mapped, by its name, for `portal import export --mapping`."""
    with reading() as session:
        deliveries.get(session, delivery_id)
        found = {
            each.filename: each.mapping for each in deliveries.files_of(session, delivery_id) if each.mapping
        }
    headers = {"Content-Disposition": f'attachment; filename="mappings-{delivery_id}.json"'}
    return Response(canonical(found), mimetype="application/json", headers=headers)
