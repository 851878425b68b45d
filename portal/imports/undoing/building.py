"""What was built on imports since: each a sentence, and a reason not to undo them."""

# ruff: noqa: S608  tables and columns are our own names, ids numbers; what people type is always bound
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from portal.db import microseconds
from portal.fields import Level
from portal.imports.tables import Import
from portal.imports.targets import TARGETS, Link, Target
from portal.imports.undoing.ledger import What
from portal.imports.undoing.removing import brought
from portal.imports.undoing.tables import ImportRest, ImportUndo
from portal.imports.undoing.words import counted, many
from portal.spend import Spend


def built_on(session: Session, undone: Sequence[Import]) -> list[str]:
    """What stands on these imports, which are undone together; empty: nothing does."""
    on = _On(session, undone)
    return [
        *on.later_imports(),
        *on.edits(),
        *on.merges(),
        *on.hanging(),
        *on.disputes(),
        *on.spend_typed_in(),
    ]


class _On:
    def __init__(self, session: Session, undone: Sequence[Import]) -> None:
        self.session = session
        self.ids = ", ".join(str(each.id) for each in undone)
        self.among = {each.id for each in undone}
        self.since = microseconds(min(each.started_at or each.uploaded_at for each in undone))
        targets = [target for each in undone for target in brought(each.kind)]
        self.brought = list({target.table: target for target in targets}.values())

    def counts(self, queries: Sequence[str], **bound: Any) -> list[int]:
        """What each of these counts, asked in one statement."""
        if not queries:
            return []
        together = ", ".join(f"({query})" for query in queries)
        return list(self.session.connection().execute(text(f"SELECT {together}"), bound).one())

    def changed(self, level: str, record: str) -> str:
        """Whether one of the imports replaced something of a record, in SQL."""
        return (
            f"EXISTS (SELECT 1 FROM import_undo u WHERE u.level = '{level}' AND u.record_id = {record} "
            f"AND u.import_id IN ({self.ids}))"
        )

    def later_imports(self) -> Iterator[str]:
        resting = (
            select(ImportRest, Import)
            .join(Import, col(Import.id) == col(ImportRest.import_id))
            .where(col(ImportRest.on_id).in_(self.among), col(ImportRest.import_id).not_in(self.among))
        )
        for rest, later in self.session.exec(resting.order_by(col(Import.id), col(ImportRest.on_id))):
            yield f"{later.filename} (import {later.id}) brought {_n(rest.records, 'of its records', 'of its records')} again since; undo that one first."

    def edits(self) -> Iterator[str]:
        found = sum(self.counts([self._edits(target) for target in self.brought], since=self.since))
        if found:
            yield f"{_n(found, 'record was', 'records were')} changed by hand since."

    def _edits(self, target: Target) -> str:
        return (
            f"SELECT COUNT(DISTINCT f.record_id) FROM field_change f JOIN {target.table} r ON r.id = f.record_id "
            f"WHERE f.level = '{target.level}' AND f.user_id IS NOT NULL AND f.import_id IS NULL AND "
            f"(r.import_id IN ({self.ids}) OR (f.seen_at > :since AND {self.changed(target.level, 'r.id')}))"
        )

    def merges(self) -> Iterator[str]:
        own = {entry.before["merge_id"] for entry in self._noted(What.MERGE)}
        merged = self.session.connection().execute(
            text(
                "SELECT m.id FROM merge m JOIN person r ON r.id IN (m.survivor_id, m.merged_id) WHERE m.split_at IS NULL AND "
                f"(r.import_id IN ({self.ids}) OR (m.at > :since AND {self.changed(Level.PERSON, 'r.id')}))"
            ),
            {"since": self.since},
        )
        if found := len(set(merged.scalars()) - own):
            yield f"{_n(found, 'pair of people was', 'pairs of people were')} merged since; split them first."

    def hanging(self) -> Iterator[str]:
        there = {target.table for target in self.brought}
        pairs = [
            (target, link) for target in TARGETS.values() for link in target.links if link.table in there
        ]
        found = self.counts([self._hanging(target, link) for target, link in pairs])
        for (target, link), count in zip(pairs, found, strict=True):
            if count:
                yield (
                    f"{counted(target.table, count)} that did not come with it {'hangs' if count == 1 else 'hang'} "
                    f"on {many(link.table)} it brought."
                )

    def _hanging(self, target: Target, link: Link) -> str:
        """What was found by name or domain is found again without it."""
        found_so = f"AND h.{link.by} NOT IN ('name', 'domain')" if link.by else ""
        return (
            f"SELECT COUNT(*) FROM {target.table} h JOIN {link.table} r ON r.id = h.{link.column} "
            f"WHERE r.import_id IN ({self.ids}) AND (h.import_id IS NULL OR h.import_id NOT IN ({self.ids})) {found_so} "
            f"AND NOT {self.changed(target.level, 'h.id')}"
        )

    def disputes(self) -> Iterator[str]:
        of_each = [
            f"SELECT COUNT(*) FROM evidence e JOIN {target.table} r ON r.id = e.record_id "
            f"WHERE e.level = '{target.level}' AND r.import_id IN ({self.ids})"
            for target in self.brought
        ]
        if found := sum(self.counts(of_each)):
            yield f"{_n(found, 'verdict', 'verdicts')} on its records {'is' if found == 1 else 'are'} contested."

    def spend_typed_in(self) -> Iterator[str]:
        keys = {
            (e.before["channel"], e.before["currency"], e.before["month"]) for e in self._noted(What.SPEND)
        }
        if not keys:
            return
        typed = self.session.exec(select(Spend).where(col(Spend.recorded_by).is_not(None)))
        since = [
            each
            for each in typed
            if (each.channel, each.currency, each.month.isoformat()) in keys
            and microseconds(each.recorded_at) > self.since
        ]
        if since:
            yield f"{_n(len(since), 'amount', 'amounts')} of spend {'was' if len(since) == 1 else 'were'} typed in over its sums."

    def _noted(self, what: What) -> Sequence[ImportUndo]:
        query = select(ImportUndo).where(col(ImportUndo.import_id).in_(self.among), ImportUndo.what == what)
        return self.session.exec(query).all()


def _n(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"
