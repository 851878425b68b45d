import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from portal import definitions, jobs
from portal.db import Database
from portal.jobs.tables import Job, State
from portal.models import registry
from portal.models.tables import Model
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT, RECIPE
from tests.routes.conftest import Browser, Counting
from workers import inline


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A portal whose model 1 ranks, with run 1."""
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def start(database: Database, recipe: registry.Recipe = RECIPE) -> Model:
    """A model that waits for a worker."""
    with database.transaction() as session:
        return registry.start_training(session, recipe, by=None, at=AT)


def model(database: Database, model_id: int) -> Model:
    with database.reading() as session:
        return registry.get(session, model_id)


def test_the_list_says_what_each_model_learns_and_where_it_stands(member: Browser, sqlite: Database) -> None:
    start(sqlite)

    text = member.get("/models").text

    assert "2 models." in text
    assert "Converted is yes" in text
    assert "Ranks now" in text
    assert "Trains" in text


def test_without_models_the_list_says_what_to_do(member: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        for table in (
            "reason",
            "current_run",
            "frozen_part",
            "frozen_run",
            "run",
            "reign",
            "model_file",
            "model",
        ):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")

    assert "No model yet" in member.get("/models").text
    assert "No run yet" in member.get("/runs").text


def test_the_form_offers_fields_with_kind_and_missing_share(member: Browser) -> None:
    text = member.get("/models/new").text

    assert "Converted (boolean, 1% missing)" in text
    assert "Never an input: free text." in text
    assert '<option value="came_at" selected>' in text


def test_the_form_offers_the_values_of_the_outcome_with_their_counts(member: Browser) -> None:
    text = member.htmx("/models/new", {"outcome": "Contract", "shown": "yes"}).text

    assert "<html" not in text
    assert "Signed (" in text
    assert "Which value means yes" in text


def test_the_form_is_filled_in_from_the_address(member: Browser) -> None:
    text = member.get("/models/new?outcome=Converted&leave_out=Contract&leave_out=Luck").text

    assert 'value="Contract" checked' in text
    assert 'value="Luck" checked' in text
    assert 'value="Demo" checked' not in text


def test_training_is_started_in_words_of_the_form(member: Browser, sqlite: Database) -> None:
    form = {"shown": "yes", "outcome": "Converted", "order_by": "came_at", "leave_out": ["Contract", "Luck"]}

    sent = member.post("/models", form)

    assert sent.headers["Location"] == "/models/2"
    found = model(sqlite, 2)
    assert (found.outcome, found.order_by, found.left_out) == ("Converted", "came_at", ["Contract", "Luck"])
    assert not found.promote
    assert found.created_by == member.user.id


def test_the_form_offers_values_that_decide_nothing_yet(member: Browser, sqlite: Database) -> None:
    with sqlite.transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE person SET status = CASE id % 3 WHEN 0 THEN 'Won' WHEN 1 THEN 'Lost' ELSE 'Open' END"
        )

    text = member.htmx("/models/new", {"outcome": "status", "positive": "Won", "shown": "yes"}).text

    assert "Values that decide nothing yet" in text
    assert 'value="Open" checked' in text
    assert 'value="Lost" checked' not in text


def test_a_definition_can_be_chosen_as_what_it_learns(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    with sqlite.transaction() as session:
        definitions.ship(session, at=AT)
    form = {"shown": "yes", "outcome": "term:inquiry", "order_by": "came_at", "of_term": "target"}

    assert "Meets Inquiry v1, provisional, unsigned" in member.get("/models/new").text
    assert "Say within how many days a record is to meet Inquiry" in member.post("/models", form).text
    member.post("/models", form | {"within_days": "90"})

    text = member.get("/models/2").text
    assert "first meets Inquiry v1 within 90 days" in text
    assert "of those alone who met" in text
    inline.run_all(sqlite, settings)
    ended = member.get("/models/2").text
    assert "Too few outcomes to learn from" in ended, "nobody ever asked for anything"
    assert "of_term=target" in ended


def test_of_whom_and_from_what_age_it_learns_is_said(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    form = {"shown": "yes", "outcome": "Converted", "order_by": "came_at", "leave_out": ["Contract", "Luck"]}
    form |= {"within_days": "500", "only_field": "country", "only_value": "France"}

    member.post("/models", form)
    inline.run_all(sqlite, settings)

    text = member.get("/models/2").text
    found = model(sqlite, 2)
    assert "People, whose Country is France, with a known outcome" in text
    assert f"{found.label['young']} came less than 500 days before the training" in text
    assert 0 < found.label["young"] < 200
    assert found.records + found.label["unknown"] == 200, "every third is from France"
    assert "only_field=country&amp;only_value=France" in text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"outcome": ""}, "Choose the field a model is to learn"),
        ({"outcome": "Channel"}, "Choose which value of Channel means yes"),
        ({"outcome": "Converted", "within_days": "90"}, "name a field of dates that says what came first"),
        ({"outcome": "Converted", "only_field": "Channel"}, "Choose which value of Channel the records"),
    ],
)
def test_what_cannot_be_learned_is_said_beside_the_form(
    member: Browser, sqlite: Database, form: dict[str, str], sentence: str
) -> None:
    sent = member.post("/models", {"shown": "yes", **form})

    assert sent.status_code == 422
    assert sentence in sent.text
    with sqlite.reading() as session:
        assert registry.count(session) == 1


def test_the_label_shows_tests_rivals_and_what_was_learned_from(member: Browser) -> None:
    text = member.get("/models/1").text

    for said in (
        "Out of fold: 600 people",
        "Forward in time: the newest 120",
        "Most recent first",
        "Naive Bayes",
    ):
        assert said in text
    assert "The best tenth holds" in text
    assert "Visits" in text
    assert "Left out: the same value everywhere." in text
    assert text.count('class="chart-drawing"') == 6


def test_leaks_come_first_with_their_evidence_and_a_way_out(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    crowd.trained(sqlite, settings, replace(RECIPE, left_out=()))

    text = member.get("/models/2").text

    assert text.index("Columns that look as if they knew the future") < text.index("Out of fold: 600")
    assert "It alone ranks the outcome with an AUC of" in text
    assert "Train again without it" in text
    assert "leave_out=Contract" in text


def test_a_column_that_may_know_the_future_waits_for_a_leader_who_says_why(
    leader: Browser, member: Browser, sqlite: Database, settings: Settings
) -> None:
    crowd.trained(sqlite, settings, replace(RECIPE, left_out=()))
    known = {"column": "Contract", "decision": "known", "reason": ""}

    refused = leader.post("/models/2/promotion", {"reason": "Better."})
    assert "Contract looks as if it knew the future" in refused.text
    assert member.post("/models/2/columns", known).status_code == 403
    assert "Say how you know" in leader.post("/models/2/columns", known).text
    assert leader.post("/models/2/columns", known | {"column": "Visits"}).status_code == 404
    leader.post("/models/2/columns", known | {"reason": "It is signed at the first call."})

    text = leader.get("/models/2").text
    assert "It is signed at the first call." in text
    assert leader.post("/models/2/promotion", {"reason": "Better."}).status_code == 303


def test_what_was_said_of_a_column_holds_for_the_next_training(
    leader: Browser, sqlite: Database, settings: Settings
) -> None:
    crowd.trained(sqlite, settings, replace(RECIPE, left_out=()))
    leader.post("/models/2/columns", {"column": "Contract", "decision": "out", "reason": "Signed after."})

    text = leader.get("/models/new?outcome=Converted").text

    assert 'value="Contract" checked' in text
    assert "Said to know the future." in text


def test_while_it_trains_the_page_asks_for_its_progress_until_it_ended(
    member: Browser, sqlite: Database, settings: Settings
) -> None:
    start(sqlite)

    assert 'hx-get="/models/2/progress"' in member.get("/models/2").text
    waiting = member.htmx("/models/2/progress")
    assert "every 2s" in waiting.text
    assert "HX-Refresh" not in waiting.headers
    inline.run_all(sqlite, settings)
    ended = member.htmx("/models/2/progress")
    assert "every 2s" not in ended.text
    assert ended.headers["HX-Refresh"] == "true"
    assert member.get("/models/2/progress").headers["Location"] == "/models/2"


def test_a_failed_training_says_its_reason(member: Browser, sqlite: Database, settings: Settings) -> None:
    crowd.trained(sqlite, settings, replace(RECIPE, outcome="Revenue"))

    text = member.get("/models/2").text

    assert "There is no field “Revenue”" in text
    assert "Nothing was learned." in text


def test_a_training_that_was_cancelled_does_not_go_on(member: Browser, sqlite: Database) -> None:
    job = start(sqlite).job_id
    with sqlite.transaction() as session:
        jobs.cancel(session, job, by=None, at=AT)

    text = member.get("/models/2").text

    assert "The training was stopped before it ended." in text
    assert "every 2s" not in text


def test_leaders_promote_which_scores_at_once(leader: Browser, sqlite: Database, settings: Settings) -> None:
    crowd.trained(sqlite, settings)

    sent = leader.post("/models/2/promotion", {"reason": "It learned from more records."})

    assert sent.headers["Location"] == "/models/2"
    inline.run_all(sqlite, settings)
    assert crowd.current(sqlite).model_id == 2
    before = leader.get("/models/1").text
    assert "Retired" in before
    assert "Model 2 took over." in before
    assert "It learned from more records." in leader.get("/models").text


def test_taking_over_from_a_model_that_ranks_needs_a_reason(
    leader: Browser, sqlite: Database, settings: Settings
) -> None:
    crowd.trained(sqlite, settings)

    sent = leader.post("/models/2/promotion")

    assert sent.status_code == 422
    assert "Say why model 2 takes over from model 1." in sent.text


def test_members_neither_promote_nor_retire(member: Browser) -> None:
    assert member.post("/models/1/promotion").status_code == 403
    assert member.post("/models/1/retirement").status_code == 403
    assert "/retirement" not in member.get("/models/1").text


def test_a_model_that_may_not_rank_is_refused_with_its_reason(
    leader: Browser, sqlite: Database, settings: Settings
) -> None:
    crowd.trained(sqlite, settings, replace(RECIPE, order_by=None))

    sent = leader.post("/models/2/promotion", {"reason": "It learned from more records."})

    assert sent.status_code == 422
    assert "it has no forward test" in sent.text


def test_a_retired_model_ranks_no_more(administrator: Browser, sqlite: Database) -> None:
    administrator.post("/models/1/retirement")

    assert crowd.current(sqlite) is None
    assert administrator.post("/models/1/retirement").status_code == 409


def test_members_score_with_a_model(member: Browser, sqlite: Database, settings: Settings) -> None:
    assert member.post("/models/1/runs").headers["Location"] == "/runs/2"

    inline.run_all(sqlite, settings)

    with sqlite.reading() as session:
        assert session.exec(select(Job.state).where(Job.page == "/runs/2")).all() == [State.DONE] * 3


def test_the_trees_are_downloaded_with_their_digest(member: Browser, sqlite: Database) -> None:
    sent = member.get("/models/1/model.txt")

    assert sent.text.startswith("tree\n")
    assert hashlib.sha256(sent.data).hexdigest() == model(sqlite, 1).digest
    assert sent.headers["Content-Disposition"].startswith("attachment; filename=")
    assert sent.headers["Repr-Digest"].startswith("sha-256=:")


@pytest.mark.parametrize("path", ["/models/9", "/models/9/model.txt", "/models/9/progress", "/runs/9"])
def test_there_is_no_such_thing(member: Browser, path: str) -> None:
    assert member.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/models", "/models/new", "/models/1", "/runs", "/runs/1"])
def test_a_page_takes_few_queries(member: Browser, count_queries: Counting, path: str) -> None:
    with count_queries() as queries:
        member.get(path)

    assert len(queries) <= 12
