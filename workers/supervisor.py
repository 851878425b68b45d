"""Keeps a set of processes up, and takes them down in order: the last in the list is stopped first."""

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Final

from workers.child import Child

LOOK_SECONDS: Final = 0.1

log = logging.getLogger(__name__)


class Supervisor:
    """Children in groups: each group is started after, and stopped before, the one above it."""

    def __init__(self, groups: Sequence[Sequence[Child]]) -> None:
        self.groups = groups
        self._stopping = False
        self._hurry = False

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Start everything, call `announce` once `ready` says so, and keep everything up until a signal asks to stop.

        Raises what the first start of a child raises; nothing is left running then.
        """
        self._listen()
        try:
            self._start()
            announced = False
            while not self._stopping:
                self._keep_up()
                if not announced and ready():
                    announce()
                    announced = True
                time.sleep(LOOK_SECONDS)
        finally:
            self.stop()

    def _listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup stays in force
                signal.signal(number, self._told)

    def _told(self, _signal: int, _frame: FrameType | None) -> None:
        self._hurry = self._stopping
        self._stopping = True

    def _start(self) -> None:
        for group in self.groups:
            for child in group:
                if self._stopping:
                    return
                child.start()

    def _keep_up(self) -> None:
        for group in self.groups:
            for child in group:
                child.keep_up()

    def stop(self) -> None:
        """Stop group after group, the last first: asked kindly, then ended. A second signal hurries."""
        for group in reversed(self.groups):
            for child in group:
                child.ask_to_stop()
            self._wait(group)
            for child in group:
                child.kill()
        log.info("stopped everything in process %s", os.getpid())

    def _wait(self, group: Sequence[Child]) -> None:
        until = time.monotonic() + max((child.patience for child in group), default=0)
        while time.monotonic() < until and not self._hurry:
            if all(child.has_stopped() for child in group):
                return
            time.sleep(LOOK_SECONDS / 4)
