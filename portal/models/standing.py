"""Where a model or a run stands, in the word people read. Decided from the row and the state of its job alone."""

from enum import StrEnum

from portal.jobs.rules import ENDED
from portal.jobs.tables import State
from portal.models.tables import Model, ModelState, Run, RunState


class Standing(StrEnum):
    """The value is the word."""

    TRAINS = "trains"
    SCORES = "scores"
    STOPPED = "stopped"
    FAILED = "failed"
    USELESS = "no useful model"
    READY = "ready"
    MAY_RANK = "may rank"
    RANKS = "ranks now"
    RETIRED = "retired"
    DONE = "done"
    CURRENT = "current"
    DROPPED = "scores dropped"


def of_model(model: Model, job_state: str | None) -> Standing:
    """`job_state` is that of its training, which may have ended without a word to the model."""
    if model.state != ModelState.READY:
        return _unfinished(model.state == ModelState.FAILED, job_state, Standing.TRAINS)
    if model.promoted_at is not None:
        return Standing.RETIRED if model.retired_at else Standing.RANKS
    if not model.is_usable:
        return Standing.USELESS
    return Standing.MAY_RANK if model.is_promotable else Standing.READY


def of_run(run: Run, job_state: str | None, *, is_current: bool) -> Standing:
    """`is_current`: the ranked list shows it."""
    if run.state == RunState.DROPPED:
        return Standing.DROPPED
    if run.state == RunState.DONE:
        return Standing.CURRENT if is_current else Standing.DONE
    return _unfinished(run.state == RunState.FAILED, job_state, Standing.SCORES)


def _unfinished(failed: bool, job_state: str | None, goes_on: Standing) -> Standing:
    """A job that was started again goes on, whatever became of it before."""
    if job_state is not None and job_state not in ENDED:
        return goes_on
    if job_state == State.CANCELLED:
        return Standing.STOPPED
    return Standing.FAILED if failed or job_state is not None else goes_on


def goes_on(standing: Standing) -> bool:
    """Whether a page should look again in a moment."""
    return standing in {Standing.TRAINS, Standing.SCORES}
