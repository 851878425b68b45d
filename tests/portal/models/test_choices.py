from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal.db import Database
from portal.errors import Invalid
from portal.fields import FieldKind, Level
from portal.models import choices
from portal.models.choices import Choice, Survey
from tests.portal.models import crowd
from tests.portal.models.crowd import RECIPE


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def survey(database: Database, level: Level = Level.PERSON) -> Survey:
    with database.reading() as session:
        return choices.survey(session, level)


def test_a_survey_counts_what_each_field_holds(ranked: Database) -> None:
    found = survey(ranked)

    assert (found.records, found.is_sample) == (604, False)
    channel = found.find("Channel")
    held = [record["Channel"] for record in crowd.traits() if "Channel" in record]
    assert channel.kind is FieldKind.CATEGORY
    assert dict(channel.values) == {value: held.count(value) for value in set(held)}
    assert channel.missing == pytest.approx(1 - len(held) / 604)
    assert found.find("city").missing == 1


def test_it_is_the_same_on_postgresql(postgresql: Database, ranked: Database) -> None:
    crowd.people(postgresql, unknown=4)

    assert survey(postgresql) == survey(ranked)


def test_many_records_are_judged_by_a_sample(ranked: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "SAMPLE", 100)

    found = survey(ranked)

    assert found.is_sample
    assert 100 <= found.records <= 120


def test_a_level_without_records_has_nothing_to_learn(ranked: Database) -> None:
    found = survey(ranked, Level.DEAL)

    assert found.records == 0
    assert found.outcomes == []


def test_outcomes_are_fields_that_say_how_it_ended(ranked: Database) -> None:
    names = {field.name for field in survey(ranked).outcomes}

    assert {"Converted", "customer_at", "Channel", "Contract"} <= names
    assert names.isdisjoint({"Notes", "Visits", "city", "direction"})


def test_an_order_is_a_date_or_a_number_that_is_there(ranked: Database) -> None:
    found = survey(ranked)

    assert {field.name for field in found.orders} == {"came_at", "customer_at", "opted_out_at", "Visits"}
    assert found.chosen_order("", is_first=True) == "came_at"
    assert found.chosen_order("", is_first=False) == ""
    assert found.chosen_order("Colour", is_first=False) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Converted", "the outcome itself"),
        ("came_at", "says what came first"),
        ("customer_at", "says how it ended, or when it came"),
        ("Notes", "free text"),
        ("Channel", ""),
    ],
)
def test_what_is_never_an_input_says_why(ranked: Database, name: str, why: str) -> None:
    found = survey(ranked)

    assert found.why_not(found.find(name), "Converted", "came_at") == why


@pytest.mark.parametrize(
    ("values", "yes"),
    [(["Lost", "Won"], "Won"), (["0", "1"], "1"), (["nein", "Ja"], "Ja"), (["A", "B"], "")],
)
def test_the_value_that_means_yes_is_guessed(values: list[str], yes: str) -> None:
    choice = Choice("Result", FieldKind.CATEGORY, 0, [(value, 10) for value in values])

    assert choice.yes == yes
    assert choice.chosen(values[0]) == values[0]
    assert choice.chosen("other") == yes


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"outcome": "Colour"}, "Choose the field"),
        ({"outcome": "Notes"}, "Choose the field"),
        ({"outcome": "Channel"}, "Choose which value of Channel means yes"),
        ({"order_by": "Channel"}, "Choose a field of dates or numbers"),
    ],
)
def test_what_could_not_be_learned_is_refused(
    ranked: Database, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        choices.check(survey(ranked), replace(RECIPE, **changes))


def test_the_sources_of_a_level_are_each_named_once(database: Database) -> None:
    crowd.people(database, count=60)

    with database.reading() as session:
        assert choices.sources(session, Level.PERSON) == ["crm"]
        assert choices.sources(session, Level.DEAL) == []
