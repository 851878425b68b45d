import json
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from portal import columns
from portal.db import Database, canonical
from portal.errors import Invalid
from portal.fields import Field, FieldKind, Level
from portal.people import Person

KINDS = {
    "Visits": FieldKind.NUMBER,
    'It\'s a "test": \\ 100%': FieldKind.CATEGORY,
    "Signed up": FieldKind.DATE,
    "Newsletter": FieldKind.BOOLEAN,
}


def people(database: Database, at: datetime, *attributes: dict[str, object]) -> None:
    with database.transaction() as session:
        for name, kind in KINDS.items():
            if not session.exec(select(Field).where(Field.name == name)).first():
                session.add(Field(level="person", name=name, kind=kind, source="crm", first_seen_at=at))
        for row in attributes:
            session.add(Person(attributes=canonical(row), source="Web", created_at=at, updated_at=at))


def table(database: Database) -> list[dict[str, object]]:
    with database.reading() as session:
        known = columns.inputs(session, Level.PERSON)
        fields = [known[name] for name in (*KINDS, "source")]
        return columns.read(session, Level.PERSON, fields, first=1, last=10**9).to_dicts()


def test_attributes_come_back_typed(database: Database, at: datetime) -> None:
    odd = 'It\'s a "test": \\ 100%'
    people(
        database,
        at,
        {"Visits": 3.5, odd: "a:b", "Signed up": "1970-01-03", "Newsletter": True},
        {"Visits": 4, "Signed up": "1970-01-02T12:00:00Z", "Newsletter": False},
        {},
    )

    assert columns.refresh(database, Level.PERSON) == 3
    assert table(database) == [
        {"id": 1, "Visits": 3.5, odd: "a:b", "Signed up": 2.0, "Newsletter": 1.0, "source": "Web"},
        {
            "id": 2,
            "Visits": 4.0,
            odd: None,
            "Signed up": pytest.approx(1.5, abs=1e-9),
            "Newsletter": 0.0,
            "source": "Web",
        },
        {"id": 3, "Visits": None, odd: None, "Signed up": None, "Newsletter": None, "source": "Web"},
    ]


def test_only_new_and_changed_records_are_refreshed(database: Database, at: datetime) -> None:
    people(database, at, {"Visits": 1}, {"Visits": 2})
    columns.refresh(database, Level.PERSON)

    assert columns.refresh(database, Level.PERSON) == 0

    with database.transaction() as session:
        session.get_one(Person, 2).attributes = json.dumps({"Visits": 5})
    people(database, at, {"Visits": 3})
    assert columns.refresh(database, Level.PERSON) == 2
    assert [row["Visits"] for row in table(database)] == [1, 5, 3]


def test_a_field_that_changed_its_type_is_laid_out_anew(database: Database, at: datetime) -> None:
    people(database, at, {"Visits": 1}, {"Visits": "many"})
    with database.transaction() as session:
        session.exec(select(Field).where(Field.name == "Visits")).one().kind = FieldKind.CATEGORY
    columns.refresh(database, Level.PERSON)
    assert [row["Visits"] for row in table(database)] == ["1", "many"]


def test_the_catalogue_knows_how_much_is_missing(database: Database, at: datetime) -> None:
    people(database, at, {"Visits": 1}, {}, {}, {"Newsletter": True})
    columns.refresh(database, Level.PERSON)

    with database.reading() as session:
        missing = {f.name: f.missing_share for f in session.exec(select(Field))}
    assert missing["Visits"] == missing["Newsletter"] == 0.75
    assert missing["Signed up"] == 1.0


def test_a_field_is_found_by_its_name_its_case_or_the_column_it_came_from(
    sqlite: Database, at: datetime
) -> None:
    people(sqlite, at)
    with sqlite.reading() as session:
        known = columns.inputs(session, Level.PERSON)

    assert columns.resolve(known, "Visits").name == "Visits"
    assert columns.resolve(known, "visits").name == "Visits"
    assert columns.resolve(known, "Lead Source", aliases={"lead source": "source"}).name == "source"
    with pytest.raises(Invalid, match="There is no field “Shoe size”"):
        columns.resolve(known, "Shoe size")


def test_an_empty_level_spans_nothing(database: Database) -> None:
    with database.reading() as session:
        assert columns.span(session, Level.DEAL) == (0, -1, 0)


def test_only_the_records_of_a_source_are_read(sqlite: Database, at: datetime) -> None:
    people(sqlite, datetime(2026, 1, 1, tzinfo=UTC), {}, {})
    columns.refresh(sqlite, Level.PERSON)
    with sqlite.reading() as session:
        assert columns.read(session, Level.PERSON, [], first=1, last=9, source="crm").height == 0
