"""The records behind a finding, or those that lack a field: a page at a time, and all of them for an export."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from portal import listing
from portal.columns import Input
from portal.errors import NotFound
from portal.fields import Level
from portal.health import fields
from portal.health.examining import unpacked
from portal.health.findings import BY_KEY, Finding
from portal.health.tables import HealthList
from portal.listing import SHOWN, Line, Page

PAGE: Final = 50
BATCH: Final = 1_000
BEYOND: Final = 2**31 - 1  # every id


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
        listing.lines(session, chosen.level, falling),
        falling[-1] if goes_on else None,
        falling[0] if began else None,
    )


def every(session: Session, chosen: Selection) -> Iterator[Line]:
    """All of them, read in parts."""
    before: int | None = None
    while ids := _ids(session, chosen, before=before, after=None, limit=BATCH):
        yield from listing.lines(session, chosen.level, ids)
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
