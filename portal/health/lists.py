"""The records behind a finding, or those that lack a field: a page at a time, and all of them for an export."""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, text
from sqlmodel import Session

from portal.columns import TABLES, Input
from portal.errors import NotFound
from portal.fields import Level
from portal.health import fields
from portal.health.examining import unpacked
from portal.health.findings import BY_KEY, Finding
from portal.health.tables import HealthList

PAGE: Final = 50
BATCH: Final = 1_000
BEYOND: Final = 2**31 - 1  # every id
PERSON: Final = "TRIM(r.first_name || ' ' || r.last_name)"
SHOWN: Final = {
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
"""What a list shows of each record."""


@dataclass(frozen=True)
class Selection:
    """Which records: those of a finding, or those of a level that lack a field."""

    level: Level
    finding: Finding | None = None
    missing: str = ""

    @property
    def heads(self) -> list[str]:
        return list(SHOWN[self.level])


def of_finding(key: str) -> Selection:
    if (found := BY_KEY.get(key)) is None:
        raise NotFound("Nothing of that kind is looked for. Start from the data's health.")
    return Selection(found.level, found)


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


def page(
    session: Session,
    chosen: Selection,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Page:
    """The records older than one id, or newer than another; the newest without either."""
    ids = _ids(session, chosen, before=before, after=after, limit=limit + 1)
    more, shown = len(ids) > limit, ids[:limit]
    falling = shown[::-1] if after else shown
    if not falling:
        return Page([], None, None)
    goes_on, began = (True, more) if after else (more, before is not None)
    return Page(
        _lines(session, chosen.level, falling),
        falling[-1] if goes_on else None,
        falling[0] if began else None,
    )


def every(session: Session, chosen: Selection) -> Iterator[Line]:
    """All of them, read in parts."""
    before: int | None = None
    while ids := _ids(session, chosen, before=before, after=None, limit=BATCH):
        yield from _lines(session, chosen.level, ids)
        before = ids[-1]


def _ids(
    session: Session, chosen: Selection, *, before: int | None, after: int | None, limit: int
) -> list[int]:
    """Falling from `before`, or rising from `after`."""
    if chosen.finding is None:
        return _lacking(session, chosen, before=before, after=after, limit=limit)
    kept = session.get(HealthList, chosen.finding.key)
    ids = unpacked(kept.ids) if kept else []
    if after is not None:
        start = bisect_right(ids, after)
        return list(ids[start : start + limit])
    end = len(ids) if before is None else bisect_left(ids, before)
    return list(ids[max(end - limit, 0) : end])[::-1]


def _lacking(
    session: Session, chosen: Selection, *, before: int | None, after: int | None, limit: int
) -> list[int]:
    field = field_of(session, chosen.level, chosen.missing)
    where, order = ("r.id > :place", "ASC") if after is not None else ("r.id < :place", "DESC")
    place = after if after is not None else (before or BEYOND)
    query = f"SELECT r.id {fields.source(chosen.level)} AND {field.sql} IS NULL AND {where} ORDER BY r.id {order} LIMIT :limit"
    rows = session.connection().execute(text(query), {"place": place, "limit": limit})
    return list(rows.scalars())


def field_of(session: Session, level: Level, name: str) -> Input:
    """A field by its name. Raises NotFound."""
    if (field := fields.of_level(session, level).get(name)) is None:
        raise NotFound(f"No {level} has a field “{name}”. Start from the data's health.")
    return field


def _lines(session: Session, level: Level, ids: Sequence[int]) -> list[Line]:
    shown = ", ".join(SHOWN[level].values())
    query = text(f"SELECT r.id, {shown} FROM {TABLES[level]} r WHERE r.id IN :ids ORDER BY r.id DESC")
    rows = session.connection().execute(
        query.bindparams(bindparam("ids", expanding=True)), {"ids": list(ids)}
    )
    return [Line(row[0], tuple(row[1:])) for row in rows]
