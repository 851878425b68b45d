"""Working on a run's shares: taken, scored and handed in one by one, by as many threads as the processor has use for."""

import hashlib
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from sqlmodel import Session

from portal.clock import now
from portal.ranking import shares
from scoring.columns import FloatArray, IntArray
from scoring.features import prior_only
from workers.freezing import Freeze, freezing
from workers.plans import THREADS, Plan, Read
from workers.tasks import Claim

LOOK_SECONDS: Final = 0.2
BYTES_A_RECORD: Final = 32


@dataclass(frozen=True)
class Scores:
    """Of some records (n,), in the order of ids: raw sums, expected amounts (NaN where none are known) and engagement.

    `unknown` counts those of whom the model knew nothing, `digest` is that of what was read.
    """

    ids: IntArray
    raw: FloatArray
    value: FloatArray
    engagement: FloatArray
    unknown: int
    digest: str

    def to_bytes(self) -> bytes:
        return b"".join(column.tobytes() for column in (self.ids, self.raw, self.value, self.engagement))

    @classmethod
    def of_bytes(cls, scores: bytes, unknown: int, digest: str) -> Self:
        ids, *others = np.frombuffer(scores, np.int64).reshape(4, -1)
        raw, value, engagement = (column.view(np.float64) for column in others)
        return cls(ids, raw, value, engagement, unknown, digest)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Parts in the order of ids, as one."""

        def whole(name: str, dtype: type[np.generic]) -> npt.NDArray[Any]:
            return np.concatenate([np.array([], dtype), *(getattr(part, name) for part in parts)])

        return cls(
            ids=whole("ids", np.int64),
            raw=whole("raw", np.float64),
            value=whole("value", np.float64),
            engagement=whole("engagement", np.float64),
            unknown=sum(part.unknown for part in parts),
            digest=hashlib.sha256("".join(part.digest for part in parts).encode()).hexdigest(),
        )


def handed_in(session: Session, run_id: int) -> Scores:
    """The scores of all shares of a run, one after another put where they belong: they are never in memory twice."""
    records = shares.bytes_of_all(session, run_id) // BYTES_A_RECORD
    whole, unknown, digests, end = np.empty((4, records), np.int64), 0, hashlib.sha256(), 0
    for share in shares.handed_in(session, run_id):
        part = np.frombuffer(share.scores, np.int64).reshape(4, -1)
        start, end = end, end + part.shape[1]
        whole[:, start:end] = part
        unknown += share.unknown
        digests.update(share.digest.encode())
    ids, *others = whole
    raw, value, engagement = (column.view(np.float64) for column in others)
    return Scores(ids, raw, value, engagement, unknown, digests.hexdigest())


def score(plan: Plan, read: Read) -> Scores:
    """The scores of a part as it was read."""
    matrix = plan.model.encoder.encode(read.table, plan.as_of)
    return Scores(
        read.table.ids,
        plan.score(matrix),
        plan.worth.amounts(read.table, plan.as_of),
        plan.rule.levels(read.done, read.table.ids, plan.as_of),
        int(prior_only(matrix).sum()),
        read.digest,
    )


def work(job: Claim, plan: Plan) -> int:
    """Take shares until there is none to be had. Returns how many were handed in. Raises Cancelled or LeaseLost."""
    stop = threading.Event()
    with ThreadPoolExecutor(THREADS, "share") as pool:
        try:
            threads = [pool.submit(_take_turns, job, plan, stop) for _ in range(THREADS)]
            _watch(job, plan, threads)
        finally:
            stop.set()
    return sum(thread.result() for thread in threads)


def _watch(job: Claim, plan: Plan, threads: Sequence[Future[int]]) -> None:
    pending = set(threads)
    while pending:
        done, pending = wait(pending, LOOK_SECONDS, return_when="FIRST_EXCEPTION")
        for thread in done:
            thread.result()
        _tell(job, plan.run.id)


def _tell(job: Claim, run_id: int) -> None:
    with job.database.reading() as session:
        total, missing = shares.count(session, run_id), shares.left(session, run_id)
    job.progress(total - missing, total, "scoring")


def _take_turns(job: Claim, plan: Plan, stop: threading.Event) -> int:
    """One thread: what it hands in and what it takes next are one short write."""
    done, found = 0, None
    while not stop.is_set() and (part := _turn(job, plan, found)) is not None:
        found = _done(job, plan, part)
        done += 1
    return done


@dataclass(frozen=True)
class Done:
    """A share that is ready to be handed in; `freeze` keeps what was read."""

    part: int
    scores: Scores
    freeze: Freeze


def _done(job: Claim, plan: Plan, part: int) -> Done:
    read = plan.read(job.database, part)
    is_kept = job.settings.frozen_days > 0
    freeze = freezing(job.database, plan.run.id, read, plan.fields) if is_kept else _keep_nothing
    return Done(part, score(plan, read), freeze)


def _keep_nothing(session: Session) -> None:
    """Where the settings keep no rows."""


def _turn(job: Claim, plan: Plan, found: Done | None) -> int | None:
    run_id = plan.run.id
    with job.transaction() as session:
        if found and shares.hand_in(session, run_id, found.part, _handed(found), token=job.token, at=now()):
            found.freeze(session)
        if not shares.is_open(session, run_id):
            return None
        return shares.take(session, run_id, job_id=job.id, token=job.token, at=now())


def _handed(found: Done) -> shares.Handed:
    scores = found.scores
    return shares.Handed(scores.to_bytes(), scores.unknown, scores.digest)


def wait_for_others(job: Claim, plan: Plan) -> None:
    """Until every share is handed in; what a worker left that died is done here."""
    while True:
        with job.database.reading() as session:
            missing = shares.left(session, plan.run.id)
        if not missing:
            return
        work(job, plan)
        job.check()
        time.sleep(LOOK_SECONDS)
