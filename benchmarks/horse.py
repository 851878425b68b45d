"""A worker's process for one job after another, each in a fork of its own as workers do: `python -m benchmarks.horse`.

Reads ids of jobs, a line each; answers with a JSON line: seconds from the fork to its end, its CPU seconds, and
the most memory it held.
"""

import json
import os
import sys
import time

from portal.settings import Settings
from workers.attempts import attempt
from workers.queue import open_database
from workers.worker import preload


def main() -> None:
    """Serve until there is no more input."""
    preload("scoring")
    for line in sys.stdin:
        began = time.perf_counter()
        child = os.fork()
        if not child:
            _work(int(line))
        _, status, usage = os.wait4(child, 0)
        seconds, cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
        told = {"seconds": seconds, "cpu": cpu, "peak_mib": usage.ru_maxrss / 2**10, "status": status}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _work(job_id: int) -> None:
    settings = Settings.model_validate({})
    database = open_database(settings)
    attempt(database, settings, job_id, alone=False)
    database.dispose()
    os._exit(0)


if __name__ == "__main__":
    main()
