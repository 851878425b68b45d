"""What may come through the queue: one function, with one number. Anything else that is planted there does nothing.

RQ executes whatever function a job's hash names, calls the callbacks it names, and posts to the webhooks it names; a
JSON serialiser alone does not hinder it.
"""

from typing import Any, Final

from rq.exceptions import NoSuchJobError
from rq.job import Job

RUN: Final = "workers.tasks.run"


class AllowedJob(Job):
    """A job that can only be `run(id)`."""

    @property
    def func(self) -> Any:
        if self.func_name != RUN or self.instance is not None or self.kwargs or not _one_number(self.args):
            raise PermissionError("the queue may only carry the number of a job")
        from workers.tasks import run

        return run

    success_callback = None
    failure_callback = None
    stopped_callback = None

    def restore(self, raw_data: Any) -> Any:
        """Take over what the hash says, apart from everything that would act by itself."""
        try:
            super().restore(raw_data)
        except Exception as error:
            raise NoSuchJobError("unreadable") from error
        self.webhooks = []
        self._dependency_ids = []
        self.group_id = self.rate_limit_key = self.rate_limit_concurrency = None
        self.retries_left = self.repeats_left = None

    def send_webhooks(self, status: object, **_: object) -> None:
        """Nobody is told through the queue."""


def _one_number(args: Any) -> bool:
    return len(args) == 1 and type(args[0]) is int
