"""What ties records together: links to others by id, name or mail domain, leads that became contacts, related rows.

Applying a part goes through here three times: `turns` before it, `linked` and `weighed` within, `follow` after it.
Whatever the order of files, the end is one.
"""

from collections.abc import Iterator
from datetime import datetime

import polars as pl
from sqlmodel import Session

from portal.imports.links import conversions, kinds_of_activity, spending, uniting, waiting
from portal.imports.links.conversions import Round
from portal.imports.links.linking import kept
from portal.imports.links.linking import linked as _linked
from portal.imports.links.related import related
from portal.imports.links.settling import Range, ranges, settle
from portal.imports.links.waiting import unresolved
from portal.imports.links.weighing import weighed as _weighed
from portal.imports.mapping import Mapping
from portal.imports.sql import Sql
from portal.imports.targets import Target
from portal.imports.undoing.ledger import Ledger

__all__ = [
    "Range",
    "Round",
    "follow",
    "linked",
    "ranges",
    "related",
    "settle",
    "stood",
    "turns",
    "unresolved",
    "weighed",
]


def turns(
    session: Session,
    target: Target,
    mapping: Mapping,
    records: pl.DataFrame,
    *,
    at: datetime | None,
    ledger: Ledger | None,
) -> Iterator[Round]:
    """The rows in turns of which none has two of one person. What they need is made first, at `at`; None: nothing is written.

    The `ledger` goes with `at`.
    """
    sql = Sql.of(session)
    if ledger and target.table == "activity":
        kinds_of_activity.enter(ledger, records)
    people = conversions.groups(sql, mapping.source, records) if target.table == "person" else {}
    if not people:
        yield Round(records, {})
        return
    known = sql.record_ids(conversions.PERSON, mapping.source, list(people))
    known |= sql.record_ids(conversions.PERSON, mapping.source, records["external_id"].to_list())
    if at and ledger:
        known = uniting.unite_all(session, people, known, at, ledger)
    for turn in conversions.rounds(people, known, records):
        yield turn
        if ledger:
            conversions.note(ledger, mapping.source, people, set(turn.standing))
            waiting.arrive(ledger, target.level, mapping.source, list(people))


def linked(sql: Sql, target: Target, mapping: Mapping, records: pl.DataFrame) -> pl.DataFrame:
    """The rows with the ids of the records they name."""
    if target.table == "activity":
        records = kinds_of_activity.numbered(sql, records)
    return _linked(sql, target, mapping, records)


def weighed(target: Target, mapping: Mapping, standing: dict[str, str], known: pl.DataFrame) -> pl.DataFrame:
    """Rows that are there already, as they are to be: what counts more than they do stays."""
    return _weighed(target, standing, kept(target, mapping, known))


def stood(sql: Sql, target: Target, mapping: Mapping, records: pl.DataFrame) -> pl.DataFrame | None:
    """What rows that are there already stand for elsewhere, before they change. `follow` takes it."""
    return spending.stood(sql, mapping.source, records) if target.table == "spend_line" else None


def follow(
    ledger: Ledger,
    target: Target,
    mapping: Mapping,
    records: pl.DataFrame,
    *,
    before: pl.DataFrame | None,
) -> None:
    """After linked rows are in: keep what they wait for, and make the links that waited for them. `before`: what `stood` gave."""
    waiting.note(ledger, target, mapping.source, records)
    waiting.arrive(ledger, target.level, mapping.source, records["external_id"].to_list())
    if before is not None:
        spending.add_up(ledger, records, before)
