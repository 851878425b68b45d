from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from portal.db import Database
from portal.errors import NotFound
from portal.fields import Level
from portal.jobs.tables import Job, State
from portal.models import registry, reigns
from portal.models.tables import Model, ModelFile, Run, RunState
from portal.ranking import runs
from portal.settings import Settings
from tests.portal.models import crowd
from tests.portal.models.crowd import AT, current, scored, table
from workers import inline


@pytest.fixture
def ranked(tmp_path: Path) -> Iterator[Database]:
    database = crowd.ranked(tmp_path)
    yield database
    database.dispose()


def model(database: Database, model_id: int = 1) -> Model:
    with database.reading() as session:
        return registry.get(session, model_id)


def test_every_record_is_scored_once_and_ranked_best_first(ranked: Database) -> None:
    rows = table(ranked, 1)

    assert [row[0] for row in rows] == list(range(1, 605))
    assert sorted(row[1] for row in rows) == list(range(1, 605))
    assert rows == sorted(rows, key=lambda row: (-row[2], row[1]))
    groups = [row[4] for row in rows]
    assert groups == sorted(groups)
    assert {*groups} == set(range(1, 21))


def test_a_run_says_how_many_records_fall_into_each_group(ranked: Database) -> None:
    run = current(ranked)

    groups = [(row[4] + 1) // 2 for row in table(ranked, 1)]
    assert [group["records"] for group in run.groups] == [groups.count(number) for number in range(1, 11)]
    assert sum(group["records"] for group in run.groups) == run.records == 604


def test_the_same_run_again_is_equal_to_the_bit(ranked: Database, settings: Settings) -> None:
    again = scored(ranked, settings, model(ranked))

    assert again.digest == current(ranked).digest
    assert table(ranked, again.id) == table(ranked, 1)


def test_a_half_written_run_is_written_anew(database: Database, settings: Settings, ranked: Database) -> None:
    crowd.people(database, unknown=4)
    crowd.trained(database, settings)
    with database.transaction() as session:
        run = runs.start_run(session, registry.get(session, 1), by=None, at=AT)
        runs.lay_out(session, run.id)
        runs.fill(session, run.id, [(rank, rank + 6, 0.0, 0.5, 1, None, 0.0) for rank in (1, 2)])

    inline.run_all(database, settings)

    assert table(database, run.id) == table(ranked, 1)


def test_the_list_is_flipped_in_one_step(ranked: Database, settings: Settings) -> None:
    with ranked.reading() as reader:
        assert runs.current(reader, Level.PERSON).id == 1

        scored(ranked, settings, model(ranked))

        assert runs.current(reader, Level.PERSON).id == 1, "who reads goes on reading the run before"
        assert reader.connection().execute(text("SELECT COUNT(*) FROM score_1")).scalar_one() == 604
    assert current(ranked).id == 2


def test_an_unfinished_run_is_never_current(ranked: Database, settings: Settings) -> None:
    with ranked.transaction() as session:
        run = runs.start_run(session, registry.get(session, 1), by=None, at=AT)
        runs.lay_out(session, run.id)

    assert current(ranked).id == 1


def test_a_model_that_does_not_rank_scores_without_changing_the_list(
    ranked: Database, settings: Settings
) -> None:
    second = crowd.trained(ranked, settings)

    run = scored(ranked, settings, second)

    assert run.state == RunState.DONE
    assert current(ranked).id == 1


def test_retiring_takes_a_models_run_off_the_list(ranked: Database) -> None:
    with ranked.transaction() as session:
        reigns.retire(session, registry.get(session, 1), by=None, at=AT)

    assert current(ranked) is None


@pytest.mark.parametrize("scorer", [None, b"damaged"])
def test_where_the_packed_scorer_is_missing_or_damaged_lightgbm_gives_the_same(
    ranked: Database, settings: Settings, scorer: bytes | None
) -> None:
    with ranked.transaction() as session:
        session.get_one(ModelFile, 1).scorer = scorer

    assert scored(ranked, settings, model(ranked)).digest == current(ranked).digest


def test_the_newest_runs_and_the_current_one_are_kept(ranked: Database, settings: Settings) -> None:
    second = crowd.trained(ranked, settings)
    others = [scored(ranked, settings, second).id for _ in range(runs.KEPT_RUNS + 1)]

    with ranked.reading() as session:
        states = [runs.get_run(session, run_id).state for run_id in (1, *others)]
        with pytest.raises(NotFound, match="no longer kept"):
            runs.with_scores(session, others[0])
    assert states == ["done", "dropped", *["done"] * runs.KEPT_RUNS]
    assert current(ranked).id == 1
    assert not inspect(ranked.engine).has_table(f"score_{others[0]}")
    assert inspect(ranked.engine).has_table("score_1")


def test_what_a_cancelled_run_left_is_dropped_with_the_next(ranked: Database, settings: Settings) -> None:
    with ranked.transaction() as session:
        left = runs.start_run(session, registry.get(session, 1), by=None, at=AT)
        runs.lay_out(session, left.id)
        session.get_one(Job, left.job_id).state = State.CANCELLED

    scored(ranked, settings, model(ranked))

    with ranked.reading() as session:
        assert session.get_one(Run, left.id).state == RunState.FAILED
    assert not inspect(ranked.engine).has_table(f"score_{left.id}")


def test_a_run_of_nobody_is_a_run(ranked: Database, settings: Settings) -> None:
    with ranked.transaction() as session:
        session.connection().execute(text("DELETE FROM person"))

    run = scored(ranked, settings, model(ranked))

    assert (run.state, run.records) == (RunState.DONE, 0)
    assert table(ranked, run.id) == []


def test_scores_are_read_with_the_ids_of_their_source(ranked: Database) -> None:
    with ranked.reading() as session:
        found = list(runs.scores(session, runs.get_run(session, 1), batch=250))

    assert [(f.rank, f.record_id, f.propensity, f.group) for f in found] == [
        (rank, record, propensity, group) for rank, record, _, propensity, group, *_ in table(ranked, 1)
    ]
    assert found[0].external_id == f"L-{found[0].record_id - 1:04}"
