from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from portal import definitions, impact
from portal.activities import Activity, ActivityKind
from portal.criteria import shipped
from portal.db import Database
from portal.deals import Deal
from portal.definitions import Definition, DefinitionVersion
from portal.errors import Invalid
from portal.impact import Impact, Move
from portal.people import FieldChange, Person
from portal.settings import Settings
from workers import inline

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
EARLY, LATE = AT - timedelta(days=300), AT - timedelta(days=20)


def settle(database: Database) -> int:
    """Ada and Ben of Ghana, Cleo of Chile who is new, and Dan, of nobody knows where, asked; Eve did not. Gives the draft's id."""
    with database.transaction() as session:
        definitions.ship(session, at=AT)
        session.add(ActivityKind(id=1, name="Demo request", is_request=True))
        people = {
            1: ("Ghana", EARLY),
            2: ("Ghana", EARLY),
            3: ("Chile", LATE),
            4: ("", EARLY),
            5: ("Ghana", EARLY),
        }
        for number, (country, seen) in people.items():
            session.add(Person(id=number, country=country, came_at=seen, created_at=seen, updated_at=seen))
        session.flush()
        session.add_all(
            Activity(person_id=number, at=people[number][1], kind_id=1) for number in (1, 2, 3, 4)
        )
        # until February Ben was of Chile
        session.add(FieldChange(level="person", record_id=2, field="country", before='"Chile"', seen_at=LATE))
        for person, amount in ((1, 100), (3, 40), (4, None)):
            money = {"amount": amount and Decimal(amount), "currency": "EUR"}
            session.add(Deal(person_id=person, created_at=EARLY, updated_at=EARLY, **money))
        return draft(session)


def draft(session: Any, country: str = "Ghana") -> int:
    definition = session.exec(select(Definition).where(Definition.term == "lead")).one()
    where = {
        "id": "where",
        "type": "field",
        "of": "person",
        "field": "country",
        "test": "is",
        "value": country,
    }
    asked = {"version": 1, "root": {"all": [*shipped.ROOTS["lead"]["all"], where]}}
    version = DefinitionVersion(
        definition_id=definition.id, number=2, wording="Of Ghana.", rule="", criteria=asked, created_at=AT
    )
    session.add(version)
    session.flush()
    return int(version.id)


def seen(database: Database, version_id: int, months: int = 2) -> Impact:
    with database.reading() as session:
        return impact.reckon(session, version_id, months=months, at=AT, progress=lambda *_: None)


def moves(found: list[Move]) -> dict[tuple[str, str], int]:
    return {(move.before, move.after): move.records for move in found}


def test_who_moves_now_and_at_the_ends_of_past_months(database: Database) -> None:
    found = seen(database, settle(database))

    assert moves(found.now.statuses) == {
        ("qualified_lead", "qualified_lead"): 1,
        ("lead", "lead"): 1,
        ("qualified_lead", "inquiry"): 2,
        ("target", "target"): 1,
    }
    assert moves(found.now.verdicts) == {
        ("met", "met"): 2,
        ("met", "failed"): 1,
        ("met", "unknown"): 1,
        ("failed", "failed"): 1,
    }
    assert (found.moved_in, found.moved_out) == ([], [3, 4])
    assert (found.now.moved_in, found.now.moved_out, found.now.unknown, found.now.records) == (0, 2, 1, 5)

    february, january = found.past
    assert (february.as_of.month, january.as_of.month) == (2, 1)
    assert moves(february.verdicts) == moves(found.now.verdicts)
    assert moves(january.verdicts) == {
        ("met", "met"): 1,
        ("met", "failed"): 1,  # Ben, then of Chile
        ("met", "unknown"): 1,
        ("failed", "failed"): 1,
        ("unknown", "unknown"): 1,  # Cleo had not been seen
    }
    assert moves(january.statuses)["unseen", "unseen"] == 1
    assert found.unknown_share == pytest.approx(3 / 10)


def test_what_it_does_to_the_funnel_and_the_pipeline(database: Database) -> None:
    found = seen(database, settle(database), months=0)

    assert (found.funnel_before["lead"], found.funnel_after["lead"]) == (4, 2)
    rates = {(rate.part, rate.whole): (rate.before, rate.after) for rate in found.rates}
    assert rates["qualified_lead", "lead"] == ((3, 4), (1, 2))
    (euros,) = found.pipeline
    assert (euros.deals_before, euros.amount_before) == (3, Decimal(140))
    assert (euros.deals_after, euros.amount_after) == (1, Decimal(100))
    assert found.unknown_share is None


def test_a_job_keeps_the_result_for_the_page(sqlite: Database, settings: Settings) -> None:
    version_id = settle(sqlite)
    with sqlite.transaction() as session:
        impact.ask(session, version_id, months=1, by=None, at=AT)
    inline.run_all(sqlite, settings)

    with sqlite.reading() as session:
        version = session.get_one(DefinitionVersion, version_id)
        lead = session.get_one(Definition, version.definition_id)
        job = impact.latest(session, lead, version)
        assert job is not None
        assert job.page == "/definitions/lead/versions/2/impact"
        found = impact.result(job)
        assert found is not None
        assert (found.term, found.version_id, len(found.past)) == ("lead", version_id, 1)
        assert found.moved_out == [3, 4]
        shipped_one = session.exec(
            select(DefinitionVersion).where(DefinitionVersion.id != version_id)
        ).first()
        assert shipped_one is not None
        assert impact.result(impact.latest(session, lead, shipped_one)) is None


def test_a_version_without_criteria_has_no_impact_to_see(sqlite: Database) -> None:
    version_id = settle(sqlite)
    with sqlite.transaction() as session:
        session.get_one(DefinitionVersion, version_id).criteria = None
        with pytest.raises(Invalid, match="no criteria yet"):
            impact.ask(session, version_id, months=1, by=None, at=AT)
        with pytest.raises(Invalid, match="0 to 24 months"):
            impact.ask(session, version_id, months=25, by=None, at=AT)
