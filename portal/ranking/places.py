"""The list people work from the top: a page of places, in the order of a run's ranks, or of arrival where no model ranks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, text
from sqlmodel import Session

from portal import listing
from portal.errors import Invalid
from portal.fields import Level
from portal.judging import lists
from portal.models.tables import Run
from portal.ranking import quadrants
from portal.ranking.quadrants import Quadrant


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to. `open_only`: not opted out, not a customer yet: whom one could still call.

    `meets`: the term whose definition in force they meet.
    """

    open_only: bool = True
    group: int | None = None
    source: str = ""
    owner: str = ""
    country: str = ""
    search: str = ""
    meets: str = ""


class Place(NamedTuple):
    """One line of the list. Where no model ranks there is no rank, no group and no propensity.

    `expected` is the propensity times the amount expected of a purchase, where amounts are known.
    """

    rank: int | None
    group: int | None
    propensity: float | None
    expected: float | None
    engagement: float | None
    id: int
    arrived_at: int
    came_at: int | None
    name: str
    email: str
    title: str
    company: str
    source: str
    owner: str
    country: str
    opted_out: bool
    customer: bool

    @property
    def quadrant(self) -> Quadrant | None:
        if self.group is None or self.engagement is None:
            return None
        return quadrants.of(self.group, self.engagement)

    @property
    def cursor(self) -> str:
        return str(self.rank) if self.rank else f"{self.arrived_at}.{self.id}"


@dataclass(frozen=True)
class Page:
    """A page of places, with the cursors of the pages that follow and precede it; None where there is none."""

    places: Sequence[Place]
    after: str | None
    before: str | None


def page(
    session: Session, run: Run | None, filters: Filters, *, after: str = "", before: str = "", limit: int = 50
) -> Page:
    """The places that follow one cursor, or precede another; the first ones without either."""
    order = _by_rank(run) if run else BY_ARRIVAL
    rows = _rows(session, order, filters, after=after, before=before, limit=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    places = [Place._make(row) for row in (reversed(rows) if before else rows)]
    if not places:
        return Page([], None, None)
    follows, precedes = (True, more) if before else (more, bool(after))
    return Page(places, places[-1].cursor if follows else None, places[0].cursor if precedes else None)


def every(session: Session, run: Run | None, filters: Filters, *, batch: int = 5_000) -> Iterator[Place]:
    """All places from the top, read in pages, so that memory does not grow with the list."""
    after = ""
    while True:
        found = page(session, run, filters, after=after, limit=batch)
        yield from found.places
        if not found.after:
            return
        after = found.after


@dataclass(frozen=True)
class _Order:
    """An order the list can be read in, forwards and backwards."""

    tables: str
    score: str
    keys: tuple[str, ...]
    rises: bool

    def by(self, *, backwards: bool) -> str:
        way = "ASC" if self.rises != backwards else "DESC"
        return ", ".join(f"{key} {way}" for key in self.keys)

    def beyond(self, *, backwards: bool) -> str:
        sign = ">" if self.rises != backwards else "<"
        places = ", ".join(f":cursor_{n}" for n in range(len(self.keys)))
        return f"({', '.join(self.keys)}) {sign} ({places})"


# the newest first
BY_ARRIVAL: Final = _Order("person p", "NULL, NULL, NULL, NULL, NULL", ("p.arrived_at", "p.id"), rises=False)


def _by_rank(run: Run) -> _Order:
    return _Order(
        f"score_{run.id:d} s JOIN person p ON p.id = s.record_id",
        "s.rank, (s.grp + 1) / 2, s.propensity, s.propensity * s.value, s.engagement",
        ("s.rank",),
        rises=True,
    )


PERSON: Final = (
    "p.id, p.arrived_at, p.came_at, TRIM(p.first_name || ' ' || p.last_name), p.email, p.title, p.company_name, p.source, p.owner, "
    "p.country, p.opted_out_at IS NOT NULL, p.customer_at IS NOT NULL"
)


def _rows(
    session: Session, order: _Order, filters: Filters, *, after: str, before: str, limit: int
) -> list[Any]:
    where, values = _conditions(session, filters, ranked=order is not BY_ARRIVAL)
    if cursor := before or after:
        where.append(order.beyond(backwards=bool(before)))
        values |= _cursor(cursor, len(order.keys))
    query = (
        f"SELECT {order.score}, {PERSON} FROM {order.tables} {_where(where)} "
        f"ORDER BY {order.by(backwards=bool(before))} LIMIT :limit"
    )
    return list(session.connection().execute(text(query), values | {"limit": limit}))


def _cursor(cursor: str, keys: int) -> dict[str, int]:
    parts = cursor.split(".")
    if len(parts) != keys or not all(part.lstrip("-").isdigit() for part in parts):
        raise Invalid("The list changed since that page was shown. Start again from its top.")
    return {f"cursor_{n}": int(part) for n, part in enumerate(parts)}


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _conditions(session: Session, filters: Filters, *, ranked: bool) -> tuple[list[str], dict[str, Any]]:
    where = ["p.merged_into_id IS NULL", "p.gone_at IS NULL"]
    where += ["p.opted_out_at IS NULL", "p.customer_at IS NULL"] if filters.open_only else []
    values: dict[str, Any] = {}
    for name in ("source", "owner", "country"):
        if value := getattr(filters, name):
            where.append(f"p.{name} = :{name}")
            values[name] = value
    if filters.group and ranked:
        where.append("(s.grp + 1) / 2 = :group")
        values["group"] = filters.group
    if filters.meets:
        where.append(lists.met(session, filters.meets, Level.PERSON, "p.id"))
    if filters.search:
        where.append(SEARCH)
        values["search"] = listing.pattern(filters.search)
    return where, values


SEARCH: Final = (
    "(LOWER(p.first_name || ' ' || p.last_name) LIKE :search ESCAPE '!' OR LOWER(p.email) LIKE :search ESCAPE '!' "
    "OR LOWER(p.company_name) LIKE :search ESCAPE '!')"
)


def count(session: Session, run: Run | None, filters: Filters, *, cap: int = 10_000) -> int:
    """How many places the list has; counting stops at cap + 1."""
    order = _by_rank(run) if run else BY_ARRIVAL
    where, values = _conditions(session, filters, ranked=run is not None)
    query = f"SELECT COUNT(*) FROM (SELECT 1 FROM {order.tables} {_where(where)} LIMIT :cap) t"
    found: int = session.connection().execute(text(query), values | {"cap": cap + 1}).scalar_one()
    return found


@dataclass(frozen=True)
class Score:
    """What a run says of one record: its rank of so many, its group 1-10, its propensity 0 to 1.

    `value` is the amount expected if it buys, in `currency`; none where no amounts are known.
    """

    rank: int
    group: int
    propensity: float
    value: float | None
    engagement: float
    of: int
    currency: str = ""

    @property
    def expected(self) -> float | None:
        return None if self.value is None else self.propensity * self.value


def score_of(session: Session, run: Run, record_id: int) -> Score | None:
    """The score of one record in a run; None for a record that came after it."""
    query = f"SELECT rank, (grp + 1) / 2, propensity, value, engagement FROM score_{run.id:d} WHERE record_id = :id"
    row = session.connection().execute(text(query), {"id": record_id}).first()
    if row is None:
        return None
    rank, group, propensity, value, engagement = row
    return Score(rank, group, propensity, value, engagement, run.scored, run.currency)


def raw_sums(session: Session, run: Run, ids: Sequence[int]) -> dict[int, float]:
    """The raw sums a run gave some records, by id."""
    query = text(f"SELECT record_id, score FROM score_{run.id:d} WHERE record_id IN :ids")
    rows = session.connection().execute(
        query.bindparams(bindparam("ids", expanding=True)), {"ids": list(ids)}
    )
    return {row[0]: row[1] for row in rows}


def top(session: Session, run: Run, *, limit: int) -> list[int]:
    """The records at the top of a run, of any level."""
    query = f"SELECT record_id FROM score_{run.id:d} ORDER BY rank LIMIT :limit"
    return list(session.connection().execute(text(query), {"limit": limit}).scalars())


def choices(session: Session, *, limit: int = 200) -> dict[str, list[str]]:
    """The values people can filter by, in alphabetical order."""
    found: dict[str, list[str]] = {column: [] for column in NARROWING}
    for column, value in session.connection().execute(text(CHOICES), {"limit": limit}):
        found[column].append(value)
    return found


def _hops(column: str) -> str:
    """Hops along the index from value to value, so that it takes as long for a million people as for a thousand."""
    hop = f"SELECT MIN({column}) FROM person WHERE {column} > "
    return (
        f"{column}_hops(number, value) AS (SELECT 1, ({hop} '') UNION ALL SELECT number + 1, ({hop} value) "
        f"FROM {column}_hops WHERE value IS NOT NULL AND number < :limit)"
    )


NARROWING: Final = ("source", "owner", "country")
CHOICES: Final = f"WITH RECURSIVE {', '.join(map(_hops, NARROWING))} " + " UNION ALL ".join(
    f"SELECT '{c}', value FROM {c}_hops WHERE value IS NOT NULL" for c in NARROWING
)
