"""Clear the demo company: all that is made up, and all that was reckoned from it. Real people and users stay."""

# ruff: noqa: S608  tables and columns are our own names
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ScalarSelect, Select, Table, delete, exists, func, inspect, or_, select, text, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from portal import events
from portal.accounts import User
from portal.activities import Activity, ActivityKind
from portal.columns import TABLES
from portal.db import Database, canonical
from portal.definitions import unsigned
from portal.demo import reckoned, users
from portal.demo.channels import KINDS
from portal.demo.stories import SOURCE
from portal.duplicates import splitting
from portal.duplicates.tables import Merge, MergeMove, Proposal
from portal.fields import Field, Level
from portal.imports.targets import TARGETS, Link
from portal.packs import ActivityMark, Pack
from portal.people import ExternalId, FieldChange
from portal.spend import Spend

Counts = dict[str, int]
Step = Callable[[Session, datetime], Counts]

# What names others goes before what it names. Stages, roles, members and activities go with what they are about.
RECORDS: Final = (
    "spend", "orders", "quotas", "deals", "people", "partners", "companies", "campaigns", "products", "owners",
)  # fmt: skip


def clear(database: Database, *, at: datetime) -> Counts:
    """Remove the demo company in a few short writes. Returns how many records of each kind went.

    A record that another source knows too stays, and so does what a model learned from another source alone.
    Events stay: they are append-only, and name the demo's users, who lose their access. Safe to repeat.
    """
    counts: Counts = {}
    for step in STEPS:
        with database.transaction() as session:
            counts |= step(session, at)
    with database.transaction() as session:
        finish(session, counts, by=None, at=at)
    return counts


def finish(session: Session, counts: Counts, *, by: int | None, at: datetime) -> None:
    """Say that it is gone, once all steps are done: not before, so that a killed clearing is known to be unfinished."""
    users.dismiss(session, at=at)
    said = {name: counts[name] for name in ("companies", "people", "deals")}
    events.record(session, "demo.cleared", "demo", 0, by=by, at=at, **said)


def _drop_what_was_reckoned(session: Session, at: datetime) -> Counts:
    reckoned.drop(session, at=at)
    return {}


def _split(session: Session, at: datetime) -> Counts:
    """Whoever took over an id of the demo when they were merged gives it back; then nothing of the merging is left."""
    carriers = rows_of(ExternalId.record_id).where(
        ExternalId.level == Level.PERSON, ExternalId.source == SOURCE
    )
    splitting.split_all(session, carriers, at=at)
    gone = made_up(Level.PERSON)
    merges = rows_of(Merge.id).where(or_(col(Merge.survivor_id).in_(gone), col(Merge.merged_id).in_(gone)))
    session.execute(delete(MergeMove).where(col(MergeMove.merge_id).in_(merges)))
    session.execute(
        delete(Merge).where(or_(col(Merge.survivor_id).in_(gone), col(Merge.merged_id).in_(gone)))
    )
    session.execute(delete(Proposal).where(or_(col(Proposal.a_id).in_(gone), col(Proposal.b_id).in_(gone))))
    return {}


def _drop_signatures(session: Session, at: datetime) -> Counts:
    """Nobody is bound by what made-up people signed."""
    unsigned.forget(session, rows_of(User.id).where(col(User.is_demo)), at=at)
    return {}


def _take_traces(session: Session, at: datetime) -> Counts:
    """What is filed under no id of its own."""
    del at
    for table, column, level in FACTS:
        facts = SQLModel.metadata.tables[table]
        session.execute(delete(facts).where(facts.c[column].in_(made_up(level))))
    of_nobody = col(Activity.person_id).is_(None)
    session.execute(delete(Activity).where(of_nobody, col(Activity.deal_id).in_(made_up(Level.DEAL))))
    for level in {TARGETS[kind].level for kind in RECORDS}:
        changes = col(FieldChange.level) == level, col(FieldChange.record_id).in_(made_up(level))
        session.execute(delete(FieldChange).where(*changes))
    by_demo_users = rows_of(User.id).where(col(User.is_demo))
    session.execute(delete(Spend).where(col(Spend.recorded_by).in_(by_demo_users)))
    return {}


FACTS: Final = (
    ("activity", "person_id", Level.PERSON),
    ("campaign_member", "person_id", Level.PERSON),
    ("campaign_member", "campaign_id", "campaign"),
    ("deal_role", "deal_id", Level.DEAL),
    ("deal_role", "person_id", Level.PERSON),
    ("stage_change", "deal_id", Level.DEAL),
)


def _let_go(session: Session, at: datetime) -> Counts:
    """A real record that points to a made-up one points to nothing instead."""
    del at
    for target in TARGETS.values():
        table = SQLModel.metadata.tables[target.table]
        for link in target.links:
            is_made_up = table.c.id.in_(made_up(target.level))
            points = table.c[link.column].in_(made_up(link.level))
            session.execute(update(table).where(points, ~is_made_up).values(_nothing(table, link)))
    return {}


def _nothing(table: Table, link: Link) -> dict[str, Any]:
    found = {link.by: ""} if link.by else {}
    return found | {link.column: None, "version": table.c.version + 1}


def counting(kind: str) -> ScalarSelect[int]:
    """How many records of a kind only the demo knows."""
    return select(func.count()).select_from(made_up(TARGETS[kind].level).subquery()).scalar_subquery()


def made_up(level: str) -> Select[tuple[int]]:
    """Ids of the records that only the demo knows."""
    ids = SQLModel.metadata.tables["external_id"]
    known, also = ids.alias(), ids.alias()
    elsewhere = exists().where(
        also.c.level == level, also.c.record_id == known.c.record_id, also.c.source != SOURCE
    )
    return select(known.c.record_id).where(known.c.level == level, known.c.source == SOURCE, ~elsewhere)


def _taking(kind: str) -> Step:
    """The step that takes the records of a kind."""
    target = TARGETS[kind]

    def take(session: Session, at: datetime) -> Counts:
        del at
        record = SQLModel.metadata.tables[target.table]
        ids = session.execute(made_up(target.level)).scalars().all()
        session.execute(delete(record).where(record.c.id.in_(made_up(target.level))))
        marks = col(ExternalId.level) == target.level, col(ExternalId.source) == SOURCE
        session.execute(delete(ExternalId).where(*marks))
        return {kind: len(ids)}

    return take


def _tidy(session: Session, at: datetime) -> Counts:
    """Fields and kinds of activity that nobody uses any more, typed columns of records that are gone, and all packs."""
    del at
    session.execute(delete(Pack))
    session.execute(delete(ActivityMark))
    session.execute(delete(Field).where(col(Field.id).in_(_unused_fields(session))))
    idle = ~exists().where(col(Activity.kind_id) == col(ActivityKind.id))
    names = [kind.name for kind in KINDS]
    session.execute(delete(ActivityKind).where(col(ActivityKind.name).in_(names), idle))
    connection = session.connection()
    for level, table in TABLES.items():
        if inspect(connection).has_table(f"columns_{level}"):
            connection.execute(
                text(f"DELETE FROM columns_{level} WHERE record_id NOT IN (SELECT id FROM {table})")
            )
    return {}


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


STEPS: Final[tuple[Step, ...]] = (
    _drop_what_was_reckoned,
    _drop_signatures,
    _split,
    _take_traces,
    _let_go,
    *(_taking(kind) for kind in RECORDS),
    _tidy,
)
