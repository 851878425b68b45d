import pytest

from portal.jobs.tables import State
from portal.models import standing
from portal.models.standing import Standing
from portal.models.tables import Model, Run
from tests.portal.models.crowd import AT

TRAINED = {"state": "ready"}
USABLE = TRAINED | {"is_usable": True}
PROMOTABLE = USABLE | {"is_promotable": True}


@pytest.mark.parametrize(
    ("row", "job", "word"),
    [
        ({}, State.QUEUED, Standing.TRAINS),
        ({}, State.RUNNING, Standing.TRAINS),
        ({}, State.CANCELLED, Standing.STOPPED),
        ({}, State.DEAD, Standing.FAILED),
        ({"state": "failed"}, State.FAILED, Standing.FAILED),
        ({"state": "failed"}, State.QUEUED, Standing.TRAINS),
        ({"state": "failed"}, None, Standing.FAILED),
        (TRAINED, State.DONE, Standing.USELESS),
        (USABLE, State.DONE, Standing.READY),
        (PROMOTABLE, State.DONE, Standing.MAY_RANK),
        (PROMOTABLE, None, Standing.MAY_RANK),
        (PROMOTABLE | {"promoted_at": AT}, State.DONE, Standing.RANKS),
        (PROMOTABLE | {"promoted_at": AT, "retired_at": AT}, State.DONE, Standing.RETIRED),
    ],
)
def test_where_a_model_stands(row: dict[str, object], job: State | None, word: Standing) -> None:
    assert standing.of_model(Model(**row), job) is word


@pytest.mark.parametrize(
    ("state", "job", "is_current", "word"),
    [
        ("running", State.RUNNING, False, Standing.SCORES),
        ("running", State.CANCELLED, False, Standing.STOPPED),
        ("running", State.DEAD, False, Standing.FAILED),
        ("failed", State.FAILED, False, Standing.FAILED),
        ("done", State.DONE, False, Standing.DONE),
        ("done", State.DONE, True, Standing.CURRENT),
        ("dropped", State.DONE, False, Standing.DROPPED),
    ],
)
def test_where_a_run_stands(state: str, job: State, is_current: bool, word: Standing) -> None:
    assert standing.of_run(Run(state=state), job, is_current=is_current) is word


def test_only_what_goes_on_is_looked_at_again() -> None:
    assert [word for word in Standing if standing.goes_on(word)] == [Standing.TRAINS, Standing.SCORES]
