"""Logs: JSON lines in DATA_DIR/logs with the request's and the job's id, terse lines on the terminal."""

import fcntl
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any, Final

from portal.settings import Settings

LARGEST_BYTES: Final = 10_000_000
KEPT: Final = 3
CHATTY: Final = ("rq.worker", "rq.job", "rq.queue", "weasyprint", "weasyprint.progress", "fontTools")

_bound: ContextVar[dict[str, Any]] = ContextVar("bound", default={})  # noqa: B039  never changed, only replaced


@contextmanager
def bound(**ids: Any) -> Iterator[None]:
    """Have every line logged inside carry these ids, such as `request_id` or `job_id`."""
    token = _bound.set(_bound.get() | ids)
    try:
        yield
    finally:
        _bound.reset(token)


def configure(settings: Settings, program: str, *, terminal: bool = True) -> None:
    """Log to DATA_DIR/logs/PROGRAM.log, and to standard error where that is a person's or a supervisor's."""
    folder = settings.data_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = RotatedFile(folder / f"{program}.log")
    file.setFormatter(JsonLine(program))
    handlers: list[logging.Handler] = [file]
    if terminal:
        screen = logging.StreamHandler(sys.stderr)
        screen.setFormatter(TerseLine(f"%(asctime)s {program}: %(message)s", "%H:%M:%S"))
        screen.setLevel(logging.WARNING)
        handlers.append(screen)
    logging.basicConfig(level=settings.log_level.upper(), handlers=handlers, force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


class TerseLine(logging.Formatter):
    """The message alone; the trace is in the file."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return f"{ei[0].__name__}: {ei[1]}"


class JsonLine(logging.Formatter):
    """One JSON object a line: time, level, program, logger, message, the ids bound, what the call adds, and the trace of an exception."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self.program = program

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "program": self.program,
            "process": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        extra = {name: value for name, value in vars(record).items() if name not in _USUAL}
        return json.dumps(line | extra | _bound.get(), ensure_ascii=False, default=str)


_USUAL: Final = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class RotatedFile(WatchedFileHandler):
    """A file that several processes write, moved aside by one of them when it has grown large; the last few are kept."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self.path = path

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if self.stream and self.stream.tell() > LARGEST_BYTES:
            self._rotate()

    def _rotate(self) -> None:
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.path.exists() and self.path.stat().st_size > LARGEST_BYTES:
                for number in range(KEPT - 1, 0, -1):
                    _move(self._kept(number), self._kept(number + 1))
                _move(self.path, self._kept(1))

    def _kept(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


def _move(source: Path, target: Path) -> None:
    if source.exists():
        source.replace(target)
