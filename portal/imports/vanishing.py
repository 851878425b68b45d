"""Rows that a source's next full file no longer has: found, and what that means, asked once and kept.

What people and companies are can be gone, and so can a deal; what happened (activities, orders, stages, spend) has
happened, so nothing is asked of such files. A record that is gone is never deleted: it is marked with the day, which its
history keeps, is left out of lists, and comes back with the file that has it again.
"""

# ruff: noqa: S608  tables are our own names; what people type is always bound
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import polars as pl
from sqlalchemy import bindparam, text
from sqlmodel import Session, select

from portal import events
from portal.db import microseconds
from portal.errors import Invalid
from portal.imports.identifiers import Seen
from portal.imports.sql import Sql
from portal.imports.tables import Import, ImportState, SavedMapping
from portal.imports.targets import TARGETS

KINDS: Final = frozenset({"people", "companies", "deals"})
RECORDS: Final = 2_000


class Meaning(StrEnum):
    """What it means that a row is no longer there. Empty: nobody has said yet."""

    PART = "part"
    GONE = "gone"


WORDS: Final = {
    Meaning.PART: "Nothing: such a file holds only a part",
    Meaning.GONE: "They were removed there: mark them as gone",
}


def meaning(session: Session, found: Import) -> str:
    """What was said of the files that this one follows."""
    saved = session.get(SavedMapping, found.saved_mapping_id) if found.saved_mapping_id else None
    return saved.vanished if saved else ""


def is_asked(session: Session, found: Import) -> bool:
    """Whether a person is to say it now: rows are missing, and nobody has said of such files what that means."""
    return bool(found.vanished) and not meaning(session, found)


def decide(session: Session, found: Import, said: str, *, by: int | None, at: datetime) -> None:
    """Keep what a vanished row means, from now on. Raises Invalid for a word that was not offered."""
    if said not in set(Meaning):
        raise Invalid("Say what it means that rows are no longer in the file.")
    saved = session.get_one(SavedMapping, found.saved_mapping_id)
    if saved.vanished != said:
        saved.vanished, saved.vanished_at, saved.vanished_by = said, at, by
        session.add(saved)
        events.record(
            session, "import.vanished_decided", "saved_mapping", saved.id, by=by, at=at,
            of=saved.kind, source=saved.source, said=said,
        )  # fmt: skip


def has_earlier(session: Session, found: Import) -> bool:
    """Whether an earlier file like it is in, so that something can have vanished."""
    if found.kind not in KINDS or not found.saved_mapping_id:
        return False
    earlier = select(Import.id).where(
        Import.saved_mapping_id == found.saved_mapping_id,
        Import.state == ImportState.DONE,
        Import.id != found.id,
    )
    return session.exec(earlier.limit(1)).first() is not None


@dataclass(frozen=True)
class Moves:
    """Ids of records that are gone now, and of those that are there again."""

    gone: list[int]
    back: list[int]


def moves(session: Session, found: Import, there: Seen) -> Iterator[Moves]:
    """What differs from what is known of earlier files like this one, a few thousand records at a time; `there` are its ids.

    Of records with several ids of the source, such as a contact that was a lead, nothing is said: another file has them.
    """
    after, earlier = 0, _earlier(session, found)
    while rows := _known(session, found, earlier, after):
        after = rows[-1][0]
        frame = pl.DataFrame(rows, schema=KNOWN, orient="row")
        missing = ~there.has(frame["external_id"])
        yield Moves(
            frame.filter(missing & ~frame["is_gone"])["id"].to_list(),
            frame.filter(~missing & frame["is_gone"])["id"].to_list(),
        )


KNOWN: Final = {"id": pl.Int64, "external_id": pl.String, "is_gone": pl.Boolean}


def _earlier(session: Session, found: Import) -> list[int]:
    """The earlier files like this one."""
    query = select(Import.id).where(Import.saved_mapping_id == found.saved_mapping_id, Import.id != found.id)
    return list(session.exec(query))


def _known(session: Session, found: Import, earlier: list[int], after: int) -> list[tuple[int, str, bool]]:
    """Walks along the index of records' ids; the plus keeps a database from gathering and sorting all of an import a page."""
    target = TARGETS[found.kind]
    query = text(
        f"SELECT e.record_id, e.external_id, r.gone_at IS NOT NULL FROM external_id e JOIN {target.table} r ON r.id = e.record_id "
        "WHERE e.level = :level AND e.record_id > :after AND e.source = :source AND +r.import_id IN :earlier "
        "AND NOT EXISTS (SELECT 1 FROM external_id o "
        "WHERE o.level = e.level AND o.record_id = e.record_id AND o.source = e.source AND o.id <> e.id) "
        "ORDER BY e.record_id LIMIT :most"
    ).bindparams(bindparam("earlier", expanding=True))
    given = {
        "level": target.level,
        "source": found.source,
        "earlier": earlier,
        "after": after,
        "most": RECORDS,
    }
    rows = session.connection().execute(query, given)
    return [(record, external_id, bool(is_gone)) for record, external_id, is_gone in rows]


WAS: Final = '{"attributes":{},"columns":{"gone_at":'


def mark(session: Session, found: Import, ids: list[int], *, gone: bool) -> None:
    """Say of records that they are gone since this import saw it, or there again; done twice it changes nothing."""
    if not ids:
        return
    assert found.started_at is not None
    sql, target, at = Sql.of(session), TARGETS[found.kind], microseconds(found.started_at)
    table, given = sql.given([str(each) for each in ids])
    among = f"id IN (SELECT CAST(g.value AS INTEGER) FROM {table})"
    named = {"given": given, "level": target.level, "at": at, "import": found.id}
    values = "NULL, CAST(:at AS TEXT)" if gone else "CAST(gone_at AS TEXT), NULL"
    sql.connection.execute(
        text(
            "INSERT INTO field_change (level, record_id, field, is_attribute, before, after, seen_at, import_id) "
            f"SELECT CAST(:level AS TEXT), id, 'gone_at', FALSE, {values}, CAST(:at AS BIGINT), CAST(:import AS INTEGER) "
            f"FROM {target.table} WHERE {among} AND gone_at IS {'NULL' if gone else 'NOT NULL'}"
        ),
        named,
    )
    sql.connection.execute(
        text(
            "INSERT INTO import_undo (import_id, what, level, record_id, before) SELECT CAST(:import AS INTEGER), 'values', "
            "CAST(:level AS TEXT), id, CAST(:start AS TEXT) || COALESCE(CAST(gone_at AS TEXT), 'null') || CAST(:end AS TEXT) "
            f"FROM {target.table} WHERE {among} AND gone_at IS {'NULL' if gone else 'NOT NULL'}"
        ),
        {name: named[name] for name in ("given", "level", "import")} | {"start": WAS, "end": "}}"},
    )
    sql.connection.execute(
        text(
            f"UPDATE {target.table} SET gone_at = {'CAST(:at AS BIGINT)' if gone else 'NULL'}, updated_at = CAST(:at AS BIGINT), "
            f"version = version + 1 WHERE {among} AND gone_at IS {'NULL' if gone else 'NOT NULL'}"
        ),
        {name: named[name] for name in ("given", "at")},
    )
