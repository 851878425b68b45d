"""What somebody plants on the queue does nothing, however it is dressed up."""

import json
import pickle
import zlib
from pathlib import Path
from typing import Any

import pytest
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from portal.jobs import State
from tests.workers.conftest import Trial
from workers.queue.allowed import AllowedJob
from workers.queue.doorbell import connect, queue_of


@pytest.mark.parametrize(
    "call",
    [
        ["os.system", None, ["touch PLANTED"], {}],
        ["workers.tasks.run", None, ["touch PLANTED"], {}],
        ["workers.tasks.run", None, [True], {}],
        ["workers.tasks.run", None, [1, 2], {}],
        ["workers.tasks.run", None, [1], {"job_id": 2}],
        ["run", "workers.tasks", [1], {}],
        ["workers.tasks.find", None, [1], {}],
    ],
)
def test_only_our_function_with_one_number_may_run(call: list[Any]) -> None:
    job = AllowedJob("planted", connection=object(), serializer=JSONSerializer)
    job.restore({b"data": json.dumps(call).encode(), b"created_at": b""})

    with pytest.raises(PermissionError):
        _ = job.func


def test_our_function_with_one_number_may() -> None:
    job = AllowedJob("ours", connection=object(), serializer=JSONSerializer)
    job.restore({b"data": json.dumps(["workers.tasks.run", None, [7], {}]).encode(), b"created_at": b""})

    assert job.func.__name__ == "run"


def test_callbacks_webhooks_and_repeats_that_a_hash_names_are_ignored() -> None:
    job = AllowedJob("planted", connection=object(), serializer=JSONSerializer)
    job.restore(
        {
            b"data": json.dumps(["workers.tasks.run", None, [7], {}]).encode(),
            b"created_at": b"",
            b"success_callback_name": b"os.abort",
            b"failure_callback_name": b"os.abort",
            b"stopped_callback_name": b"os.abort",
            b"webhooks": json.dumps([{"url": "http://127.0.0.1/", "job_status": "finished"}]).encode(),
            b"dependency_ids": b'["other"]',
            b"retries_left": b"3",
            b"repeats_left": b"3",
            b"group_id": b"group",
            b"rate_limit_key": b"key",
        }
    )

    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    assert (job.webhooks, job.retries_left, job.repeats_left) == ([], None, None)
    assert (job.group_id, job.has_rate_limit) == (None, False)
    assert job.send_webhooks("finished") is None


def test_what_cannot_be_read_counts_as_not_there() -> None:
    job = AllowedJob("planted", connection=object(), serializer=JSONSerializer)

    with pytest.raises(NoSuchJobError):
        job.restore({b"data": b"{}", b"status": b"nonsense"})


def test_a_worker_survives_what_is_planted_and_does_none_of_it(trial: Trial, tmp_path: Path) -> None:
    trial.start("server", "default")
    planted = tmp_path / "planted"
    command = f"touch {planted}"
    _plant(trial, "system", json.dumps(["os.system", None, [command], {}]).encode())
    _plant(trial, "pickled", pickle.dumps(_Bomb(command)))
    _plant(
        trial,
        "callbacks",
        json.dumps(["workers.tasks.run", None, [999], {}]).encode(),
        success_callback_name="os.abort",
        failure_callback_name="os.abort",
    )
    _plant(trial, "garbage", b"\x00\xff", status="nonsense", timeout="soon")

    done = trial.ended(trial.add("write", name="Alder"))

    assert done.state == State.DONE
    assert not planted.exists()


class _Bomb:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, (self.command,)


def _plant(trial: Trial, name: str, data: bytes, **fields: str) -> None:
    client = connect(trial.settings)
    queue = queue_of(client, "default")
    usual = {
        "data": zlib.compress(data),
        "created_at": "2026-03-02T00:00:00Z",
        "origin": "default",
        "timeout": "5",
    }
    client.hset(Job.key_for(name), mapping=usual | {"status": "queued"} | fields)
    client.rpush(queue.key, name)
