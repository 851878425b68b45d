"""Applying a part of an import: which records are new, which changed and how, and writing just that.

Applied twice, the second time changes nothing. A field the mapping does not fill is left as it is; attributes of other
files of the source stay. What a record had before is kept in `field_change`. What a person changed by hand stays while
the source says the same as before.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

import polars as pl
from sqlmodel import Session

from portal.db import canonical, microseconds
from portal.imports import links, said
from portal.imports.by_hand import ByHand, by_hand
from portal.imports.kinds import KINDS
from portal.imports.mapping import Mapping
from portal.imports.sql import Sql
from portal.imports.targets import TARGETS, Place, Target
from portal.imports.undoing.ledger import Ledger, What

ATTRIBUTES: Final = "attributes"


@dataclass(frozen=True)
class Applied:
    """How many records a part created, updated, or found as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged
        )


@dataclass(frozen=True)
class Part:
    """Rows to apply, from one import. `records` are a batch's, or some of them; `standing` says which count more or less."""

    records: pl.DataFrame
    mapping: Mapping
    import_id: int
    at: datetime
    standing: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        return TARGETS[self.mapping.kind]

    @property
    def filled(self) -> list[Place]:
        """The columns this import says something about."""
        return [place for place in self.target.places if place.field in self.mapping.filled]


def compare(session: Session, part: Part) -> Applied:
    """What applying would do."""
    return examine(session, part).counts


@dataclass(frozen=True)
class Examined:
    """What applying a part would do: how many, which records would change and how, and the ids of new ones."""

    counts: Applied
    changes: list["Change"]
    new: list[str]


def examine(session: Session, part: Part) -> Examined:
    """What applying would do, in detail."""
    sql = Sql.of(session)
    plans = [_plan(sql, each) for each in _turns(session, part, at=None)]
    return Examined(
        sum((plan.counts for plan in plans), Applied()),
        [change for plan in plans for change in plan.changes],
        [each for plan in plans for each in plan.new["external_id"].to_list()],
    )


def apply(session: Session, part: Part) -> Applied:
    """Write what is new and what changed, with its links, and what the rows bring beside themselves."""
    sql = Sql.of(session)
    done = sum((_apply(sql, each) for each in _turns(session, part, at=part.at)), Applied())
    for records, mapping in links.related(part.mapping, part.records):
        apply(session, replace(part, records=records, mapping=mapping))
    return done


def _turns(session: Session, part: Part, *, at: datetime | None) -> Iterator[Part]:
    ledger = Ledger(Sql.of(session), part.import_id) if at else None
    for turn in links.turns(session, part.target, part.mapping, part.records, at=at, ledger=ledger):
        yield replace(part, records=turn.records, standing=turn.standing)


def _apply(sql: Sql, part: Part) -> Applied:
    plan = _plan(sql, part)
    before = links.stood(sql, part.target, part.mapping, plan.linked)
    _create(sql, part, plan.new)
    _keep(Ledger(sql, part.import_id), part, plan)
    _update(sql, part, plan.changes)
    _say(sql, part, plan)
    links.follow(Ledger(sql, part.import_id), part.target, part.mapping, plan.linked, before=before)
    return plan.counts


class Moved(NamedTuple):
    """A value that is another one now: a column's, or an attribute's, which may be called alike."""

    field: str
    before: Any
    after: Any
    is_attribute: bool


@dataclass(frozen=True)
class Change:
    """A record that differs: its new values by column, and what each was.

    `overruled` are columns where a person's value gives way to a newer one of the source; `was` is what the columns held.
    """

    record_id: int
    values: dict[str, Any]
    history: list[Moved]
    overruled: frozenset[str] = frozenset()
    was: dict[str, Any] = field(default_factory=dict)

    @property
    def before(self) -> dict[str, Any]:
        """What puts it back: what each column held, and each attribute that is another one."""
        attributes = {moved.field: moved.before for moved in self.history if moved.is_attribute}
        return {"columns": self.was, ATTRIBUTES: attributes}


@dataclass(frozen=True)
class Plan:
    """What is to be done with a part's rows; `linked` are all of them with the records they name.

    `compared` are those rows that did not say just what they said last, whether or not anything is to be changed.
    """

    linked: pl.DataFrame
    new: pl.DataFrame
    changes: list[Change]
    known: pl.DataFrame
    compared: pl.DataFrame

    @property
    def counts(self) -> Applied:
        return Applied(self.new.height, len(self.changes), self.known.height - len(self.changes))


def _plan(sql: Sql, part: Part) -> Plan:
    linked = links.linked(sql, part.target, part.mapping, part.records)
    incoming = _stored(linked, part)
    names = [column.column for column in part.mapping.attributes]
    incoming = incoming.with_columns(said.digests(incoming.drop("external_id"), names, SINCE))
    source, ids = part.mapping.source, incoming["external_id"].to_list()
    joined = incoming.join(
        sql.known(part.target, source, ids), on="external_id", how="left", maintain_order="left"
    )
    new = joined.filter(pl.col("record_id").is_null()).select(incoming.columns)
    known = joined.filter(pl.col("record_id").is_not_null())
    compared = known.filter(_is_news(part))
    there = sql.existing(part.target, source, compared["external_id"].to_list())
    beside = compared.join(there, on="external_id", suffix="_there", maintain_order="left")
    beside = links.weighed(part.target, part.mapping, part.standing, beside)
    return Plan(linked, new, list(_changes(sql, part, beside)), known, compared)


def _is_news(part: Part) -> pl.Expr:
    """Whether a known row has to be compared: one that counts more or less than others always is."""
    if any(part.standing.values()):
        return pl.lit(value=True)
    return pl.col("said_there").ne_missing(said.of("record_id", pl.col("version")))


def _stored(linked: pl.DataFrame, part: Part) -> pl.DataFrame:
    """The rows as the table stores them: `external_id`, `attributes`, and the columns this import fills."""
    records = _flagged(linked, part.mapping, microseconds(part.at))
    columns = [place.of(records[place.field]).alias(place.column) for place in part.filled]
    return pl.DataFrame([records["external_id"], records[ATTRIBUTES], *columns])


def _flagged(records: pl.DataFrame, mapping: Mapping, seen: int) -> pl.DataFrame:
    """A flag without a day holds since it was seen, at the latest."""
    day = pl.lit(seen, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
    since = [
        pl.when(field.name)
        .then(pl.coalesce(field.since, day))
        .when(pl.col(field.name).not_())
        .then(None)
        .otherwise(pl.col(field.since))
        .alias(field.since)
        for field in mapping.record.fields
        if field.since
    ]
    return records.with_columns(since) if since else records


def _changes(sql: Sql, part: Part, known: pl.DataFrame) -> Iterator[Change]:
    """The records that differ from what the table has. A flag's day, once known, is not moved by seeing the flag again."""
    columns = [place.column for place in part.filled]
    differs = [_differs(column) for column in columns] + [
        pl.col(ATTRIBUTES).ne_missing(pl.col(f"{ATTRIBUTES}_there"))
    ]
    differing = known.filter(pl.any_horizontal(differs))
    held = by_hand(sql, part.target.level, part.mapping.source, differing["record_id"].to_list())
    names = [column.column for column in part.mapping.attributes]
    for row in differing.iter_rows(named=True):
        values = _values(part, held, columns, row)
        history = [
            Moved(column, row[f"{column}_there"], value, is_attribute=False)
            for column, value in values.items()
            if column not in part.target.silent
        ]
        overruled = frozenset(column for column in values if held.holds(row["record_id"], column))
        merged, moved = _merged(row[f"{ATTRIBUTES}_there"], row[ATTRIBUTES], names)
        if moved:
            values[ATTRIBUTES] = merged
        if values:
            was = {column: row[f"{column}_there"] for column in values if column != ATTRIBUTES}
            yield Change(row["record_id"], values, history + moved, overruled, was)


def _values(part: Part, held: ByHand, columns: Sequence[str], row: dict[str, Any]) -> dict[str, Any]:
    """What is to change. What holds by hand stays while the source says the same; with a link, how it was found."""
    record = row["record_id"]
    values = {c: row[c] for c in columns if _is_change(c, row[c], row[f"{c}_there"])}
    stays = {c for c in values if held.stays(record, c, kept(values[c]), is_since=c in SINCE)}
    stays |= {link.by for link in part.target.links if link.column in stays}
    return {column: value for column, value in values.items() if column not in stays}


SINCE: Final = {field.since for kind in KINDS.values() for field in kind.fields if field.since}


def _differs(column: str) -> pl.Expr:
    now, there = pl.col(column), pl.col(f"{column}_there")
    if column in SINCE:
        return now.is_null() != there.is_null()
    return now.ne_missing(there)


def _is_change(column: str, value: Any, there: Any) -> bool:
    if column in SINCE:
        return (value is None) != (there is None)
    return bool(value != there)


def _merged(there: str, incoming: str, names: Sequence[str]) -> tuple[str, list[Moved]]:
    """The attributes with this file's ones replaced, and which of them changed."""
    if there == incoming:
        return there, []
    before, given = json.loads(there), json.loads(incoming)
    moved = [
        Moved(name, before.get(name), given.get(name), is_attribute=True)
        for name in names
        if before.get(name) != given.get(name)
    ]
    kept = {name: value for name, value in before.items() if name not in set(names)}
    return canonical(kept | given), moved


def _create(sql: Sql, part: Part, new: pl.DataFrame) -> None:
    if not new.height:
        return
    table, at = part.target.table, microseconds(part.at)
    ids = pl.Series("id", sql.new_ids(table, new.height))
    rows = new.drop("external_id", said.ROW).with_columns(ids)
    if "came_at" in rows.columns:
        rows = rows.with_columns(arrived_at=pl.col("came_at").fill_null(at))
    sql.insert(table, rows, _alike(part, rows.columns, at))
    known = new.with_columns(ids).select("external_id", said.of("id", pl.lit(1)), record_id="id")
    sql.insert("external_id", known, {"level": part.target.level, "source": part.mapping.source})


def _alike(part: Part, filled: Sequence[str], at: int) -> dict[str, Any]:
    """What all new records of a part have alike, by column."""
    alike = {place.column: place.otherwise for place in part.target.places if place.column not in filled}
    if "came_at" in alike:
        alike["arrived_at"] = at
    return alike | {"import_id": part.import_id, "created_at": at, "updated_at": at, "version": 1}


def _keep(ledger: Ledger, part: Part, plan: Plan) -> None:
    """What undoes the changes, and whose records the part found."""
    level = part.target.level
    ledger.note(What.VALUES, ((level, change.record_id, change.before) for change in plan.changes))
    ledger.rest(level, plan.known)


def _update(sql: Sql, part: Part, changes: list[Change]) -> None:
    at = microseconds(part.at)
    for change in changes:
        values = change.values | {"updated_at": at}
        if "came_at" in values and values["came_at"] is not None:
            values["arrived_at"] = values["came_at"]
        sql.update(part.target, change.record_id, values)
    changed = [
        (change.record_id, moved.field, kept(moved.before), kept(moved.after), moved.is_attribute)
        for change in changes
        for moved in change.history
    ]
    if changed:
        alike = {"level": part.target.level, "seen_at": at, "import_id": part.import_id}
        sql.insert("field_change", pl.DataFrame(changed, schema=CHANGED, orient="row"), alike)


def _say(sql: Sql, part: Part, plan: Plan) -> None:
    """Keep what the compared rows said, with the versions their records have now."""
    if not plan.compared.height:
        return
    moved = pl.col("record_id").is_in([change.record_id for change in plan.changes])
    said_now = plan.compared.select("external_id", said.of("record_id", pl.col("version") + moved))
    sql.say(part.target.level, part.mapping.source, said_now)


CHANGED: Final = {
    "record_id": pl.Int64,
    "field": pl.String,
    "before": pl.String,
    "after": pl.String,
    "is_attribute": pl.Boolean,
}


def kept(value: Any) -> str | None:
    """A stored value as history keeps it."""
    return None if value is None or value == "" else canonical(value)
