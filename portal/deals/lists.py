"""The list of deals: filtered, a page at a time, what it adds up to, and all of it for an export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session, col

from portal.db import Money
from portal.deals.tables import Deal, Outcome
from portal.people import Person

PER_PAGE: Final = 50
COUNTED: Final = 10_000


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty: not by that. `search` looks in the names of deal, company and person."""

    outcome: str = ""
    stage: str = ""
    owner: str = ""
    search: str = ""

    @property
    def narrows(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Line:
    """One deal as the list shows it. The person's name is empty where none is known."""

    id: int
    name: str
    outcome: str
    stage: str
    owner: str
    amount: Decimal | None
    currency: str
    expected_close_on: date | None
    closed_at: datetime | None
    company: str
    person_id: int | None
    person: str


@dataclass(frozen=True)
class Page:
    """Deals, the newest first, with the ids to page from; None where the list ends."""

    lines: Sequence[Line]
    older: int | None
    newer: int | None


def page(
    session: Session,
    filters: Filters,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PER_PAGE,
) -> Page:
    """The deals older than one id, or newer than another; the newest ones without either."""
    query = _lines(filters)
    if after:
        rising = query.where(col(Deal.id) > after).order_by(col(Deal.id)).limit(limit + 1)
        found = _found(session, rising)
        lines = found[:limit][::-1]
        more_before, more_after = bool(lines), len(found) > limit
    else:
        falling = query.where(col(Deal.id) < before) if before else query
        found = _found(session, falling.order_by(col(Deal.id).desc()).limit(limit + 1))
        lines = found[:limit]
        more_before, more_after = len(found) > limit, bool(before and lines)
    return Page(lines, lines[-1].id if more_before else None, lines[0].id if more_after else None)


def every(session: Session, filters: Filters, *, batch: int = 2_000) -> Iterator[Line]:
    """All deals of the list, read in pages, so that memory does not grow with it."""
    before: int | None = None
    while True:
        found = page(session, filters, before=before, limit=batch)
        yield from found.lines
        if found.older is None:
            return
        before = found.older


def _lines(filters: Filters) -> Select[Any]:
    query = select(*COLUMNS).outerjoin(Person, col(Person.id) == col(Deal.person_id))
    return query.where(*_conditions(filters))


PERSON: Final = func.trim(
    func.coalesce(col(Person.first_name), "") + " " + func.coalesce(col(Person.last_name), "")
)
COLUMNS: Final[tuple[ColumnElement[Any], ...]] = (
    col(Deal.id).label("id"),
    func.coalesce(func.nullif(col(Deal.name), ""), "Unnamed deal").label("name"),
    col(Deal.outcome).label("outcome"),
    col(Deal.stage).label("stage"),
    col(Deal.owner).label("owner"),
    col(Deal.amount).label("amount"),
    col(Deal.currency).label("currency"),
    col(Deal.expected_close_on).label("expected_close_on"),
    col(Deal.closed_at).label("closed_at"),
    col(Deal.company_name).label("company"),
    col(Deal.person_id).label("person_id"),
    PERSON.label("person"),
)


def _found(session: Session, query: Select[Any]) -> list[Line]:
    return [Line(**row._mapping) for row in session.connection().execute(query)]  # noqa: SLF001  its public name


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    exact: list[ColumnElement[bool]] = [
        col(Deal.gone_at).is_(None),
        *(
            col(getattr(Deal, name)) == value
            for name in ("outcome", "stage", "owner")
            if (value := getattr(filters, name))
        ),
    ]
    return [*exact, _mentions(filters.search)] if filters.search else exact


def _mentions(words: str) -> ColumnElement[bool]:
    columns = (col(Deal.name), col(Deal.company_name), PERSON)
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


@dataclass(frozen=True)
class Won:
    """What won deals of one currency add up to; "" is no currency."""

    currency: str
    amount: Decimal
    deals: int


@dataclass(frozen=True)
class Summary:
    """How many deals a list has, counted up to a limit; beyond it nothing is added up."""

    count: int
    is_capped: bool
    won: Sequence[Won]


def summary(session: Session, filters: Filters, *, cap: int = COUNTED) -> Summary:
    """How many deals the list has, and what those won add up to, each currency by itself."""
    counted = (
        select(col(Deal.outcome), col(Deal.currency), col(Deal.amount))
        .outerjoin(Person, col(Person.id) == col(Deal.person_id))
        .where(*_conditions(filters))
        .limit(cap + 1)
        .subquery()
    )
    total = func.sum(counted.c.amount, type_=Money())
    query = select(counted.c.outcome, counted.c.currency, func.count(), func.count(counted.c.amount), total)
    rows = session.connection().execute(query.group_by(counted.c.outcome, counted.c.currency)).all()
    count = sum(row[2] for row in rows)
    if count > cap:
        return Summary(cap, is_capped=True, won=[])
    won = [Won(row[1], row[4], row[3]) for row in rows if row[0] == Outcome.WON and row[3]]
    return Summary(count, is_capped=False, won=sorted(won, key=lambda each: (-each.deals, each.currency)))


def choices(session: Session, *, limit: int = 60) -> dict[str, list[str]]:
    """The stages and owners people can filter by, the most frequent first."""
    return {name: _frequent(session, name, limit) for name in ("stage", "owner")}


def _frequent(session: Session, name: str, limit: int) -> list[str]:
    column = col(getattr(Deal, name))
    query = select(column).where(column != "").group_by(column).order_by(func.count().desc(), column)
    return list(session.connection().execute(query.limit(limit)).scalars())


def of_company(session: Session, company_id: int, *, limit: int = PER_PAGE) -> list[Line]:
    """The newest deals of a company."""
    query = _lines(Filters()).where(col(Deal.company_id) == company_id)
    return _found(session, query.order_by(col(Deal.id).desc()).limit(limit))


def any_there(session: Session) -> bool:
    """Whether there is any deal at all."""
    return session.connection().execute(select(col(Deal.id)).limit(1)).first() is not None
