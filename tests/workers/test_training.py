from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from portal import jobs
from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.fields import Level
from portal.jobs.tables import State
from portal.models import registry, reigns
from portal.models.tables import ModelState
from portal.people import FieldChange
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT, RECIPE, trained

LUCK = replace(RECIPE, outcome="Luck", left_out=("Contract", "Converted"))


@pytest.fixture
def ranked(tmp_path: Path) -> Database:
    return crowd.ranked(tmp_path)


def reason_of(database: Database, recipe: registry.Recipe, settings: Settings) -> str:
    """Why the training of a recipe failed, as the model and its job say."""
    model = trained(database, settings, recipe)
    with database.reading() as session:
        job = registry.job_of(session, model)
    assert model.state == ModelState.FAILED
    assert job.state == State.FAILED
    assert job.reason == model.why
    return model.why


def test_a_model_learns_from_records_is_tested_and_ranks(
    database: Database, settings: Settings, ranked: Database
) -> None:
    crowd.people(database, unknown=4)

    model = trained(database, settings)

    assert (model.records, model.positives, model.positive) == (600, 189, "yes")
    assert model.out_of_fold_auc == pytest.approx(model.label["out_of_fold"]["quality"]["auc"])
    assert model.out_of_fold_auc > 0.75
    assert model.forward_auc > 0.7
    assert model.label["unknown"] == 4
    assert model.promoted_at is not None
    run = crowd.current(database)
    assert (run.model_id, run.records, run.scored, run.prior_only) == (model.id, 604, 604, 4)
    assert run.digest == crowd.current(ranked).digest, "both databases give the same scores to the bit"


def test_the_same_data_give_the_same_model(ranked: Database, settings: Settings) -> None:
    again = trained(ranked, settings)

    with ranked.reading() as session:
        first = registry.get(session, 1)
    assert again.digest == first.digest
    assert again.data_digest == first.data_digest
    assert again.label == first.label


def test_the_order_of_import_makes_no_difference(
    sqlite: Database, ranked: Database, settings: Settings
) -> None:
    crowd.people(sqlite, shuffled=True, unknown=4)

    model = trained(sqlite, settings)

    with ranked.reading() as session:
        assert model.digest == registry.get(session, 1).digest
    assert propensities(sqlite) == propensities(ranked)


def propensities(database: Database) -> dict[str, float]:
    query = (
        "SELECT e.external_id, s.propensity FROM score_1 s JOIN external_id e ON e.record_id = s.record_id"
    )
    with database.reading() as session:
        return {name: propensity for name, propensity in session.connection().execute(text(query))}  # noqa: C416


def test_a_column_that_knows_the_future_is_shown_and_waits_for_a_person(
    sqlite: Database, settings: Settings
) -> None:
    crowd.people(sqlite)

    model = trained(sqlite, settings, replace(RECIPE, left_out=()))

    assert [leak["column"] for leak in model.label["leaks"]] == ["Contract"]
    assert model.label["leaks"][0]["grade"] == "leak"
    assert model.is_promotable
    assert model.promoted_at is None
    assert crowd.current(sqlite) is None


def test_a_column_seen_to_be_filled_after_the_outcome_waits_for_a_person(
    sqlite: Database, settings: Settings
) -> None:
    crowd.people(sqlite)
    with sqlite.transaction() as session:
        for record in range(1, 41):
            seen = {"level": "person", "record_id": record, "seen_at": AT}
            session.add(FieldChange(**seen, field="Converted", before="false", after="true"))
            session.add(FieldChange(**seen, field="Demo", after="true"))

    model = trained(sqlite, settings)

    leak = model.label["leaks"][0]
    assert (leak["column"], leak["grade"]) == ("Demo", "leak")
    assert "For 40 of the 40 records whose outcome was seen to come" in leak["evidence"][-1]
    assert model.promoted_at is None


def test_a_model_that_learned_nothing_says_so_and_may_not_rank(ranked: Database, settings: Settings) -> None:
    model = trained(ranked, settings, LUCK)

    assert not model.is_usable
    assert model.why.startswith("No useful model: out of fold its AUC is")
    with ranked.transaction() as session, pytest.raises(Invalid, match="may not rank: No useful model"):
        reigns.promote(session, model, reason="", by=None, at=AT)


def test_without_an_order_a_model_may_not_rank(sqlite: Database, settings: Settings) -> None:
    crowd.people(sqlite)

    model = trained(sqlite, settings, replace(RECIPE, order_by=None))

    assert model.is_usable
    assert model.forward_auc is None
    with sqlite.transaction() as session, pytest.raises(Invalid, match="no forward test"):
        reigns.promote(session, model, reason="", by=None, at=AT)


def test_a_second_model_leaves_the_first_until_a_person_promotes_it(
    ranked: Database, settings: Settings
) -> None:
    second = trained(ranked, settings)
    assert second.promoted_at is None

    with ranked.transaction() as session:
        reigns.promote(session, second, reason="It knows more.", by=None, at=AT)

    with ranked.reading() as session:
        assert reigns.champion(session, Level.PERSON).id == second.id
        assert registry.get(session, 1).retired_at == AT
    with ranked.transaction() as session, pytest.raises(Conflict, match="ranks already"):
        reigns.promote(session, second, reason="Again.", by=None, at=AT)


def test_too_few_outcomes_are_no_failure_but_no_model(sqlite: Database, settings: Settings) -> None:
    crowd.people(sqlite, count=60)

    model = trained(sqlite, settings)

    assert model.state == ModelState.READY
    assert model.why.startswith("Too few outcomes to learn from")
    assert (model.digest, model.out_of_fold_auc) == ("", None)
    with sqlite.reading() as session, pytest.raises(Invalid, match="learned nothing"):
        registry.file(session, model.id)


def test_a_date_is_an_outcome(ranked: Database, settings: Settings) -> None:
    model = trained(ranked, settings, replace(RECIPE, outcome="customer_at"))

    assert (model.positive, model.positives) == ("a date", 47)
    assert "customer_at" not in {sheet["name"] for sheet in model.label["features"]}


def test_a_value_that_means_yes_is_named(ranked: Database, settings: Settings) -> None:
    model = trained(ranked, settings, replace(RECIPE, outcome="Channel", positive="Partner"))

    assert model.positive == "Partner"
    assert model.positives == sum(record.get("Channel") == "Partner" for record in crowd.traits())


def test_only_records_of_the_source_are_learned_from(ranked: Database, settings: Settings) -> None:
    with ranked.transaction() as session:
        session.connection().execute(text("UPDATE external_id SET source = 'shop' WHERE record_id <= 200"))

    model = trained(ranked, settings, replace(RECIPE, source="shop"))

    assert model.records == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"outcome": "Revenue"}, "There is no field “Revenue”"),
        ({"outcome": "Notes"}, "“Notes” is free text"),
        ({"outcome": "Channel"}, "Say which value of the outcome means yes. It holds:"),
        ({"outcome": "Channel", "positive": "Fax"}, "No record has “Fax” as its Channel"),
        ({"outcome": "Visits"}, "“Visits” holds more than 0 and 1"),
        ({"outcome": "Visits", "positive": "many"}, "“many” is none"),
        ({"order_by": "Channel"}, "“Channel” cannot say what came first"),
        ({"left_out": ("Colour",)}, "There is no field “Colour”"),
    ],
)
def test_what_cannot_be_learned_fails_with_a_sentence(
    ranked: Database, settings: Settings, changes: dict[str, object], sentence: str
) -> None:
    assert sentence in reason_of(ranked, replace(RECIPE, **changes), settings)


def test_no_outcome_starts_no_job(sqlite: Database) -> None:
    with sqlite.transaction() as session:
        with pytest.raises(Invalid, match="Say which field a model is to learn"):
            registry.start_training(session, replace(RECIPE, outcome=" "), by=None, at=AT)
        assert jobs.listed(session).jobs == []
