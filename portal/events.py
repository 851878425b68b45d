"""What happened: append-only, ids not names, and the one place where the sentence people read is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from portal.accounts.tables import User
from portal.db import Instant, Json

PER_PAGE: Final = 100
PORTAL: Final = "Concord"  # who did what nobody asked for


class Event(SQLModel, table=True):
    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject", "subject_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
    user_id: int | None = Field(
        default=None, foreign_key="user_account.id", description="None: the portal itself."
    )
    kind: str = Field(max_length=60, index=True)
    subject: str = Field(max_length=40)
    subject_id: int
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


def record(
    session: Session, kind: str, subject: str, subject_id: int, *, by: int | None, at: datetime, **data: Any
) -> None:
    """Note one change. `kind` must have a sentence; `by` is a user's id, None for the portal itself."""
    if kind not in SENTENCES:
        raise KeyError(f"no sentence for events of the kind {kind!r}")
    session.add(Event(at=at, user_id=by, kind=kind, subject=subject, subject_id=subject_id, data=data))


def sentence(event: Event) -> str:
    """What happened, to be read after the name of who did it: "invited ada@example.com"."""
    return SENTENCES[event.kind](event.data)


@dataclass(frozen=True)
class Line:
    """An event as people read it: who did what, when."""

    id: int
    at: datetime
    who: str
    what: str


def page(
    session: Session, *, area: str = "", user_id: int | None = None, before: int | None = None
) -> Sequence[Line]:
    """The log, newest first, of one area (what stands before the dot of a kind) or one user, below an id.

    Gives one line more than a page has, so that the next page is known. Names are those of today; ids are what is kept.
    """
    query = select(Event, User.name).outerjoin(User, col(User.id) == col(Event.user_id))
    if area:
        query = query.where(col(Event.kind).in_(kind for kind in SENTENCES if area_of(kind) == area))
    if user_id:
        query = query.where(Event.user_id == user_id)
    if before:
        query = query.where(Event.id < before)
    rows = session.exec(query.order_by(col(Event.id).desc()).limit(PER_PAGE + 1)).all()
    return [Line(event.id, event.at, name or PORTAL, sentence(event)) for event, name in rows]


def area_names() -> list[tuple[str, str]]:
    """What events are about, with a word for it: ("import", "Imports")."""
    return [(area, f"{area.capitalize()}s") for area in sorted({area_of(kind) for kind in SENTENCES})]


def area_of(kind: str) -> str:
    return kind.partition(".")[0]


def _n(data: dict[str, Any], key: str) -> str:
    return f"{data.get(key, 0):,}"


SENTENCES: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "user.invited": lambda d: f"invited {d['email']} as {d['right']} in {d['function']}",
    "user.changed": lambda d: f"changed {d['email']}: {d['what']}",
    "user.disabled": lambda d: f"ended the access of {d['email']}",
    "user.enabled": lambda d: f"gave {d['email']} access again",
    "user.link_made": lambda d: f"made a {d['purpose']} link for {d['email']}",
    "user.password_set": lambda _: "set a new password",
    "user.signed_in": lambda _: "signed in",
    "user.signed_out": lambda _: "signed out",
    "import.uploaded": lambda d: f"uploaded {d['filename']}",
    "import.started": lambda d: f"started importing {d['filename']} into {d['into']}",
    "import.finished": lambda d: (
        f"imported {d['filename']}: {_n(d, 'created')} created, {_n(d, 'updated')} updated, "
        f"{_n(d, 'unchanged')} unchanged, {_n(d, 'rejected')} rejected"
    ),
    "import.export_uploaded": lambda d: f"uploaded the export {d['name']}",
    "import.export_finished": lambda d: (
        f"imported the export {d['name']}: {_n(d, 'files')} file{'s' * (d.get('files') != 1)}, "
        f"{_n(d, 'created')} created, {_n(d, 'updated')} updated"
    ),
    "import.export_discarded": lambda d: f"discarded the export {d['name']}",
    "import.vanished_decided": lambda d: (
        f"said of rows that are no longer in the files of {d['of'].replace('_', ' ')} from {d['source']}: "
        + {"gone": "they are gone", "part": "such files hold only a part"}[d["said"]]
    ),
    "import.undo_started": lambda d: f"started undoing the import of {d['filename']}",
    "import.undone": lambda d: (
        f"undid the import of {d['filename']}: {_n(d, 'removed')} removed, {_n(d, 'updated')} put back"
    ),
    "import.discarded": lambda d: f"discarded the upload {d['filename']}",
    "model.training_started": lambda d: f"started training a model that learns {d['outcome']}",
    "model.trained": lambda d: f"trained model {d['model']} on {_n(d, 'records')} records",
    "model.promoted": lambda d: f"made model {d['model']} the one that ranks",
    "model.column_decided": lambda d: f"said that {d['column']} {d['what']} when a model learns",
    "model.retired": lambda d: f"stopped ranking by model {d['model']}",
    "run.replayed": lambda d: f"replayed run {d['run']} from what it read: {d['what']}",
    "run.timed": lambda d: f"set when {d['who']} are scored again: {d['when']}",
    "weight.added": lambda d: f"added {d['points']:+d} points where {d['rule']} to {d['whose']} weights",
    "weight.removed": lambda d: f"took {d['points']:+d} points where {d['rule']} from {d['whose']} weights",
    "terms.kept": lambda d: (
        f"set how far down {d['team']} works: {d['per_week']:,} pursuits a week at {d['cost']}, {d['margin']} a win"
    ),
    "run.started": lambda d: f"started scoring with model {d['model']}",
    "run.finished": lambda d: f"scored {_n(d, 'records')} records with model {d['model']}",
    "report.requested": lambda d: f"asked for the ROI report {d['period']}",
    "report.finished": lambda d: f"finished the ROI report {d['period']}",
    "spend.recorded": lambda d: f"recorded spend on {d['channel']} for {d['month']}",
    "spend.removed": lambda d: f"removed spend on {d['channel']} for {d['month']}",
    "job.cancelled": lambda d: f"cancelled the job “{d['title']}”",
    "job.retried": lambda d: f"started the job “{d['title']}” again",
    "job.dead": lambda d: f"gave up the job “{d['title']}”: {d['reason']}",
    "definition.shipped": lambda d: (
        f"brought the first version of {d['term']}, provisional until both sides sign"
    ),
    "definition.added": lambda d: f"added the term {d['term']}",
    "definition.renamed": lambda d: f"renamed the term {d['before']} to {d['after']}",
    "definition.moved": lambda d: (
        f"moved {d['term']} before {d['before']}" if d["before"] else f"moved {d['term']} to the end"
    ),
    "definition.begun": lambda d: f"began a draft of {d['term']} v{d['number']}",
    "definition.changed": lambda d: (
        f"changed {d['term']} v{d['number']}: {', '.join(d['fields']).replace('_', ' ')}"
        + (f"; {d['signatures']} signature{'s' * (d['signatures'] > 1)} came off" if d["signatures"] else "")
    ),
    "definition.proposed": lambda d: (
        f"proposed {d['term']} v{d['number']}" + (f", to be in force from {d['on']}" if d["on"] else "")
    ),
    "definition.signed": lambda d: f"signed {d['term']} v{d['number']} for {d['function']}",
    "definition.rejected": lambda d: f"rejected {d['term']} v{d['number']}: {d['reason']}",
    "definition.withdrawn": lambda d: f"withdrew the draft {d['term']} v{d['number']}",
    "definition.in_force": lambda d: (
        f"put {d['term']} v{d['number']} in force"
        + (f" in the place of v{d['before']}" if d["before"] else "")
    ),
    "definition.printed": lambda _: "asked for the definitions as a PDF",
    "definition.discussed": lambda d: f"said something about {d['term']}",
    "dispute.raised": lambda d: f"contested that {d['level']} {d['record']} is judged rightly as {d['term']}",
    "dispute.answered": lambda d: f"answered a dispute about {d['term']} and {d['level']} {d['record']}",
    "dispute.closed": lambda d: f"closed a dispute about {d['term']} and {d['level']} {d['record']}",
    "duplicate.merged": lambda d: "merged two people who are one" + (", by a rule" if d["rule"] else ""),
    "duplicate.split": lambda _: "split two people who had been merged",
    "duplicate.kept_apart": lambda _: "said that two people are not the same",
    "duplicate.rule_changed": lambda d: f"{d['how']} merging by rule: {d['rule'].replace('_', ' ')}",
    "duplicate.search_switched": lambda d: (
        f"switched the search for duplicates after an import {'on' if d['is_on'] else 'off'}"
    ),
    "duplicate.asked_for": lambda _: "asked to look for duplicates",
    "duplicate.found": lambda d: f"found {_n(d, 'found')} pairs of people who may be one",
    "check.asked_for": lambda _: "asked to examine the data",
    "spelling.made_one": lambda d: (
        f"had {_n(d, 'count')} other spelling{'s' * (d['count'] != 1)} of a value of {d['field']} made one"
    ),
    "spelling.undone": lambda d: f"took back that spellings of a value of {d['field']} are one",
    "record.person_added": lambda d: f"added person {d['id']} by hand",
    "record.person_changed": lambda d: f"changed person {d['id']}: {', '.join(d['fields'])}",
    "record.company_added": lambda d: f"added company {d['id']} by hand",
    "record.company_changed": lambda d: f"changed company {d['id']}: {', '.join(d['fields'])}",
    "record.deal_added": lambda d: f"added deal {d['id']} by hand",
    "record.deal_changed": lambda d: f"changed deal {d['id']}: {', '.join(d['fields'])}",
    "record.activity_added": lambda d: (
        f"added activity {d['id']} by hand" + (", an inbound request" if d["is_request"] else "")
    ),
    "record.activity_changed": lambda d: f"changed activity {d['id']}: {', '.join(d['fields'])}",
    "export.requested": lambda d: f"asked for the file “{d['title']}”",
    "export.finished": lambda d: f"finished the file “{d['title']}”: {_n(d, 'rows')} rows",
    "export.columns_named": lambda d: f"named what goes back to {d['source']} for {d['layout']}",
    "demo.loaded": lambda _: "loaded the demo company, which is made up",
    "demo.cleared": lambda _: "cleared the demo company",
    "definition.provisional_again": lambda d: (
        f"made {d['term']} provisional again, as the demo company's people had signed it"
    ),
}
