"""What people do is learned from, as of each person's own moment: a model never sees what followed."""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from sqlalchemy import insert, text
from sqlmodel import select

from portal.activities import Activity, ActivityKind
from portal.columns import Input
from portal.db import Database
from portal.fields import FieldKind
from portal.models.tables import Model, Reason
from portal.people import Person
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT
from workers import doings

CONVERTED = Input("Converted", FieldKind.BOOLEAN, "")
SINCE = Input("customer_at", FieldKind.DATE, "")


def frame(came: list[float], since: list[float | None]) -> pl.DataFrame:
    columns = {doings.CAME.name: came, doings.CUSTOMER.name: since, "customer_at": since}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Float64))


def test_a_person_is_looked_at_fourteen_days_after_they_came_but_not_after_the_training() -> None:
    found = doings.moments(frame([10, 80, 95], [40, None, None]), np.array([1.0, 0, 0]), CONVERTED, 90)

    assert (found.own.tolist(), found.is_dated) == ([24, 90, 90], True)
    assert found.too_late.tolist() == [False, False, False]


def test_whose_outcome_came_before_that_is_not_asked_about() -> None:
    found = doings.moments(frame([10, 10], [20, 30]), np.array([1.0, 1]), SINCE, 90)

    assert found.too_late.tolist() == [True, False]


def test_where_nobody_noted_when_it_happened_a_person_is_looked_at_as_they_came() -> None:
    found = doings.moments(frame([10, 20], [None, 30]), np.array([1.0, 1]), CONVERTED, 90)

    assert (found.own.tolist(), found.is_dated) == ([10, 20], False)


def visited(database: Database, *, days_after: float, who: str) -> None:
    """A visit of each of these people, so many days after they came."""
    with database.transaction() as session:
        kind = session.exec(select(ActivityKind)).first() or ActivityKind(name="Visit")
        session.add(kind)
        session.flush()
        came = session.connection().execute(text(f"SELECT id, came_at FROM person WHERE {who}")).all()
        after = timedelta(days=days_after) // timedelta(microseconds=1)
        session.connection().execute(
            text("INSERT INTO activity (person_id, at, kind_id) VALUES (:person, :at, :kind)"),
            [{"person": person, "at": at + after, "kind": kind.id} for person, at in came],
        )


@pytest.fixture
def dated(sqlite: Database) -> Database:
    """Six hundred people; the converted became customers 30 days after they came, and visited a day after."""
    crowd.people(sqlite, unknown=4)
    converted = "json_extract(attributes, '$.Converted')"
    thirty = timedelta(days=30) // timedelta(microseconds=1)
    with sqlite.transaction() as session:
        session.connection().execute(
            text(f"UPDATE person SET customer_at = CASE WHEN {converted} THEN came_at + {thirty} END")
        )
    visited(sqlite, days_after=1, who=f"({converted} AND id % 4 <> 0) OR id % 10 = 0")
    return sqlite


def test_a_model_learns_from_what_people_did_and_not_from_what_followed(
    dated: Database, settings: Settings
) -> None:
    first = crowd.trained(dated, settings)
    visited(dated, days_after=20, who="customer_at IS NOT NULL")
    again = crowd.trained(dated, settings)

    assert first.label["activities"] == {"kinds": ["Visit"], "days": 14, "is_dated": True, "too_late": 0}
    sheet = sheets(first)["Visit, last 30 days"]
    assert (sheet["source"], sheet["window"]) == ("Activities: Visit", "30 days")
    assert sheet["missing"] > 0.3
    assert max(each["importance"] for each in sheets(first).values()) > 0.3
    assert (again.digest, again.data_digest) == (first.digest, first.data_digest)
    assert sheets(first)["Visits"]["source"] == "crm"


def sheets(model: Model) -> dict[str, Any]:
    return {sheet["name"]: sheet for sheet in model.label["features"]}


def test_scores_and_reasons_see_what_people_did_up_to_the_run(dated: Database, settings: Settings) -> None:
    model = crowd.trained(dated, settings)
    before = crowd.scored(dated, settings, model)
    quiet = crowd.table(dated, before.id)[-1][1]
    with dated.transaction() as session:
        session.execute(insert(Activity), [{"person_id": quiet, "at": AT - timedelta(days=1), "kind_id": 1}])
    after = crowd.scored(dated, settings, model)

    scores = [{row[1]: row[2] for row in crowd.table(dated, run.id)} for run in (before, after)]
    assert scores[1][quiet] > scores[0][quiet]
    assert {p for p in scores[0] if scores[0][p] != scores[1][p]} == {quiet}
    assert before.prior_only == after.prior_only == 4
    with dated.reading() as session:
        kept = session.exec(select(Reason).where(Reason.run_id == after.id)).all()
        assert len(kept) > 10
        assert not any(reason.why["is_changed"] for reason in kept)
        assert any(each["feature"].startswith("Visit,") for reason in kept for each in reason.why["raises"])
        assert session.get(Person, quiet) is not None
