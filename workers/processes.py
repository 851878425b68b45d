"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def die_with(parent: int) -> None:
    """End this process when the process `parent`, which started it, ends; by signal on Linux, by looking elsewhere."""
    if tie := tied_to(parent):
        tie()
    else:
        threading.Thread(target=_look_after, args=(parent,), daemon=True, name="parent-watch").start()


def tied_to(parent: int) -> Callable[[], None] | None:
    """What a child calls between fork and exec to end with its parent; None where the system has no such thing.

    The library is loaded beforehand: after a fork nothing may be loaded any more.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)

    return tie


def _look_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
