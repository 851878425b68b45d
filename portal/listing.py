"""Records of a level as lists show them: a page at a time by their ids, all of them for an export, counted up to a limit."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlmodel import Session

from portal.columns import TABLES
from portal.fields import Level

PAGE: Final = 50
BATCH: Final = 1_000
PERSON: Final = "TRIM(r.first_name || ' ' || r.last_name)"
SHOWN: Final[Mapping[Level, Mapping[str, str]]] = {
    Level.PERSON: {
        "name": f"COALESCE(NULLIF({PERSON}, ''), NULLIF(r.email, ''), 'Unnamed')",
        "email": "r.email",
        "company": "r.company_name",
        "source": "r.source",
        "owner": "r.owner",
        "country": "r.country",
    },
    Level.COMPANY: {
        "name": "r.name",
        "domain": "r.domain",
        "industry": "r.industry",
        "owner": "r.owner",
        "country": "r.country",
    },
    Level.DEAL: {
        "name": "COALESCE(NULLIF(r.name, ''), 'Unnamed')",
        "outcome": "r.outcome",
        "stage": "r.stage",
        "company": "r.company_name",
        "owner": "r.owner",
    },
}
"""What a list shows of each record `r`."""
SOUGHT: Final = {
    Level.PERSON: (f"LOWER({PERSON})", "LOWER(r.email)", "LOWER(r.company_name)"),
    Level.COMPANY: ("LOWER(r.name)", "LOWER(r.domain)"),
    Level.DEAL: ("LOWER(r.name)", "LOWER(r.company_name)"),
}
"""Where a search looks."""


@dataclass(frozen=True)
class Line:
    """One record: its id, and what the list shows of it."""

    id: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Records, the newest first, with the ids to page from; None where the list ends."""

    lines: Sequence[Line]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class Selection:
    """Records `r` of a level: the tables they are read from, which are wanted, and what is shown of them.

    `key` is the column that holds a record's id in the table that is read first.
    """

    level: Level
    source: str
    key: str = "r.id"
    where: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> Mapping[str, str]:
        return self.shown or SHOWN[self.level]

    @property
    def heads(self) -> list[str]:
        return list(self.columns)

    def narrowed(self, search: str = "", **values: str) -> "Selection":
        """Only those with these values in columns of ours, and with the words in their names."""
        given = {f"in_{name}": value for name, value in values.items() if value}
        where = [f"r.{name} = :in_{name}" for name, value in values.items() if value]
        if search:
            given["words"] = pattern(search)
            places = [f"{each} LIKE :words ESCAPE '!'" for each in SOUGHT[self.level]]
            where.append(f"({' OR '.join(places)})")
        return replace(self, where=(*self.where, *where), values={**self.values, **given})


def page(
    session: Session,
    chosen: Selection,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Page:
    """The records older than one id, or newer than another; the newest without either."""
    found = _found(session, chosen, before=before, after=after, limit=limit + 1)
    more, shown = len(found) > limit, found[:limit]
    falling = shown[::-1] if after is not None else shown
    if not falling:
        return Page([], None, None)
    goes_on, began = (True, more) if after is not None else (more, before is not None)
    return Page(falling, falling[-1].id if goes_on else None, falling[0].id if began else None)


def every(session: Session, chosen: Selection) -> Iterator[Line]:
    """All of them, read in parts, so that memory does not grow with the list."""
    before: int | None = None
    while found := _found(session, chosen, before=before, after=None, limit=BATCH):
        yield from found
        before = found[-1].id


def count(session: Session, chosen: Selection, *, cap: int) -> int:
    """How many there are; counting stops at cap + 1."""
    rows = f"SELECT 1 FROM {chosen.source} {_where(chosen.where)} LIMIT :cap"
    query = text(f"SELECT COUNT(*) FROM ({rows}) AS few")
    found: int = session.connection().execute(query, {**chosen.values, "cap": cap + 1}).scalar_one()
    return found


def _found(
    session: Session, chosen: Selection, *, before: int | None, after: int | None, limit: int
) -> list[Line]:
    """Falling from `before`, or rising from `after`."""
    place = after if after is not None else before
    where, way = list(chosen.where), "ASC" if after is not None else "DESC"
    if place is not None:
        where.append(f"{chosen.key} {'>' if after is not None else '<'} :place")
    query = text(
        f"SELECT {chosen.key}, {', '.join(chosen.columns.values())} FROM {chosen.source} {_where(where)} "
        f"ORDER BY {chosen.key} {way} LIMIT :limit"
    )
    given = {**chosen.values, "limit": limit} | ({} if place is None else {"place": place})
    return [Line(row[0], tuple(row[1:])) for row in session.connection().execute(query, given)]


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def lines(session: Session, level: Level, ids: Sequence[int]) -> list[Line]:
    """The records with these ids, the newest first."""
    shown = ", ".join(SHOWN[level].values())
    query = text(f"SELECT r.id, {shown} FROM {TABLES[level]} r WHERE r.id IN :ids ORDER BY r.id DESC")
    rows = session.connection().execute(
        query.bindparams(bindparam("ids", expanding=True)), {"ids": list(ids)}
    )
    return [Line(row[0], tuple(row[1:])) for row in rows]


def pattern(search: str) -> str:
    """What LIKE finds the words by, whatever their case, with "!" before signs that are meant as they stand."""
    literal = search.casefold().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{literal}%"
