"""The history of values tells what was filled in only once the outcome was there."""

from datetime import datetime, timedelta

import pytest

from portal.db import Database
from portal.fields import FieldKind, Level
from portal.models import afterwards
from portal.people import FieldChange


def note(database: Database, at: datetime, records: int, field: str, after: str, *, days: int) -> None:
    """The field of so many people was blank, and was filled so many days after."""
    with database.transaction() as session:
        seen = at + timedelta(days=days)
        for record in range(records):
            session.add(FieldChange(level="person", record_id=record, field=field, after=after, seen_at=seen))


@pytest.mark.parametrize(
    ("kind", "positive", "after"),
    [
        (FieldKind.BOOLEAN, "yes", "true"),
        (FieldKind.CATEGORY, "Won", '"Won"'),
        (FieldKind.NUMBER, "1", "1"),
        (FieldKind.DATE, "a date", '"2026-03-02"'),
    ],
)
def test_what_was_blank_until_the_outcome_came_is_named(
    database: Database, at: datetime, kind: FieldKind, positive: str, after: str
) -> None:
    note(database, at, 40, "Result", after, days=10)
    note(database, at, 30, "Closing note", '"x"', days=10)
    note(database, at, 30, "Industry", '"x"', days=2)
    note(database, at, 15, "Rating", '"x"', days=12)

    with database.reading() as session:
        found = afterwards.filled_late(session, Level.PERSON, "Result", kind, positive)

    assert [late.sentence for late in found] == [
        "For 30 of the 40 records whose outcome was seen to come, it was filled in only then or later."
    ]
    assert found[0].column == "Closing note"


def test_another_outcome_than_yes_tells_nothing(database: Database, at: datetime) -> None:
    note(database, at, 40, "Result", '"Lost"', days=10)
    note(database, at, 30, "Closing note", '"x"', days=10)

    with database.reading() as session:
        assert afterwards.filled_late(session, Level.PERSON, "Result", FieldKind.CATEGORY, "Won") == []
