"""Leads that became contacts: several ids of a source for one person, in whatever order their files come.

The contact's own values count before its leads', and those of the lead that came first before the others': a row that
counts less only fills what is empty, and one that counts more does not empty what others filled.
"""

# ruff: noqa: S608  tables and columns are our own names; what people type is always bound
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl
from sqlalchemy import text

from portal.imports.sql import Sql
from portal.imports.undoing.ledger import Ledger, What

PERSON: Final = "person"
FILLS: Final = "fills"
KEEPS: Final = "keeps"
PAIR: Final = {"lead_id": pl.String, "contact_id": pl.String, "contact_came": pl.Boolean}


@dataclass(frozen=True)
class Group:
    """One person: the contact's id, and its leads' in the order they came. `came`: a row of the contact itself did."""

    contact: str
    leads: list[str] = field(default_factory=list)
    came: bool = False

    @property
    def ids(self) -> list[str]:
        return [self.contact, *self.leads]

    def standing(self, own: str) -> str:
        """How a row of one of these ids counts against what is there already."""
        if own == self.contact:
            return KEEPS
        if self.came or own != self.leads[0]:
            return FILLS
        return KEEPS if len(self.leads) > 1 else ""


def groups(sql: Sql, source: str, records: pl.DataFrame) -> dict[str, Group]:
    """The people of these rows that have been leads and contacts, each by all its ids. Nothing is written."""
    new = stated(records)
    if not (new.height or _any_kept(sql, source)):
        return {}
    own = records["external_id"].to_list()
    pairs = _kept(sql, source, [*own, *new["contact_id"].to_list(), *new["lead_id"].to_list()])
    new = new.join(pairs, on="lead_id", how="anti", maintain_order="left")
    if not (pairs.height or new.height):
        return {}
    alone = new.join(pairs, on="contact_id", how="anti")["contact_id"].unique().to_list()
    came = {*own, *sql.record_ids(PERSON, source, alone)}
    return _gathered([*pairs.rows(), *((lead, to, False) for lead, to in new.rows())], came)


def _gathered(pairs: Sequence[tuple[str, str, bool]], here: Container[str]) -> dict[str, Group]:
    """`here`: contacts that came without being a lead's, now or before."""
    found: dict[str, Group] = {}
    for lead, contact, came in pairs:
        group = found.get(contact) or Group(contact, came=came or contact in here)
        group.leads.append(lead)
        found |= dict.fromkeys(group.ids, group)
    return found


def stated(records: pl.DataFrame) -> pl.DataFrame:
    """`lead_id` and `contact_id` of the rows that say that one became the other."""
    found = [pl.DataFrame(schema={"lead_id": pl.String, "contact_id": pl.String})]
    if records["contact_external_id"].count():
        found.append(records.select(lead_id="external_id", contact_id="contact_external_id"))
    if records["lead_external_id"].count():
        found.append(records.select(lead_id="lead_external_id", contact_id="external_id"))
    return pl.concat(found).drop_nulls().unique("lead_id", keep="first", maintain_order=True)


def _any_kept(sql: Sql, source: str) -> bool:
    some = "SELECT 1 FROM converted_lead WHERE source = :source LIMIT 1"
    return sql.connection.execute(text(some), {"source": source}).first() is not None


def _kept(sql: Sql, source: str, ids: Sequence[str]) -> pl.DataFrame:
    """The pairs kept of these ids' people, in the order they came."""
    if not _any_kept(sql, source):
        return pl.DataFrame(schema=PAIR)
    table, given = sql.given(ids)
    rows = sql.connection.execute(
        text(
            "SELECT c.lead_id, c.contact_id, c.contact_came FROM converted_lead c "
            "WHERE c.source = :source AND c.contact_id IN ("
            f"SELECT d.contact_id FROM {table} CROSS JOIN converted_lead d WHERE d.source = :source "
            f"AND d.lead_id = g.value UNION SELECT g.value FROM {table}) ORDER BY c.id"
        ),
        {"source": source, "given": given},
    )
    return pl.DataFrame([(lead, to, bool(came)) for lead, to, came in rows], schema=PAIR, orient="row")


@dataclass(frozen=True)
class Round:
    """Rows of which no two are one person. `external_id` is one that is known already, where any of a person's is."""

    records: pl.DataFrame
    standing: dict[str, str]


def rounds(people: dict[str, Group], known: dict[str, int], records: pl.DataFrame) -> Iterator[Round]:
    """The rows in turns: a contact before its leads, else as they stand in the file. `known`: our ids by theirs."""
    own = records["external_id"].to_list()
    person = [people[each].contact if each in people else each for each in own]
    asked = [_known_as(people.get(each), each, known) for each in own]
    standing = [people[each].standing(each) if each in people else "" for each in own]
    leads = [each != of for each, of in zip(own, person, strict=True)]
    frame = records.with_columns(
        pl.Series("external_id", asked, pl.String),
        pl.Series("_person", person, pl.String),
        pl.Series("_standing", standing, pl.String),
        pl.Series("_lead", leads, pl.Boolean),
    ).sort("_lead", maintain_order=True)
    frame = frame.with_columns(_turn=pl.int_range(pl.len()).over("_person"))
    for part in frame.sort("_turn", maintain_order=True).partition_by("_turn", maintain_order=True):
        counted = dict(part.select("external_id", "_standing").iter_rows())
        yield Round(part.drop("_turn", "_person", "_standing", "_lead"), counted)


def _known_as(group: Group | None, own: str, known: dict[str, int]) -> str:
    asked = [own, *(group.ids if group else ())]
    return next((each for each in asked if each in known), own)


def note(ledger: Ledger, source: str, people: dict[str, Group], came: set[str]) -> None:
    """Keep the pairs, and enter each person under all ids. `came`: the ids of the rows that are in now."""
    sql = ledger.sql
    of_all = {id(group): group for group in people.values()}.values()
    known = sql.record_ids(PERSON, source, list(people))
    kept = set(_kept(sql, source, list(people))["lead_id"])
    for group in of_all:
        record = next((known[each] for each in group.ids if each in known), None)
        if record is not None:
            _enter(ledger, source, [each for each in group.ids if each not in known], record)
            _keep(ledger, source, group, record, [lead for lead in group.leads if lead not in kept])
        if group.came or group.contact in came:
            _arrived(ledger, source, group.contact)


def _enter(ledger: Ledger, source: str, ids: list[str], record: int) -> None:
    if ids:
        keys = ({"source": source, "external_id": each} for each in ids)
        ledger.note(What.EXTERNAL_ID, ((PERSON, record, key) for key in keys))
        rows = pl.DataFrame({"external_id": ids})
        ledger.sql.insert("external_id", rows, {"level": PERSON, "source": source, "record_id": record})


def _keep(ledger: Ledger, source: str, group: Group, record: int, leads: list[str]) -> None:
    if leads:
        keys = ({"source": source, "lead_id": each} for each in leads)
        ledger.note(What.CONVERTED, ((PERSON, record, key) for key in keys))
        alike = {"source": source, "contact_id": group.contact, "contact_came": group.came}
        ledger.sql.insert("converted_lead", pl.DataFrame({"lead_id": leads}), alike)


def _arrived(ledger: Ledger, source: str, contact: str) -> None:
    leads = ledger.sql.connection.execute(
        text(
            "UPDATE converted_lead SET contact_came = TRUE WHERE source = :source AND contact_id = :contact AND NOT contact_came "
            "RETURNING lead_id"
        ),
        {"source": source, "contact": contact},
    ).scalars()
    keys = ({"source": source, "lead_id": each} for each in leads.all())
    ledger.note(What.ARRIVED, ((PERSON, 0, key) for key in keys))
