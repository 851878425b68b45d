"""What a job's function holds: its arguments, its progress, and transactions that only commit while the claim holds."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

from sqlmodel import Session

from portal.clock import now
from portal.db import Database
from portal.jobs import claims
from portal.jobs.claims import HEARTBEAT, Cancelled, LeaseLost
from portal.jobs.tables import Job
from portal.settings import Settings

__all__ = ["Cancelled", "Claim", "Heartbeat", "LeaseLost"]

PROGRESS_SECONDS: Final = 1.0
GRACE_SECONDS: Final = 10.0
OVERRUN_SECONDS: Final = 2.0

log = logging.getLogger(__name__)


@dataclass
class Claim:
    """One attempt at one job."""

    id: int
    kind: str
    attempt: int
    arguments: dict[str, Any]
    time_limit: int
    token: str
    database: Database
    settings: Settings
    _ended: type[Exception] | None = None
    _noted: float = field(default=0.0)
    _step: str = field(default="")

    @classmethod
    def of(cls, job: Job, database: Database, settings: Settings) -> Self:
        """The claim a worker has just made."""
        return cls(
            id=job.id,
            kind=job.kind,
            attempt=job.attempt,
            arguments=job.arguments,
            time_limit=job.time_limit,
            token=job.token or "",
            database=database,
            settings=settings,
        )

    def progress(self, done: int, total: int | None = None, step: str = "") -> None:
        """Note how far the job is: each new step, and then about once a second. Raises Cancelled or LeaseLost: let them pass."""
        self.check()
        if step == self._step and time.monotonic() - self._noted < PROGRESS_SECONDS:
            return
        self._step, self._noted = step, time.monotonic()
        known = {} if total is None else {"total_units": total}
        self.extend(done_units=done, step=step, **known)
        self.check()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write unit for work applied in parts: it commits only while the claim holds. Raises Cancelled or LeaseLost."""
        with self.database.transaction() as session:
            if claims.extend(session, self.id, token=self.token, at=now()):
                raise Cancelled
            yield session
            claims.extend(session, self.id, token=self.token, at=now())

    def check(self) -> None:
        """Raise Cancelled or LeaseLost when the heartbeat has learned of it."""
        if self._ended:
            raise self._ended

    def extend(self, **progress: Any) -> None:
        """Hold the claim for another lease, and learn whether it still stands."""
        try:
            with self.database.transaction() as session:
                asked = claims.extend(session, self.id, token=self.token, at=now(), **progress)
            if asked:
                self._ended = Cancelled
        except LeaseLost:
            self._ended = LeaseLost

    @property
    def ended(self) -> bool:
        return self._ended is not None


class Heartbeat(threading.Thread):
    """Extends a claim's lease while its function works.

    In a process that is the job's `alone`, it ends the process when the function does not stop by itself: a while after
    the claim ended, or after the time limit passed.
    """

    def __init__(self, claim: Claim, *, alone: bool) -> None:
        super().__init__(daemon=True, name=f"heartbeat-{claim.id}")
        self.claim = claim
        self.alone = alone
        self._over = threading.Event()
        self._deadline = time.monotonic() + claim.time_limit + OVERRUN_SECONDS
        self._told: float | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(GRACE_SECONDS)

    def run(self) -> None:
        while not self._over.wait(min(HEARTBEAT.total_seconds(), self._until_deadline())):
            self._beat()
            if self.alone:
                self._end_what_hangs()

    def _until_deadline(self) -> float:
        return max(self._deadline - time.monotonic(), 0.2)

    def _beat(self) -> None:
        try:
            self.claim.extend()
        except Exception:
            log.exception("could not extend the lease of job %s", self.claim.id)

    def _end_what_hangs(self) -> None:
        if self.claim.ended:
            self._told = self._told or time.monotonic()
            if time.monotonic() - self._told > GRACE_SECONDS:
                self._end("it was asked to stop and did not")
        elif time.monotonic() >= self._deadline:
            self._end("it passed its time limit and did not stop")

    def _end(self, why: str) -> None:
        from workers.attempts import record_overrun, record_stop

        if self._over.is_set():
            return
        log.error("ending the process of job %s: %s", self.claim.id, why)
        try:
            (record_stop if self.claim.ended else record_overrun)(self.claim)
        finally:
            os._exit(1)
