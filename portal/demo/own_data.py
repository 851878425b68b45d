"""Starting with one's own data: what goes and what stays, who runs the portal from then on, and the clearing as a job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, ScalarSelect, func
from sqlalchemy import select as columns
from sqlmodel import Session, SQLModel, col, select

from portal import jobs
from portal.accounts import Right, User, users
from portal.accounts.users import Invitation
from portal.definitions import Definition
from portal.demo import clearing, loading
from portal.demo import users as demo_users
from portal.demo.stories import COMPANY
from portal.errors import Conflict, NotFound
from portal.exports import Export
from portal.fields import Level
from portal.imports.tables import Import
from portal.jobs.rules import OPEN
from portal.jobs.tables import Job
from portal.models.tables import Model
from portal.people import Person
from portal.reports import Report
from portal.spend import Spend

KIND: Final = "clear_demo"
NOBODY: Final = "Say who runs the portal from now on: the demo's people lose their access."


@dataclass(frozen=True)
class Count:
    """So many of something; `word` is for one."""

    word: str
    words: str
    count: int


@dataclass(frozen=True)
class Plan:
    """What clearing takes and leaves, as of now. `is_orphaned`: nobody but the demo's people could run the portal then."""

    goes: tuple[Count, ...]
    stays: tuple[Count, ...]
    is_orphaned: bool


def plan(session: Session) -> Plan:
    """What would go and what would stay. Raises NotFound where no demo company is loaded."""
    if not loading.is_loaded(session):
        raise NotFound("No demo company is loaded here: all there is, is your own.")
    goes, stays = _goes(), _stays()
    able = User.right == Right.ADMINISTRATOR, col(User.password_hash).is_not(None)
    counted = session.execute(
        columns(*(query for _, _, query in (*goes, *stays)), _rows(User, *able, *_active(is_demo=False)))
    ).one()
    counts = [
        Count(one, many, count) for (one, many, _), count in zip((*goes, *stays), counted, strict=False)
    ]
    return Plan(tuple(counts[: len(goes)]), tuple(counts[len(goes) :]), is_orphaned=not counted[-1])


Counted = tuple[str, str, ScalarSelect[int]]


def _goes() -> tuple[Counted, ...]:
    by_demo = col(Spend.recorded_by).in_(select(User.id).where(col(User.is_demo)))
    return (
        ("person", "people, with all they did", clearing.counting("people")),
        ("company", "companies", clearing.counting("companies")),
        ("deal", "deals, with their stages and roles", clearing.counting("deals")),
        ("campaign", "campaigns, with their members", clearing.counting("campaigns")),
        ("order", "orders", clearing.counting("orders")),
        ("owner", "owners, with their quotas", clearing.counting("owners")),
        ("partner", "partners", clearing.counting("partners")),
        ("amount of spend", "amounts of spend", _rows(Spend, by_demo)),
        ("model, and all that it ranked", "models, and all that they ranked", _rows(Model)),
        ("report", "reports", _rows(Report)),
        ("exported file", "exported files", _rows(Export)),
        (
            "demo user, who loses the access",
            "demo users, who lose their access",
            _rows(User, *_active(is_demo=True)),
        ),
    )


def _stays() -> tuple[Counted, ...]:
    own = col(Person.id).not_in(clearing.made_up(Level.PERSON))
    return (
        ("person of your own", "people of your own", _rows(Person, own)),
        ("import", "imports", _rows(Import)),
        ("user of your own", "users of your own", _rows(User, *_active(is_demo=False))),
        ("definition", "definitions", _rows(Definition)),
    )


def _rows(table: type[SQLModel], *where: ColumnElement[bool] | bool) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _active(*, is_demo: bool) -> tuple[ColumnElement[bool], ...]:
    return col(User.is_demo).is_(is_demo), col(User.disabled_at).is_(None)


def clearing_job(session: Session) -> Job | None:
    """The job that clears, while it waits or runs."""
    return session.exec(select(Job).where(Job.kind == KIND, col(Job.state).in_(OPEN))).first()


@dataclass(frozen=True)
class Own:
    """The first administrator of one's own, with the hash of a password, so that nobody is ever locked out."""

    invitation: Invitation
    password_hash: str


def start(session: Session, *, by: User, own: Own | None, key: str, at: datetime) -> User:
    """Let the demo's people go at once, and have the rest cleared. Returns who runs the portal from now on.

    Raises NotFound where no demo company is loaded, Conflict where nobody could run the portal afterwards, or the address
    of `own` is known.
    """
    if plan(session).is_orphaned and own is None:
        raise Conflict(NOBODY)
    runs = _admitted(session, own, by=by.id, key=key, at=at) if own else by
    demo_users.dismiss(session, at=at)
    if clearing_job(session) is None:
        title = f"Clear {COMPANY}"
        jobs.add(session, KIND, title=title, arguments={"by": runs.id}, by=runs.id, at=at, page="/")
    return runs


def _admitted(session: Session, own: Own, *, by: int, key: str, at: datetime) -> User:
    found, _, _ = users.invite(session, own.invitation, key=key, by=by, at=at)
    users.set_password(session, found.id, own.password_hash, at=at)
    return found
