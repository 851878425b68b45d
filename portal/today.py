"""What needs a user today, by function: a list of providers. An area adds its own with one line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from portal import evidence
from portal.accounts import Right, User
from portal.definitions import versions
from portal.definitions.pages import waiting_for
from portal.imports.tables import Delivery, DeliveryState, Import, ImportState
from portal.jobs.tables import Job, State
from portal.models.tables import CurrentRun, Model, ModelState, Run
from portal.notices import unread
from portal.people import Person
from portal.reports import Report, ReportState


@dataclass(frozen=True)
class Matter:
    """One thing that waits for a user: what, why, and the page to do it on."""

    title: str
    sentence: str
    path: str
    verb: str


@dataclass(frozen=True)
class Step:
    """One of the first steps of an empty portal."""

    title: str
    sentence: str
    path: str
    verb: str
    is_done: bool


Provider = Callable[[Session, User, datetime], Iterable[Matter]]


def matters(session: Session, user: User, *, at: datetime) -> list[Matter]:
    """What needs this user now, in the order of the providers."""
    return [matter for provider in PROVIDERS for matter in provider(session, user, at)]


def first_steps(session: Session) -> list[Step]:
    """From an empty portal to a ranked list and a report. Empty once all are done."""
    done = session.exec(
        select(
            exists().where(col(Person.id) > 0),
            exists().where(col(Model.state) == ModelState.READY),
            exists().where(col(CurrentRun.run_id) > 0),
            exists().where(col(Report.state) == ReportState.DONE, col(Report.kind) == "roi"),
        )
    ).one()
    return (
        [] if all(done) else [Step(*step, bool(is_done)) for step, is_done in zip(STEPS, done, strict=True)]
    )


STEPS: Final = (
    (
        "Import people",
        "Upload the export of your CRM as it is. You see what was understood before anything is saved.",
        "/imports/new?kind=people",
        "Import people",
    ),
    (
        "Train a model",
        "Choose the column that says how it went. The model shows how well it would have ranked.",
        "/models/new",
        "Train a model",
    ),
    (
        "Rank everybody",
        "Score every person, and see whom to call first.",
        "/models",
        "Rank people",
    ),
    (
        "Make a report",
        "Marketing's return on investment for a quarter, as a PDF that finance can check.",
        "/reports",
        "Make a report",
    ),
)


def _unread_notices(session: Session, user: User, _at: datetime) -> Iterable[Matter]:
    if count := unread(session, user.id):
        title = f"{count:,} unread notice{'s' if count > 1 else ''}"
        yield Matter(
            title, "Something you started is finished, or somebody waits for you.", "/notices", "Read"
        )


def _proposals(session: Session, user: User, _at: datetime) -> Iterable[Matter]:
    for definition, version in waiting_for(session, user):
        title = f"{definition.name} v{version.number} waits for your signature"
        yield Matter(title, version.why, versions.page(definition), "Read and sign")


def _disputes(session: Session, user: User, _at: datetime) -> Iterable[Matter]:
    if user.right != Right.LEADER:
        return
    if count := evidence.unanswered(session):
        title = f"{count:,} dispute{'s' if count > 1 else ''} without an answer"
        yield Matter(title, "Somebody says that a record is judged wrongly.", "/disputes", "Answer")


def _failed_jobs(session: Session, user: User, at: datetime) -> Iterable[Matter]:
    if user.right != Right.ADMINISTRATOR:
        return
    failed = select(func.count()).where(
        col(Job.state).in_((State.FAILED, State.DEAD)), col(Job.finished_at) > at - timedelta(days=7)
    )
    if count := session.exec(failed).one():
        title = f"{count:,} job{'s' if count > 1 else ''} failed this week"
        yield Matter(title, "Each says why. Mend the cause and start it again.", "/jobs", "Look at jobs")


def _waiting_imports(session: Session, user: User, _at: datetime) -> Iterable[Matter]:
    waiting = select(Import.id, Import.filename).where(
        Import.uploaded_by == user.id,
        col(Import.state).in_((ImportState.UPLOADED, ImportState.CHECKED)),
        col(Import.delivery_id).is_(None),
    )
    for import_id, filename in session.exec(waiting.order_by(col(Import.id).desc()).limit(3)).all():
        sentence = "It is uploaded, but not imported yet. Check how its columns are understood."
        yield Matter(f"Finish importing {filename}", sentence, f"/imports/{import_id}", "Go on")


def _waiting_exports(session: Session, user: User, _at: datetime) -> Iterable[Matter]:
    waiting = select(Delivery.id, Delivery.name).where(
        Delivery.uploaded_by == user.id, col(Delivery.state).in_((DeliveryState.OPEN, DeliveryState.CHECKED))
    )
    for delivery_id, name in session.exec(waiting.order_by(col(Delivery.id).desc()).limit(3)).all():
        sentence = "Its files are uploaded, but not imported yet. Check what each of them holds."
        yield Matter(f"Finish importing {name}", sentence, f"/imports/whole/{delivery_id}", "Go on")


def _ranked_list(session: Session, user: User, _at: datetime) -> Iterable[Matter]:
    if user.function != "sales":
        return
    current = select(Run).where(CurrentRun.level == "person", CurrentRun.run_id == Run.id)
    if run := session.exec(current).first():
        sentence = f"{run.scored:,} people are ranked. Group 1 is whom to call first."
        yield Matter("Call the best first", sentence, "/people", "See the list")


PROVIDERS: Final[list[Provider]] = [
    _proposals,
    _disputes,
    _failed_jobs,
    _unread_notices,
    _waiting_imports,
    _waiting_exports,
    _ranked_list,
]
