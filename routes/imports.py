"""Imports: upload a file, see what was understood, correct how it is mapped, try it, import it."""

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import files
from portal.accounts import Right
from portal.clock import now
from portal.errors import Invalid
from portal.imports import commands as imports
from portal.imports import guessing
from portal.imports.kinds import KINDS
from portal.imports.mapping import warnings
from portal.imports.tables import Import, ImportState
from portal.jobs.tables import Job
from portal.spreadsheets import csv_lines
from routes.mapping_form import MEANINGS, choices, corrected
from routes.web import (
    database,
    parse,
    reading,
    render,
    requires,
    saved,
    say,
    settings,
    shows_again,
    takes_upload,
    transaction,
    user,
)

bp = Blueprint("imports", __name__, url_prefix="/imports")

PAGE: Final = 50
AT_WORK: Final = {ImportState.UPLOADED, ImportState.CHECKING, ImportState.RUNNING}
KIND_WORDS: Final = [("people", "People: leads and contacts"), ("deals", "Deals: opportunities")]


class ListForm(BaseModel):
    before: int | None = Field(default=None, ge=1)


class UploadForm(BaseModel):
    kind: str = Field(pattern="^(" + "|".join(KINDS) + ")$")


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    form = parse(ListForm)
    with reading() as session:
        found = imports.listed(session, before=form.before, limit=PAGE + 1)
    after = url_for(".index", before=found[PAGE - 1].id) if len(found) > PAGE else ""
    return render("imports/index.html", imports=found[:PAGE], after=after)


@bp.get("/new")
@requires(Right.MEMBER)
def new() -> ResponseReturnValue:
    limits = imports.limits(settings())
    return render("imports/new.html", "form", kinds=KIND_WORDS, limits=limits)


@bp.post("")
@requires(Right.MEMBER)
@takes_upload
@shows_again("imports.new", "form")
def create() -> ResponseReturnValue:
    """Take a file in; a job looks into it."""
    form = parse(UploadForm)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("Choose a file to import: CSV or XLSX.")
    received = files.receive(file.stream, settings().files_dir, most=settings().upload_bytes)
    upload = imports.Upload(form.kind, file.filename, received.file, received.bytes, received.digest)
    with transaction() as session:
        added = imports.upload(session, upload, by=user().id, at=now())
    return redirect(url_for(".show", import_id=added.id), 303)


@bp.get("/<int:import_id>")
@requires(Right.MEMBER)
def show(import_id: int) -> ResponseReturnValue:
    """One import in whatever state it is; while a job works on it the part polls."""
    with reading() as session:
        found = imports.get(session, import_id)
        context = _context(session, found)
    return render("imports/show.html", "work", **context)


def _context(session: Session, found: Import) -> dict[str, object]:
    context: dict[str, object] = {
        "found": found,
        "job": session.get(Job, found.job_id) if found.job_id else None,
        "at_work": found.state in AT_WORK,
        "rejects": imports.rejects(session, found.id, limit=20) if found.rejected else [],
        "sources": imports.sources(session),
        "mapping": None,
    }
    if found.understood:
        context |= _mapped(found)
    return context


def _mapped(found: Import) -> dict[str, object]:
    understood, mapping = imports.understanding_of(found), imports.mapping_of(found)
    guess = guessing.guess(understood, found.kind, source=found.source, filename=found.filename)
    return {
        "understood": understood,
        "mapping": mapping,
        "reasons": guess.reasons,
        "fields": choices(mapping.record),
        "meanings": MEANINGS,
        "id_choices": [(name, name) for name in understood.names],
        "warnings": [*understood.warnings, *warnings(mapping, understood)],
    }


@bp.post("/<int:import_id>/mapping")
@requires(Right.MEMBER)
@shows_again("imports.show", "work")
def create_mapping(import_id: int) -> ResponseReturnValue:
    """Keep how the columns are mapped, and try it: a dry run."""
    with transaction() as session:
        found = imports.get(session, import_id)
        mapping = corrected(imports.mapping_of(found), imports.understanding_of(found), request.form)
        imports.remap(session, import_id, mapping)
        found = imports.start_check(session, import_id, by=user().id, at=now())
        context = _context(session, found)
    return saved(url_for(".show", import_id=import_id), "imports/show.html", "work", **context)


@bp.post("/<int:import_id>/run")
@requires(Right.MEMBER)
@shows_again("imports.show", "work")
def create_run(import_id: int) -> ResponseReturnValue:
    """Import the file as it is mapped."""
    with transaction() as session:
        found = imports.start(session, import_id, by=user().id, at=now())
        context = _context(session, found)
    return saved(url_for(".show", import_id=import_id), "imports/show.html", "work", **context)


@bp.post("/<int:import_id>/correction")
@requires(Right.MEMBER)
def create_correction(import_id: int) -> ResponseReturnValue:
    """Go back from the dry run to the mapping."""
    with transaction() as session:
        imports.remap(session, import_id, imports.mapping_of(imports.get(session, import_id)))
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/discard")
@requires(Right.MEMBER)
def discard(import_id: int) -> ResponseReturnValue:
    with transaction() as session:
        found = imports.discard(session, import_id, by=user().id, at=now())
    say(f"{found.filename} is discarded; nothing of it was imported.")
    return redirect(url_for(".index"), 303)


@bp.get("/<int:import_id>/rejects.csv")
@requires(Right.MEMBER)
def rejects(import_id: int) -> Response:
    """The rejected rows with their reasons, to mend and import again."""
    found_in = database()
    with reading() as session:
        found = imports.get(session, import_id)

    def lines() -> Iterator[str]:
        with found_in.reading() as session:
            yield from csv_lines(*imports.rejects_table(session, found))

    headers = {"Content-Disposition": f'attachment; filename="rejects-{import_id}.csv"'}
    return Response(stream_with_context(lines()), mimetype="text/csv", headers=headers)


@bp.get("/<int:import_id>/mapping.json")
@requires(Right.MEMBER)
def mapping(import_id: int) -> Response:
    """The mapping, for `portal import --mapping`."""
    with reading() as session:
        found = imports.mapping_of(imports.get(session, import_id))
    headers = {"Content-Disposition": f'attachment; filename="mapping-{import_id}.json"'}
    return Response(found.model_dump_json(indent=2), mimetype="application/json", headers=headers)
