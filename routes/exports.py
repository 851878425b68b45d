"""Exports: files made from here, downloaded here, and the targets they go to with the names people chose."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlmodel import Session

from portal import exports
from portal.accounts import Right
from portal.clock import now
from portal.exports import FORMATS, LAYOUTS, OBJECTS, Export, Kind, lists, making, pages, sweeping, targets
from portal.exports.offered import words
from portal.exports.tables import Target
from portal.exports.writing import XLSX_ROWS
from portal.fields import Level
from portal.ranking import runs
from routes.waiting import progress_of, seconds_left
from routes.web import parse, reading, render, requires, say, settings, shows_again, transaction, user

bp = Blueprint("exports", __name__, url_prefix="/exports")

LISTS: Final = [
    *((kind.value, word) for kind, word in making.LISTS.items()),
    ("scores", "Scores of a run"),
    ("frozen", "Rows that a run read"),
    ("wide-person", "Model-ready rows of people"),
    ("wide-company", "Model-ready rows of companies"),
    ("wide-deal", "Model-ready rows of deals"),
]
RECORDS: Final = [
    (f"{level}:{prefix}", word.removeprefix("all ").capitalize() + (", Salesforce only" if prefix else ""))
    for level, objects in OBJECTS.items()
    for prefix, word in objects.items()
]
MIME: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


class ListForm(BaseModel):
    what: str = Field(pattern=f"^({'|'.join(key for key, _ in LISTS)})$")
    format: str = Field(pattern=f"^({'|'.join(FORMATS)})$")
    run_id: int | None = Field(
        default=None, ge=1, json_schema_extra={"say": "Use the number of a run, such as 3."}
    )
    show: str = Field(default="open", pattern="^(open|all)$")
    group: int | None = Field(default=None, ge=1, le=10)
    source: str = Field(default="", max_length=200)
    owner: str = Field(default="", max_length=200)
    country: str = Field(default="", max_length=200)
    search: str = Field(default="", max_length=100)
    outcome: str = Field(default="", pattern="^(|open|won|lost)$")
    stage: str = Field(default="", max_length=100)

    def filters(self) -> dict[str, Any]:
        given = self.model_dump(exclude={"what", "format", "run_id", "show"})
        return given | {"open_only": self.show == "open"}


class TargetForm(BaseModel):
    records: str = Field(pattern=f"^({'|'.join(key for key, _ in RECORDS)})$")
    layout: str = Field(pattern=f"^({'|'.join(LAYOUTS)})$")
    source: str = Field(max_length=100)


class MakeForm(BaseModel):
    everything: str = ""
    count: str = ""


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    with reading() as session:
        found = pages.listed(session, before=before)
        known = {level: targets.sources(session, level) for level in Level}
        told = pages.told_at(session)
        aims = [(target, making.title_of(target), told.get(target.id)) for target in targets.listed(session)]
        run = runs.current(session, Level.PERSON)
    rows = found[: pages.PER_PAGE]
    sources = sorted({source for each in known.values() for source in each})
    return render(
        "exports/index.html",
        "files",
        rows=rows,
        is_waiting=any(row.is_open for row in rows),
        before=before,
        after=rows[-1].export.id if len(found) > len(rows) else None,
        aims=aims,
        sources=[(source, source) for source in sources],
        layouts=[(layout.key, layout.word) for layout in LAYOUTS.values()],
        records=RECORDS,
        lists=LISTS,
        formats=list(FORMATS.items()),
        xlsx_rows=XLSX_ROWS,
        run=run,
        given=_narrowing(),
        kept=sweeping.KEPT.days,
    )


NARROWING: Final = frozenset(ListForm.model_fields) - {"what", "format", "run_id"}


def _narrowing() -> dict[str, str]:
    """What a list was narrowed by before its reader came here; the form carries it on."""
    sent: Mapping[str, str] = request.form if "what" in request.form else request.args
    return {name: sent[name] for name in sorted(NARROWING) if sent.get(name)}


@bp.post("")
@requires(Right.MEMBER)
@shows_again("exports.index")
def create() -> ResponseReturnValue:
    """Have a list made as a file."""
    form = parse(ListForm)
    with transaction() as session:
        export = _asked(session, form)
    return redirect(url_for(".show", export_id=export.id), 303)


def _asked(session: Session, form: ListForm) -> Export:
    who: dict[str, Any] = {"by": user().id, "at": now()}
    if form.what == Kind.SCORES:
        run = form.run_id or _current_run(session)
        return exports.request_scores(session, run, form.format, **who)
    if form.what == "frozen":
        return exports.request_frozen(session, form.run_id or _current_run(session), form.format, **who)
    if form.what.startswith(Kind.WIDE):
        return exports.request_wide(session, Level(form.what.partition("-")[2]), form.format, **who)
    return exports.request_list(session, Kind(form.what), form.format, form.filters(), **who)


def _current_run(session: Session) -> int:
    run = runs.current(session, Level.PERSON)
    return runs.with_scores(session, run.id if run else 0).id


@bp.get("/<int:export_id>")
@requires(Right.MEMBER)
def show(export_id: int) -> ResponseReturnValue:
    """How far a file is; then what it holds, and where to get it."""
    with reading() as session:
        shown = exports.shown(session, export_id)
        export = shown.export
        target = targets.get(session, export.target_id) if export.target_id else None
        since = pages.told_before(session, export) if target else None
    return render(
        "exports/show.html",
        shown=shown,
        export=export,
        since=since,
        layout=targets.layout_of(target) if target else None,
        left_out={reason: count for reason, count in export.left_out.items() if count},
        format=FORMATS[export.format],
        kept=sweeping.KEPT.days,
        progress_url=url_for(".progress", export_id=export_id),
        left=seconds_left(shown.job),
        narrowed=_narrowed(export),
    )


def _narrowed(export: Export) -> dict[str, Any]:
    """The filters that narrow a list, as they differ from none."""
    none = lists.filters_of(export.kind, {})
    return {
        name: value for name, value in export.what.items() if name in none and value and value is not True
    }


@bp.get("/<int:export_id>/progress")
@requires(Right.MEMBER)
def progress(export_id: int) -> ResponseReturnValue:
    with reading() as session:
        job = exports.shown(session, export_id).job
    return progress_of(job, url_for(".progress", export_id=export_id), url_for(".show", export_id=export_id))


@bp.get("/<int:export_id>/file")
@requires(Right.MEMBER)
def file(export_id: int) -> ResponseReturnValue:
    with reading() as session:
        export = exports.get(session, export_id)
    path = exports.path_of(export, settings().files_dir).absolute()
    return send_file(
        path, mimetype=MIME[export.format], as_attachment=True, download_name=exports.filename(export)
    )


@bp.post("/targets")
@requires(Right.MEMBER)
@shows_again("exports.index")
def create_target() -> ResponseReturnValue:
    form = parse(TargetForm)
    level, _, prefix = form.records.partition(":")
    with transaction() as session:
        target = targets.find_or_make(
            session, level, form.layout, form.source, prefix, by=user().id, at=now()
        )
    return redirect(url_for(".show_target", target_id=target.id), 303)


@bp.get("/targets/<int:target_id>")
@requires(Right.MEMBER)
def show_target(target_id: int) -> ResponseReturnValue:
    """What a target is told and what it is called there; from here it is told."""
    with reading() as session:
        target = targets.get(session, target_id)
        rows = pages.listed(session, target_id=target_id, limit=10)[:10]
        told = pages.told_at(session).get(target_id)
    layout = targets.layout_of(target)
    names = dict(target.columns)
    return render(
        "exports/target.html",
        target=target,
        title=making.title_of(target),
        layout=layout,
        columns=[(key, word, names.get(key, "")) for key, word in words(target.level).items()],
        named=layout.named,
        rows=rows,
        told=told,
        is_mixed=target.layout == "salesforce" and len(OBJECTS[target.level]) > 1 and not target.prefix,
    )


@bp.post("/targets/<int:target_id>/columns")
@requires(Right.MEMBER)
@shows_again("exports.show_target")
def name_columns(target_id: int) -> ResponseReturnValue:
    """Save what is sent under which name; an empty name is not sent."""
    with transaction() as session:
        version = request.form.get("version", type=int)
        columns = _columns(targets.get(session, target_id))
        targets.name_columns(session, target_id, columns, version=version, by=user().id, at=now())
    say("The names are saved.")
    return redirect(url_for(".show_target", target_id=target_id), 303)


def _columns(target: Target) -> list[list[str]]:
    typed = ((key, request.form.get(key, "").strip()) for key in words(target.level))
    return [[key, name] for key, name in typed if name]


@bp.post("/targets/<int:target_id>/exports")
@requires(Right.MEMBER)
@shows_again("exports.show_target")
def tell_target(target_id: int) -> ResponseReturnValue:
    """Make the file of what changed, or of everything; or only count."""
    form = parse(MakeForm)
    with transaction() as session:
        export = exports.request_crm(
            session,
            target_id,
            is_full=bool(form.everything),
            is_dry=bool(form.count),
            by=user().id,
            at=now(),
        )
    return redirect(url_for(".show", export_id=export.id), 303)
