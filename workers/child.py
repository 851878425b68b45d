"""One process under the supervisor: started again with growing pauses when it ends, stopped with patience."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from workers.processes import tied_to

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 10.0
HEALTHY_SECONDS: Final = 5.0

log = logging.getLogger(__name__)
Process = subprocess.Popen[bytes]


@dataclass
class Child:
    """`command` is asked for at each start; `started` is called with the process, and may refuse it."""

    name: str
    command: Callable[[], Sequence[str]]
    patience: float = 10.0
    started: Callable[[Process], None] | None = None
    pass_fds: tuple[int, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    process: Process | None = None
    _began: float = 0.0
    _next: float = 0.0
    _failures: int = 0

    def start(self) -> None:
        """Start the process. It ends when this one does, and gets no Ctrl-C of its own."""
        self._began = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own programs, no shell
            self.command(),
            stdin=subprocess.DEVNULL,
            pass_fds=self.pass_fds,
            env=os.environ | self.environment,
            start_new_session=True,
            preexec_fn=tied_to(os.getpid()),  # noqa: PLW1509
        )
        if self.started:
            self.started(self.process)

    def keep_up(self) -> None:
        """Start the process again if it has ended and its pause is over."""
        if self.process is not None and self.process.poll() is not None:
            self._note_end(self.process.returncode)
        if self.process is None and time.monotonic() >= self._next:
            try:
                self.start()
            except Exception:
                log.exception("%s does not start", self.name)
                self.kill()
                self._pause()

    def _note_end(self, code: int) -> None:
        if time.monotonic() - self._began > HEALTHY_SECONDS:
            self._failures = 0
        log.warning("%s ended (%s); starting it again", self.name, _ending(code))
        self.process = None
        self._pause()

    def _pause(self) -> None:
        self._next = time.monotonic() + min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures += 1

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it does and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def has_stopped(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """End the process and what it started, at once."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            log.debug("%s has ended", self.name)
        self.process.wait()
        self.process = None


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
