"""One's own weights, and what moved for a person."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from portal.activities import Activity, ActivityKind
from portal.clock import now
from portal.db import Database, microseconds
from portal.models import registry
from portal.people import FieldChange
from portal.ranking import weights
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT
from tests.routes.conftest import Browser, Counting

RULE = {"field": "country", "how": "is", "value": "france", "points": "10"}


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A portal whose model 1 ranks, with run 1."""
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


@pytest.mark.parametrize(
    ("how", "wanted", "value", "met"),
    [
        ("is", "France", "FRANCE ", True),
        ("is", "yes", True, True),
        ("is", "12", 12.0, True),
        ("is_not", "France", "Ghana", True),
        ("is_not", "France", None, False),
        ("at_least", "10", 10, True),
        ("at_least", "10", "many", False),
        ("at_most", "10", 11, False),
        ("known", "", 0, True),
        ("missing", "", "", True),
        ("missing", "", "x", False),
    ],
)
def test_a_rule_is_met(how: str, wanted: str, value: Any, met: bool) -> None:
    assert weights.matches(how, wanted, value) is met


@given(st.sampled_from(sorted(weights.HOW)), st.text(max_size=5), st.none() | st.just(""))
def test_what_is_missing_meets_no_rule_but_that_it_is(how: str, wanted: str, value: Any) -> None:
    assert weights.matches(how, wanted, value) is (how == "missing")


def test_own_rules_count_for_oneself_and_a_leaders_for_the_team(
    member: Browser, leader: Browser, marketer: Browser
) -> None:
    member.post("/weights", RULE)
    assert member.post("/weights", RULE | {"points": "20"}).status_code == 409
    leader.post("/weights", RULE | {"field": "Visits", "how": "known", "points": "-3", "for_team": "yes"})

    page = member.get("/people/1/moves").text
    assert "+7" in page
    assert "+10 Country is france" in page
    assert "-3 Visits is filled in" in page
    assert "You have none" in marketer.get("/people/1/moves").text
    assert member.post("/weights", RULE | {"for_team": "yes"}).status_code == 403


def test_a_rule_is_removed_by_whose_it_is(member: Browser, leader: Browser) -> None:
    member.post("/weights", RULE)

    assert leader.post("/weights/1/removal").status_code == 404
    member.post("/weights/1/removal")
    member.get("/weights")  # which says once more what was added

    assert "Country is france" not in member.get("/weights").text
    assert member.post("/weights/1/removal").status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"field": "colour"}, "Choose a field"),
        ({"value": ""}, "Write the value to compare with"),
        ({"how": "at_least"}, "Write a number to compare with"),
        ({"points": "0"}, "Use from 1 to 100 points"),
        ({"points": "900"}, "Use from 1 to 100 points"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(member: Browser, change: dict[str, str], sentence: str) -> None:
    sent = member.post("/weights", RULE | change)

    assert (sent.status_code, sentence in sent.text) == (422, True)


def test_what_moved_names_the_place_before_and_what_changed(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    assert "since run" not in member.get("/people/1/moves").text
    with sqlite.transaction() as session:
        session.connection().execute(
            text(
                "UPDATE person SET attributes = json_set(attributes, '$.Visits', 20), version = 2 WHERE id = 1"
            )
        )
        session.connection().execute(text("UPDATE run SET as_of = :at"), {"at": microseconds(AT)})
        seen = {"before": "4", "after": "20", "seen_at": AT + timedelta(days=1)}
        session.add(FieldChange(level="person", record_id=1, field="Visits", **seen))
        session.add(kind := ActivityKind(name="Demo asked for"))
        session.flush()
        done = {"at": AT + timedelta(days=2), "created_at": AT, "updated_at": AT}
        session.add(Activity(person_id=1, kind_id=kind.id, **done))
    with sqlite.reading() as session:
        model = registry.get(session, 1)
    crowd.scored(sqlite, settings, model, at=now())

    page = member.get("/people/1/moves").text

    assert "since run 1" in page
    assert "Visits: 4 → 20" in page
    assert "Demo asked for" in page
    assert "/people/1/moves" in member.get("/people/1").text
    assert "<html" not in member.htmx("/people/1/moves").text


@pytest.mark.parametrize("path", ["/weights", "/people/1/moves"])
def test_the_pages_take_few_queries(member: Browser, count_queries: Counting, path: str) -> None:
    with count_queries() as queries:
        member.get(path)

    assert len(queries) <= 12
