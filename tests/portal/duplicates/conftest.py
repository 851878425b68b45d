"""A small company with people who stand there twice, and everything that may hang on a person."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from portal.accounts import Function, Right, User
from portal.activities import Activity, ActivityKind
from portal.campaigns import CampaignMember
from portal.db import Database, canonical
from portal.deals import Deal
from portal.deals.tables import DealRole
from portal.orders import Order
from portal.people import ExternalId, Person
from portal.tables import metadata

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HISTORY = ("merge", "merge_move", "proposal", "event", "field_change")
RISING = ("version", "updated_at")
MARKS = "activity_mark"  # only says that what is packed fell behind


def person(**fields: Any) -> Person:
    attributes = canonical(fields.pop("attributes", {}))
    return Person(
        created_at=AT, updated_at=AT, arrived_at=fields.get("came_at") or AT, attributes=attributes, **fields
    )


def hang(session: Session, person_id: int, source: str = "CRM") -> None:
    """One of each on a person."""
    kind = session.get(ActivityKind, 1) or ActivityKind(id=1, name="call")
    session.add(kind)
    session.flush()
    session.add_all(
        [
            Activity(person_id=person_id, at=AT, kind_id=1),
            deal := Deal(person_id=person_id, name=f"Deal of {person_id}", created_at=AT, updated_at=AT),
            ExternalId(level="person", source=source, external_id=f"id-{person_id}", record_id=person_id),
            ExternalId(level="deal", source=source, external_id=f"id-{person_id}", record_id=person_id),
            CampaignMember(person_id=person_id),
            Order(person_id=person_id, ordered_at=AT),
        ]
    )
    session.flush()
    session.add(DealRole(person_id=person_id, deal_id=deal.id, role="Decision maker"))


def people(database: Database, *rows: Person) -> list[int]:
    with database.transaction() as session:
        session.add_all(rows)
        session.flush()
        for row in rows:
            hang(session, row.id)
        if session.get(User, 1) is None:
            session.add(
                User(
                    id=1,
                    email="ada@example.com",
                    name="Ada",
                    function=Function.SALES,
                    right=Right.MEMBER,
                    created_at=AT,
                )
            )
    return [row.id for row in rows]


def snapshot(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything in the database but history, and but what only ever rises."""
    with database.reading() as session:
        return {
            table.name: [
                {name: value for name, value in row.items() if name not in RISING}
                for row in session.connection().execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in metadata.sorted_tables
            if table.name not in {*HISTORY, MARKS}
        }
