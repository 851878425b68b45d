"""The trials of chaos use the same portal of real processes as the tests of workers."""

from tests.workers.conftest import Trial, trial

__all__ = ["Trial", "trial"]
