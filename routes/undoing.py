"""Undoing imports: what would go is shown first, then one button does it, for a file or for a whole export."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from portal.accounts import Right
from portal.clock import now
from portal.imports import deliveries, pages
from portal.imports.tables import Import
from portal.imports.undoing import commands
from portal.imports.undoing.words import counted
from routes.web import reading, render, requires, shows_again, transaction, user

bp = Blueprint("undoing", __name__, url_prefix="/imports")


@bp.get("/<int:import_id>/undoing")
@requires(Right.MEMBER)
def show(import_id: int) -> ResponseReturnValue:
    """What undoing an import would take, and what stands in its way."""
    with reading() as session:
        found = pages.get(session, import_id)
        context = _context(session, [found], found.filename)
    return render(
        "undoing/show.html",
        "work",
        **context,
        back=url_for("imports.show", import_id=import_id),
        action=url_for(".create", import_id=import_id),
    )


@bp.post("/<int:import_id>/undoing")
@requires(Right.MEMBER)
@shows_again("undoing.show", "work")
def create(import_id: int) -> ResponseReturnValue:
    """Have a job undo an import."""
    with transaction() as session:
        commands.undo(session, import_id, by=user().id, at=now())
    return redirect(url_for("imports.show", import_id=import_id), 303)


@bp.get("/whole/<int:delivery_id>/undoing")
@requires(Right.MEMBER)
def show_whole(delivery_id: int) -> ResponseReturnValue:
    """What undoing a whole export would take, and what stands in its way."""
    with reading() as session:
        found = deliveries.get(session, delivery_id)
        files = commands.files_in(session, delivery_id)
        context = _context(session, files, found.name)
    return render(
        "undoing/show.html",
        "work",
        **context,
        back=url_for("deliveries.show", delivery_id=delivery_id),
        action=url_for(".create_whole", delivery_id=delivery_id),
    )


@bp.post("/whole/<int:delivery_id>/undoing")
@requires(Right.MEMBER)
@shows_again("undoing.show_whole", "work")
def create_whole(delivery_id: int) -> ResponseReturnValue:
    """Have a job undo all files of an export, the last first."""
    with transaction() as session:
        commands.undo_export(session, delivery_id, by=user().id, at=now())
    return redirect(url_for("deliveries.show", delivery_id=delivery_id), 303)


def _context(session: Session, files: list[Import], name: str) -> dict[str, object]:
    survey = commands.survey(session, files)
    goes = [(counted(table, count), count) for table, count in survey.removed.items()]
    return {"name": name, "files": files, "survey": survey, "goes": goes}
