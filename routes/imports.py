"""Imports: upload a file, see what was understood, correct how it is mapped, try it, import it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from flask import Blueprint, Response, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session
from werkzeug.datastructures import FileStorage

from portal import files
from portal.accounts import Right
from portal.clock import now
from portal.errors import Invalid, TooLarge
from portal.imports import commands as imports
from portal.imports import deliveries, differences, following, guessing, pages, vanishing
from portal.imports import rejects as rejected
from portal.imports.archives import is_archive
from portal.imports.kinds import KINDS
from portal.imports.mapping import Mapping, warnings
from portal.imports.reading import Choices
from portal.imports.tables import Import
from portal.imports.undoing import commands as undoing
from portal.jobs.tables import Job
from routes import offers
from routes.mapping_form import SHOWN_VALUES, choices, corrected, meanings_of
from routes.waiting import seconds_left
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
VANISHED: Final = [(meaning.value, word) for meaning, word in vanishing.WORDS.items()]
KIND_WORDS: Final = {"people": "People: leads and contacts", "deals": "Deals: opportunities"}
FIND_OUT: Final = ("", "Find out from the files")
ENCODINGS: Final = ("utf-8", "cp1252", "utf-16", "iso8859_15", "cp1250", "cp1251", "shift_jis", "gb18030")
SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


def kind_choices() -> list[tuple[str, str]]:
    """What a file can hold: pairs of kind and word."""
    return [(name, KIND_WORDS.get(name, name.replace("_", " ").capitalize())) for name in KINDS]


class ListForm(BaseModel):
    before: int | None = Field(default=None, ge=1)


class UploadForm(BaseModel):
    """`kind`: empty where it is to be found out, of each file."""

    kind: str = Field(
        default="",
        pattern="^(" + "|".join(KINDS) + ")?$",
        json_schema_extra={"say": "Choose one of these."},
    )
    source: str = Field(default="", max_length=100)


class VanishedForm(BaseModel):
    """What a row means that is no longer there; empty where that is not asked."""

    vanished: str = Field(
        default="", pattern="^(part|gone)?$", json_schema_extra={"say": "Choose one of these."}
    )


class ReadingForm(BaseModel):
    encoding: str = Field(default="", max_length=20)
    separator: str = Field(default="", pattern="^(comma|semicolon|tab|bar)$")
    header: int | None = Field(default=None, ge=0, le=400)
    sheet: str = Field(default="", max_length=100)

    def choices(self) -> Choices:
        return Choices(
            encoding=self.encoding or None,
            separator=SEPARATORS.get(self.separator),
            header=self.header,
            sheet=self.sheet or None,
        )


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    form = parse(ListForm)
    with reading() as session:
        found = pages.listed(session, before=form.before, limit=PAGE + 1)
        offered = offers.own_data_in_place_of(session)
    after = url_for(".index", before=found[PAGE - 1].id) if len(found) > PAGE else ""
    return render("imports/index.html", imports=found[:PAGE], after=after, offered=offered)


@bp.get("/new")
@requires(Right.MEMBER)
def new() -> ResponseReturnValue:
    """The upload; `kind` is chosen already where somebody comes from a page that misses records of it."""
    with reading() as session:
        sources = pages.sources(session)
    return render(
        "imports/new.html",
        "form",
        kinds=[FIND_OUT, *kind_choices()],
        kind=request.args.get("kind", ""),
        limits=imports.limits(settings()),
        sources=sources,
    )


@bp.post("")
@requires(Right.MEMBER)
@takes_upload
@shows_again("imports.new", "form")
def create() -> ResponseReturnValue:
    """Take a file in, several, or an archive of them; jobs look into them."""
    form = parse(UploadForm)
    given = [file for file in request.files.getlist("file") if file.filename]
    if not given:
        raise Invalid("Choose a file to import: CSV or XLSX, several of them, or a zip archive.")
    if len(given) > settings().upload_files:
        raise TooLarge(f"These are {len(given):,} files; at most {settings().upload_files:,} go in at once.")
    with ExitStack() as kept:
        uploads = [_received(kept, form.kind, file) for file in given]
        with transaction() as session:
            url = _taken(session, uploads, form)
    return redirect(url, 303)


def _received(kept: ExitStack, kind: str, file: FileStorage) -> imports.Upload:
    """A file in the files folder, taken away again where anything fails within `kept`."""
    folder, most = settings().files_dir, settings().upload_bytes
    got = kept.enter_context(files.receiving(file.stream, folder, most=most))
    return imports.Upload(kind, file.filename or "", got.file, got.bytes, got.digest)


def _taken(session: Session, uploads: list[imports.Upload], form: UploadForm) -> str:
    """Note what came, and say where it is shown."""
    first, who = uploads[0], user().id
    named_zip = first.filename.lower().endswith(".zip")
    if len(uploads) == 1 and (named_zip or not form.kind) and is_archive(settings().files_dir / first.file):
        added = deliveries.take_archive(session, first, source=form.source, by=who, at=now())
        return url_for("deliveries.show", delivery_id=added.id)
    if len(uploads) > 1 or not form.kind:
        added = deliveries.take(session, uploads, source=form.source, by=who, at=now())
        return url_for("deliveries.show", delivery_id=added.id)
    return url_for(".show", import_id=imports.upload(session, first, by=who, at=now()).id)


@bp.get("/<int:import_id>")
@requires(Right.MEMBER)
def show(import_id: int) -> ResponseReturnValue:
    """One import in whatever state it is; while a job works on it the part polls."""
    with reading() as session:
        found = pages.get(session, import_id)
        context = _context(session, found)
    return render("imports/show.html", "work", **context)


def _context(session: Session, found: Import) -> dict[str, object]:
    job = session.get(Job, found.job_id) if found.job_id else None
    context: dict[str, object] = {
        "found": found,
        "job": job,
        "left": seconds_left(job),
        "at_work": pages.is_at_work(session, found),
        "is_open": pages.is_open(session, found) and not found.is_partly_in,
        "rejects": pages.rejects(session, found.id, limit=20) if found.rejected else [],
        "sources": pages.sources(session),
        "mapping": None,
        "changed": None,
        "vanished_words": VANISHED,
        "vanished_said": vanishing.meaning(session, found),
        "asks_vanished": vanishing.is_asked(session, found),
        "lines": [],
        "undoer": undoing.undoer(session, found),
    }
    if found.mapping:
        context |= _mapped(found)
        context["lines"] = (
            differences.lines(session, found, pages.mapping_of(found)) if found.differences else []
        )
        context["changed"] = following.changed(session, found, pages.understanding_of(found))
    return context


def _mapped(found: Import) -> dict[str, object]:
    understood, mapping = pages.understanding_of(found), _mapping(found)
    guess = guessing.guess(understood, found.kind, source=found.source, filename=found.filename)
    return {
        "understood": understood,
        "mapping": mapping,
        "reasons": guess.reasons,
        "fields": choices(mapping.record),
        "meanings": {field.name: meanings_of(found.kind, field.name) for field in mapping.record.fields},
        "shown_values": SHOWN_VALUES,
        "encodings": [(name, name) for name in ENCODINGS],
        "sheets": [(name, name) for name in (understood.layout.sheet, *understood.layout.other_sheets)],
        "separators": [(name, name.capitalize()) for name in SEPARATORS],
        "id_choices": [(name, name) for name in understood.names],
        "warnings": [*understood.warnings, *warnings(mapping, understood)],
    }


def _mapping(found: Import) -> Mapping:
    """As it is kept; where a person's corrections were refused, as they left them."""
    kept = pages.mapping_of(found)
    try:
        return corrected(kept, pages.understanding_of(found), request.form)
    except Invalid:
        return kept


@bp.post("/<int:import_id>/mapping")
@requires(Right.MEMBER)
@shows_again("imports.show", "work")
def create_mapping(import_id: int) -> ResponseReturnValue:
    """Keep how the columns are mapped, and try it: a dry run."""
    with transaction() as session:
        found = pages.get(session, import_id)
        mapping = corrected(pages.mapping_of(found), pages.understanding_of(found), request.form)
        if found.delivery_id:
            deliveries.remap(session, found, mapping)
            return redirect(url_for("deliveries.show", delivery_id=found.delivery_id), 303)
        imports.remap(session, import_id, mapping)
        found = imports.start_check(session, import_id, by=user().id, at=now())
        context = _context(session, found)
    return saved(url_for(".show", import_id=import_id), "imports/show.html", "work", **context)


@bp.post("/<int:import_id>/reading")
@requires(Right.MEMBER)
@shows_again("imports.show", "work")
def create_reading(import_id: int) -> ResponseReturnValue:
    """Read the file otherwise: in another encoding, cut at another sign, with its names in another row."""
    form = parse(ReadingForm)
    with transaction() as session:
        found = imports.reread(session, import_id, form.choices(), by=user().id, at=now())
        context = _context(session, found)
    return saved(url_for(".show", import_id=import_id), "imports/show.html", "work", **context)


@bp.post("/<int:import_id>/run")
@requires(Right.MEMBER)
@shows_again("imports.show", "work")
def create_run(import_id: int) -> ResponseReturnValue:
    """Import the file as it is mapped."""
    form = parse(VanishedForm)
    with transaction() as session:
        found = imports.start(session, import_id, vanished=form.vanished, by=user().id, at=now())
        context = _context(session, found)
    return saved(url_for(".show", import_id=import_id), "imports/show.html", "work", **context)


@bp.post("/<int:import_id>/meaning")
@requires(Right.MEMBER)
def create_meaning(import_id: int) -> ResponseReturnValue:
    """Say what a row means that such files no longer have, from now on."""
    form = parse(VanishedForm)
    with transaction() as session:
        vanishing.decide(session, pages.get(session, import_id), form.vanished, by=user().id, at=now())
    say("Kept for the next files like this one.")
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/correction")
@requires(Right.MEMBER)
def create_correction(import_id: int) -> ResponseReturnValue:
    """Go back from the dry run to the mapping."""
    with transaction() as session:
        imports.remap(session, import_id, pages.mapping_of(pages.get(session, import_id)))
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/discard")
@requires(Right.MEMBER)
def discard(import_id: int) -> ResponseReturnValue:
    with transaction() as session:
        found = imports.discard(session, import_id, by=user().id, at=now())
    files.remove(settings().files_dir, found.file)
    say(f"{found.filename} is discarded; nothing of it was imported.")
    return redirect(url_for(".index"), 303)


@bp.get("/<int:import_id>/rejects.csv")
@requires(Right.MEMBER)
def rejects(import_id: int) -> Response:
    """The rejected rows with their reasons, to mend and import again."""
    found_in = database()
    with reading() as session:
        names = pages.understanding_of(pages.get(session, import_id)).names

    def lines() -> Iterator[str]:
        with found_in.reading() as session:
            yield from rejected.lines(names, pages.every_reject(session, import_id))

    headers = {"Content-Disposition": f'attachment; filename="rejects-{import_id}.csv"'}
    return Response(stream_with_context(lines()), mimetype="text/csv", headers=headers)


@bp.get("/<int:import_id>/mapping.json")
@requires(Right.MEMBER)
def mapping(import_id: int) -> Response:
    """The mapping, for `portal import --mapping`."""
    with reading() as session:
        found = pages.mapping_of(pages.get(session, import_id))
    headers = {"Content-Disposition": f'attachment; filename="mapping-{import_id}.json"'}
    return Response(found.model_dump_json(indent=2), mimetype="application/json", headers=headers)
