"""Clear the demo company: all that is made up, and all that was reckoned from it. Real people and users stay."""

from datetime import datetime
from typing import Final

from sqlalchemy import Select, delete, exists, inspect, or_, select, text, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from portal import events, jobs
from portal.accounts import User
from portal.activities import Activity, ActivityKind
from portal.columns import TABLES
from portal.db import Database, canonical
from portal.deals import Deal
from portal.demo import users
from portal.demo.channels import KINDS
from portal.demo.stories import SOURCE
from portal.duplicates import splitting
from portal.fields import Field, Level
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job
from portal.models.tables import CurrentRun, LeakDecision, Model, ModelFile, Reason, Reign, Run
from portal.people import ExternalId, FieldChange, Person
from portal.reports import Report, ReportFile
from portal.spend import Spend

EXTERNAL_ID: Final = SQLModel.metadata.tables["external_id"]
RECKONING: Final = frozenset({"train", "score", "report", "duplicates"})
# their own, or one they took over when they were merged
CARRY_AN_ID_OF_THE_DEMO: Final = rows_of(ExternalId.record_id).where(
    ExternalId.level == Level.PERSON, ExternalId.source == SOURCE
)


def clear(database: Database, *, at: datetime) -> dict[str, int]:
    """Remove the demo company in a few short writes. Returns how many companies, people and deals went.

    A record that another source knows too stays, and so does what a model learned from another source alone.
    Events stay: they are append-only, and name the demo's users, who lose their access. Safe to repeat.
    """
    with database.transaction() as session:
        _drop_what_was_reckoned(session, at=at)
        splitting.split_all(session, CARRY_AN_ID_OF_THE_DEMO, at=at)
    counts: dict[str, int] = {}
    for step in (_take_traces, _take_deals, _take_people, _take_companies):
        with database.transaction() as session:
            counts |= step(session)
    with database.reading() as session:
        unused = _unused_fields(session)
    with database.transaction() as session:
        session.execute(delete(Field).where(col(Field.id).in_(unused)))
        _tidy(session)
        users.dismiss(session, at=at)
        events.record(session, "demo.cleared", "demo", 0, by=None, at=at, **counts)
    return counts


def _drop_what_was_reckoned(session: Session, *, at: datetime) -> None:
    """Runs, reports and models rest on made-up records; jobs that make more of them are called off."""
    for job_id in session.exec(rows_of(Job.id).where(col(Job.state).in_(OPEN), col(Job.kind).in_(RECKONING))):
        jobs.cancel(session, job_id, by=None, at=at)
    for run_id in session.exec(rows_of(Run.id)):
        session.connection().execute(text(f"DROP TABLE IF EXISTS score_{run_id:d}"))
    for table in (Reason, CurrentRun, Run, ReportFile, Report):
        session.execute(delete(table))
    made_up = or_(col(Model.source).is_(None), col(Model.source) == SOURCE)
    for of_model in (ModelFile, Reign, LeakDecision):
        session.execute(delete(of_model).where(col(of_model.model_id).in_(rows_of(Model.id).where(made_up))))
    session.execute(delete(Model).where(made_up))


def _take_traces(session: Session) -> dict[str, int]:
    session.execute(delete(Activity).where(col(Activity.person_id).in_(_made_up(Level.PERSON))))
    for level in Level:
        of_level = col(FieldChange.level) == level
        session.execute(delete(FieldChange).where(of_level, col(FieldChange.record_id).in_(_made_up(level))))
    by_demo_users = rows_of(User.id).where(col(User.is_demo))
    session.execute(delete(Spend).where(col(Spend.recorded_by).in_(by_demo_users)))
    return {}


def _take_deals(session: Session) -> dict[str, int]:
    return {"deals": _take(session, Level.DEAL)}


def _take_people(session: Session) -> dict[str, int]:
    _let_go(session, Deal, "person_id", Level.PERSON)
    return {"people": _take(session, Level.PERSON)}


def _take_companies(session: Session) -> dict[str, int]:
    for holder in (Person, Deal):
        _let_go(session, holder, "company_id", Level.COMPANY)
    return {"companies": _take(session, Level.COMPANY)}


def _made_up(level: Level) -> Select[tuple[int]]:
    """Ids of the records that only the demo knows."""
    known, also = EXTERNAL_ID.alias(), EXTERNAL_ID.alias()
    elsewhere = exists().where(
        also.c.level == level, also.c.record_id == known.c.record_id, also.c.source != SOURCE
    )
    return select(known.c.record_id).where(known.c.level == level, known.c.source == SOURCE, ~elsewhere)


def _let_go(session: Session, holder: type[Person | Deal], name: str, level: Level) -> None:
    """A real record that points to a made-up one points to nothing instead."""
    points = getattr(holder, name).in_(_made_up(level))
    session.execute(update(holder).where(points).values({name: None, "version": holder.version + 1}))


def _take(session: Session, level: Level) -> int:
    ids = session.execute(_made_up(level)).scalars().all()
    record = SQLModel.metadata.tables[TABLES[level]]
    session.execute(delete(record).where(record.c.id.in_(_made_up(level))))
    session.execute(
        delete(ExternalId).where(col(ExternalId.level) == level, col(ExternalId.source) == SOURCE)
    )
    return len(ids)


def _unused_fields(session: Session) -> list[int]:
    """The demo's fields that no remaining record has."""
    return [
        field.id
        for field in session.exec(rows_of(Field).where(Field.source == SOURCE))
        if not _is_used(session, field)
    ]


def _is_used(session: Session, field: Field) -> bool:
    record = SQLModel.metadata.tables[TABLES[Level(field.level)]]
    key = canonical(field.name) + ":"
    found = session.execute(
        select(record.c.id).where(record.c.attributes.contains(key, autoescape=True)).limit(1)
    )
    return found.first() is not None


def _tidy(session: Session) -> None:
    """Kinds of activity that nobody uses, and typed columns of records that are gone."""
    idle = ~exists().where(col(Activity.kind_id) == col(ActivityKind.id))
    names = [kind.name for kind in KINDS]
    session.execute(delete(ActivityKind).where(col(ActivityKind.name).in_(names), idle))
    connection = session.connection()
    for level, table in TABLES.items():
        if inspect(connection).has_table(f"columns_{level}"):
            connection.execute(
                text(f"DELETE FROM columns_{level} WHERE record_id NOT IN (SELECT id FROM {table})")  # noqa: S608  our own names
            )
