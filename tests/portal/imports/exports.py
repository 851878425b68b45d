"""A whole export of a made-up source, and how to bring its files in; what came of it, whatever the ids here."""

from collections.abc import Mapping as Table
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from portal.db import Database
from portal.imports import links
from portal.imports.applying import Applied, Part, apply
from portal.imports.batches import Batch, batches
from portal.imports.guessing import guess
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping
from portal.imports.tables import Import
from portal.imports.targets import TARGETS
from portal.imports.understanding import understand

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

EXPORT = {
    "owners": "Id,Name,Email,Department\nU1,Grace Hopper,grace@seller.example,East\nU2,Edsger Dijkstra,,West\n",
    "companies": (
        "Id,Name,Website,ParentId,OwnerId,Industry,AnnualRevenue,NumberOfEmployees\n"
        "A1,Acme,https://www.acme.example/about,,U1,Steel,1200000.50,250\n"
        "A2,Acme Tools,tools.example,A1,U2,Tools,,12\n"
    ),
    "contacts": (
        "Id,AccountId,FirstName,LastName,Email,OwnerId,Title,MailingCountry\n"
        "C1,A1,Ada,Lovelace,ada@acme.example,U1,CTO,\n"
        "C2,,Joan,Clarke,joan@tools.example,U2,,UK\n"
        "C3,A9,Mary,Somerville,mary@gmail.com,U9,,UK\n"
    ),
    "leads": (
        "Id,FirstName,LastName,Company,Email,Status,LeadSource,Country,ConvertedContactId,ConvertedAccountId,ConvertedOpportunityId\n"
        "L1,Ada,Byron,Acme,ada@home.example,Closed - Converted,Web,UK,C1,A1,D1\n"
        "L2,Alan,Turing,Acme Tools,alan@gmail.com,Open,Show,UK,,,\n"
        "L3,Augusta,King,Acme,augusta@home.example,Open,Show,France,C1,A1,\n"
    ),
    "deals": (
        "Id,AccountId,Name,StageName,Amount,CurrencyIsoCode,CloseDate,OwnerId,CampaignId,IsClosed,IsWon,ContactId\n"
        "D1,A1,Ten engines,Closed Won,1000.25,EUR,2025-03-04,U1,K1,true,true,C1\n"
        "D2,A2,One engine,Proposal,90,EUR,2026-03-04,U2,,false,false,C2\n"
    ),
    "deal_roles": "Id,OpportunityId,ContactId,Role,IsPrimary\nR1,D1,C1,Decision Maker,true\nR2,D1,C2,Evaluator,false\n",
    "stage_changes": (
        "Id,OpportunityId,StageName,CreatedDate\nH1,D1,Demo,2025-01-02T03:04:05.000Z\nH2,D1,Closed Won,2025-03-04T00:00:00.000Z\n"
    ),
    "campaigns": "Id,Name,Type,StartDate,ParentId,BudgetedCost\nK1,Spring,Webinar,2025-01-01,K2,500\nK2,Year,Program,2025-01-01,,\n",
    "campaign_members": (
        "Id,CampaignId,LeadId,ContactId,Status,HasResponded,FirstRespondedDate\n"
        "M1,K1,L1,C1,Attended,true,2025-01-05\nM2,K1,L2,,Sent,false,\n"
    ),
    "activities": (
        "Id,WhoId,WhatId,ActivityDate,Type,CallType,AccountId\n"
        "T1,L1,D1,2025-01-03,Demo request,,A1\nT2,C2,,2025-01-04,Call,Outbound,A2\nT3,C7,,2025-01-05,Call,Inbound,\n"
    ),
    "orders": (
        "Order ID,AccountId,OpportunityId,ContactId,Order Date,Total,Currency,Order Type\n"
        "O1,A1,D1,C1,2025-03-05,1000.25,EUR,New business\nO2,A1,,C1,2026-03-05,800,EUR,Renewal\n"
    ),
    "quotas": "Id,OwnerId,Period,Quota Amount,Currency\nQ1,U1,2025-Q1,50000,EUR\n",
    "partners": "Id,Name,AccountId,Type\nP1,Engine Sellers,A2,Reseller\n",
    "products": "Id,Name,Unit Price,Currency\nX1,Engine,90,EUR\n",
    "spend": "Channel,Campaign,Day,Cost,Currency\nWeb,Spring,2025-01-05,10.50,EUR\nWeb,Spring,2025-01-25,5,EUR\nWeb,Autumn,2025-02-01,7,EUR\n",
}
KIND = {"contacts": "people", "leads": "people"}


class Bringing:
    """Brings texts into a database, as the guess maps them, in parts of some rows."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    def __call__(
        self,
        content: str,
        kind: str,
        *,
        rows: int = 10_000,
        at: datetime = AT,
        source: str = "CRM",
        **changes: Any,
    ) -> Applied:
        mapping, read = self.read(content, kind, source, changes)
        import_id = self.note(kind, source)
        found = Applied()
        for batch in read:
            for piece in batch.records.iter_slices(rows):
                with self.database.transaction() as session:
                    found += apply(session, Part(piece, mapping, import_id, at))
        self.settle(kind)
        return found

    def read(
        self, content: str, kind: str, source: str = "CRM", changes: Table[str, Any] | None = None
    ) -> tuple[Mapping, list[Batch]]:
        path = self.folder / "export.csv"
        path.write_text(content, encoding="utf-8")
        understood = understand(path, Limits())
        changes = dict(changes or {})
        mapping = guess(understood, kind, source=source).mapping
        for column, change in changes.pop("columns", {}).items():
            mapping = mapping.changed(column, **change)
        mapping = mapping.model_copy(update=changes)
        return mapping, list(batches(path, understood, mapping, Limits()))

    def note(self, kind: str, source: str) -> int:
        with self.database.transaction() as session:
            found = Import(kind=kind, source=source, filename="", file="", bytes=0, digest="", uploaded_at=AT)
            session.add(found)
            session.flush()
            return found.id

    def settle(self, kind: str) -> int:
        with self.database.transaction() as session:
            return sum(links.settle(session, each, kind) for each in links.ranges(session, kind))

    def all(self, files: Table[str, str] = EXPORT, *, rows: int = 10_000) -> dict[str, Applied]:
        return {name: self(content, KIND.get(name, name), rows=rows) for name, content in files.items()}


def state(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every record as its sources know it: its ids, its values, and whom it is linked to, by their ids; and what waits."""
    with database.reading() as session:
        names = _names(session.connection())
        found = {kind: _records(session.connection(), kind, names) for kind in TARGETS}
        found["waiting"] = [
            dict(row)
            for row in session.connection()
            .execute(text("SELECT level, place, target, key FROM pending_link ORDER BY 1, 2, 3, 4"))
            .mappings()
        ]
        found["spend_of_channels"] = [
            dict(row)
            for row in session.connection()
            .execute(
                text(
                    "SELECT channel, CAST(month AS TEXT) AS month, amount, currency FROM spend ORDER BY 1, 2, 4"
                )
            )
            .mappings()
        ]
    return found


def _names(connection: Any) -> dict[tuple[str, int], str]:
    rows = connection.execute(
        text("SELECT level, record_id, external_id FROM external_id ORDER BY external_id")
    )
    found: dict[tuple[str, int], str] = {}
    for level, record, name in rows:
        found[level, record] = f"{found[level, record]} = {name}" if (level, record) in found else name
    return found


def _records(connection: Any, kind: str, names: dict[tuple[str, int], str]) -> list[dict[str, Any]]:
    target = TARGETS[kind]
    targets = {link.column: link.level for link in target.links}
    kinds = dict(connection.execute(text("SELECT id, name FROM activity_kind")).all())
    rows = []
    for row in connection.execute(text(f"SELECT * FROM {target.table}")).mappings():
        if (target.level, row["id"]) not in names:
            continue  # merged into another
        values = {
            c: str(row[c]) if place.is_day else row[c] for place in target.places if (c := place.column)
        }
        values |= {column: names.get((level, row[column])) for column, level in targets.items()}
        if "kind_id" in values:
            values["kind_id"] = kinds[row["kind_id"]]
        rows.append({"ids": names[target.level, row["id"]], "attributes": row["attributes"]} | values)
    return sorted(rows, key=lambda row: str(row["ids"]))


def empty(database: Database) -> None:
    """Take everything out that imports brought."""
    tables = [*dict.fromkeys(TARGETS[kind].table for kind in reversed(list(TARGETS)))]
    with database.transaction() as session:
        for name in (
            "import_undo",
            "import_rest",
            "pending_link",
            "converted_lead",
            "merge_move",
            "merge",
            "proposal",
            "spend",
            "field_change",
            "external_id",
        ):
            session.execute(text(f"DELETE FROM {name}"))
        for name in (
            "activity",
            "customer_order",
            "campaign_member",
            "deal_role",
            "stage_change",
            "quota",
            "partner",
            "deal",
            "person",
        ):
            session.execute(text(f"DELETE FROM {name}"))
        for name in tables:
            session.execute(text(f"DELETE FROM {name}"))
        session.execute(text("DELETE FROM import"))
