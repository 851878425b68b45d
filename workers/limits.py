"""A job's time limit, in three steps: an exception in its code, then the heartbeat ends its process, then a watchdog in C."""

import faulthandler
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

WATCHDOG_SECONDS: Final = 6


class Overrun(Exception):  # noqa: N818
    """The job took longer than its limit."""


@contextmanager
def time_limit(seconds: int, *, alone: bool) -> Iterator[None]:
    """Raise Overrun in the main thread after `seconds`; a process that is the job's `alone` ends a little later.

    The watchdog needs no Python to run, so it also ends code that never gives the interpreter back.
    """
    in_main = threading.current_thread() is threading.main_thread()
    previous = signal.signal(signal.SIGALRM, _raise) if in_main else None
    if in_main:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    if alone:
        faulthandler.dump_traceback_later(seconds + WATCHDOG_SECONDS, exit=True)
    try:
        yield
    finally:
        if alone:
            faulthandler.cancel_dump_traceback_later()
        if in_main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous or signal.SIG_DFL)


def _raise(_signal: int, _frame: object) -> None:
    raise Overrun
