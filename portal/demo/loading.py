"""Load the demo company: into an empty database, in short writes, once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, exists, insert, text
from sqlmodel import Session, SQLModel, col, select

from portal import events
from portal.activities import ActivityKind
from portal.db import Database
from portal.demo import books, budget, clearing, history, programs, rows, users, world
from portal.demo.buying import PARTNERS
from portal.demo.history import Ids
from portal.demo.programs import PROGRAMS
from portal.demo.sellers import SELLERS
from portal.demo.stories import SEED, SOURCE
from portal.demo.timeline import Timeline
from portal.demo.world import World
from portal.errors import Conflict
from portal.fields import Level
from portal.people import ExternalId, Person

ROWS_A_WRITE: Final = 4_000
# plain, as every page asks it; each half is one look into the index of kinds
# every page asks; the index of events begins with the subject
IS_LOADED: Final = text(
    "SELECT COALESCE((SELECT MAX(id) FROM event WHERE subject = 'demo' AND kind = 'demo.loaded'), 0) "
    "> COALESCE((SELECT MAX(id) FROM event WHERE subject = 'demo' AND kind = 'demo.cleared'), 0)"
)
Progress = Callable[[int, int], None]
Rows = list[dict[str, Any]]


def is_loaded(session: Session) -> bool:
    """Whether the demo company is there, all of it."""
    session.flush()
    return bool(session.connection().execute(IS_LOADED).scalar())


def load(
    database: Database, *, at: datetime, seed: int = SEED, progress: Progress | None = None
) -> dict[str, int]:
    """Load the demo company, its two years ending at `at`. Returns how many rows of each table were written.

    Does nothing where it is loaded; what a killed loading left is cleared first. `progress(done, total)` counts
    rows. Raises Conflict in a database that holds people of its own.
    """
    with database.reading() as session:
        if is_loaded(session):
            return {}
        _refuse_beside_real_people(session)
        interrupted = session.exec(select(ExternalId.id).where(ExternalId.source == SOURCE)).first()
    if interrupted is not None:
        clearing.clear(database, at=at)
    company, timeline, secret = world.make(seed), Timeline(at), users.hashed()
    with database.transaction() as session:
        recorder = users.admit(session, secret, at=timeline.at)
        ids, kinds = _reserve(session, company), _kinds(session)
    records = [part for each in _parties(company, timeline, ids) for part in _marked(database, each)]
    parts = [*records, *_facts(company, timeline, ids, kinds, recorder)]
    counts = _write(database, parts, progress)
    with database.transaction() as session:
        events.record(session, "demo.loaded", "demo", seed, by=None, at=timeline.at, people=counts["person"])
        _count_for_the_planner(session, counts)
    return counts


def _count_for_the_planner(session: Session, tables: Iterable[str]) -> None:
    """PostgreSQL plans for tables as it counted them last; it comes round to that by itself only minutes later."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(tables)}"))


def _refuse_beside_real_people(session: Session) -> None:
    known = exists().where(
        col(ExternalId.record_id) == col(Person.id),
        col(ExternalId.level) == Level.PERSON,
        col(ExternalId.source) == SOURCE,
    )
    if session.exec(select(Person.id).where(~known)).first() is not None:
        raise Conflict(
            "There are people in this database already, and the demo company does not mix with them. "
            "Load it into an empty one: set another DATA_DIR or DATABASE_URL."
        )


def _reserve(session: Session, company: World) -> Ids:
    """Ids nobody else will get, so that rows of several tables can name each other before they are written."""
    connection = session.connection()
    return Ids(
        companies=_reserved(connection, "company", len(company.firms)),
        people=_reserved(connection, "person", len(company.members)),
        deals=_reserved(connection, "deal", len(company.talks)),
        owners=_reserved(connection, "owner", len(SELLERS)),
        partners=_reserved(connection, "partner", len(PARTNERS)),
        campaigns=_reserved(connection, "campaign", len(PROGRAMS)),
    )


def _reserved(connection: Connection, table: str, count: int) -> Sequence[int]:
    if connection.dialect.name == "sqlite":
        return _reserved_by_sqlite(connection, table, count)
    taken = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return connection.execute(taken, {"table": table, "count": count}).scalars().all()


def _reserved_by_sqlite(connection: Connection, table: str, count: int) -> Sequence[int]:
    found = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table})
    last = found.scalar()
    change = (
        "INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :seq)"
        if last is None
        else "UPDATE sqlite_sequence SET seq = :seq WHERE name = :table"
    )
    connection.execute(text(change), {"table": table, "seq": (last or 0) + count})
    return range((last or 0) + 1, (last or 0) + count + 1)


def _kinds(session: Session) -> dict[str, int]:
    """The ids of the kinds of activity by name; those that are missing are added."""
    there = set(session.exec(select(ActivityKind.name)))
    session.add_all(ActivityKind(**kind) for kind in rows.kinds() if kind["name"] not in there)
    session.flush()
    return {kind.name: kind.id for kind in session.exec(select(ActivityKind))}


@dataclass(frozen=True)
class Records:
    """Rows of one table that the demo's CRM has ids for. `level` is what these are filed under."""

    level: str
    table: str
    rows: Rows


def _parties(company: World, timeline: Timeline, ids: Ids) -> Iterator[Records]:
    """Whom and what records name, and then the records."""
    bills = programs.bills(budget.paid(company.seed, timeline), timeline)
    yield Records("owner", "owner", list(books.owners(timeline, ids)))
    yield Records("partner", "partner", list(books.partners(timeline, ids)))
    yield Records("campaign", "campaign", list(books.campaigns(bills, timeline, ids)))
    yield Records("product", "product", list(books.products(timeline)))
    yield Records(Level.COMPANY, "company", list(rows.companies(company, timeline, ids)))
    yield Records(Level.PERSON, "person", list(rows.people(company, timeline, ids)))
    yield Records(Level.DEAL, "deal", list(rows.deals(company, timeline, ids)))
    yield Records("quota", "quota", list(books.quotas(timeline, ids)))
    yield Records("order", "customer_order", list(books.orders(company, timeline, ids)))
    yield Records("spend", "spend_line", list(books.spend_lines(bills, timeline)))


def _marked(database: Database, records: Records) -> list[tuple[str, Rows]]:
    """What marks a record as the demo's is written before it, so that none is ever unmarked."""
    found = records.rows
    if "id" not in found[0]:
        with database.transaction() as session:
            ids = _reserved(session.connection(), records.table, len(found))
        found = [{"id": id_, **row} for id_, row in zip(ids, found, strict=True)]
    marks = list(rows.external_ids(records.level, [row["id"] for row in found]))
    return [("external_id", marks), (records.table, found)]


def _facts(
    company: World, timeline: Timeline, ids: Ids, kinds: dict[str, int], recorder: int
) -> list[tuple[str, Rows]]:
    """What is filed under no id of its own: it goes with the record it is about."""
    paid = budget.paid(company.seed, timeline)
    return [
        ("field", list(rows.fields(timeline.at))),
        ("spend", list(books.spend(paid, timeline, recorder))),
        ("field_change", list(history.changes(company, timeline, ids))),
        ("stage_change", list(books.stage_changes(company, timeline, ids))),
        ("deal_role", list(books.roles(company, timeline, ids))),
        ("campaign_member", list(books.members(company, timeline, ids))),
        ("activity", rows.activities(company, timeline, ids, kinds)),
    ]


def _write(database: Database, parts: list[tuple[str, Rows]], progress: Progress | None) -> dict[str, int]:
    counts: dict[str, int] = {}
    done, total = 0, sum(len(found) for _, found in parts)
    for table, found in parts:
        left = iter(found)
        while some := list(islice(left, ROWS_A_WRITE)):
            with database.transaction() as session:
                session.execute(insert(SQLModel.metadata.tables[table]), some)
            done += len(some)
            if progress:
                progress(done, total)
        counts[table] = counts.get(table, 0) + len(found)
    return counts
