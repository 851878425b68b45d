"""The funnel counts by criteria; the hand-written statement it replaced is the oracle."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from portal import definitions, funnel
from portal.db import Database
from portal.funnel import FUNNEL, Period
from tests.conftest import LOADED_AT

BY_HAND = """
SELECT COUNT(*), SUM(inquiry), SUM(lead), SUM(lead * accepted), SUM(lead * opportunity), SUM(lead * won) FROM (
  SELECT inquiry, CASE WHEN inquiry = 1 AND opted_out_at IS NULL THEN 1 ELSE 0 END AS lead, accepted, opportunity, won
    FROM (
      SELECT p.opted_out_at,
             CASE WHEN EXISTS (SELECT 1 FROM activity a JOIN activity_kind k ON k.id = a.kind_id
                                WHERE a.person_id = p.id AND k.is_request) THEN 1 ELSE 0 END AS inquiry,
             CASE WHEN EXISTS (SELECT 1 FROM deal d WHERE d.person_id = p.id) THEN 1 ELSE 0 END AS accepted,
             CASE WHEN EXISTS (SELECT 1 FROM deal d WHERE d.person_id = p.id AND
                               (d.expected_close_on IS NOT NULL OR d.closed_at IS NOT NULL OR d.outcome = 'won'))
                  THEN 1 ELSE 0 END AS opportunity,
             CASE WHEN EXISTS (SELECT 1 FROM deal d WHERE d.person_id = p.id AND d.outcome = 'won')
                  THEN 1 ELSE 0 END AS won
        FROM person p WHERE p.came_at >= :start AND p.came_at < :stop AND p.merged_into_id IS NULL
    ) AS marks
) AS cohort
"""


@pytest.fixture
def demo(loaded_file: Path, tmp_path: Path) -> Database:
    shutil.copy(loaded_file, tmp_path / "demo.db")
    return Database(f"sqlite:///{tmp_path / 'demo.db'}")


def test_the_shipped_criteria_count_what_the_hand_written_statement_counted(demo: Database) -> None:
    today = LOADED_AT.date()
    periods = [
        Period(today - timedelta(days=days + 89), today - timedelta(days=days)) for days in (0, 90, 180, 400)
    ]
    with demo.transaction() as session:
        definitions.ship(session, at=LOADED_AT)
    with demo.reading() as session:
        for period in (*periods, Period(date(2000, 1, 1), today)):
            row = session.connection().execute(text(BY_HAND), period.bounds).one()
            by_hand = dict(zip(FUNNEL, (int(number or 0) for number in row), strict=True))
            assert funnel.in_force(session, period, as_of=LOADED_AT + timedelta(days=1)) == by_hand
        assert by_hand["target"] > by_hand["lead"] > by_hand["customer"] > 0, "the last period is all time"
    demo.dispose()


def test_a_funnel_nobody_can_date_is_unknown(database: Database, at: datetime) -> None:
    with database.reading() as session:
        found = funnel.in_force(session, Period(at.date(), at.date()), as_of=at)
    assert found == dict.fromkeys(FUNNEL)
    assert funnel.rate(found, "lead", "target") is None
