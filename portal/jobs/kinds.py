"""The kinds of work there are: which queue does each, how long one attempt may take, how often it is tried."""

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3600


@dataclass(frozen=True)
class Kind:
    """`time_limit` is seconds for one attempt; `max_attempts` counts lost workers and unexpected errors alike."""

    queue: str
    time_limit: int
    max_attempts: int = 5


KINDS: Final[dict[str, Kind]] = {
    "unpack": Kind("imports", HOUR, 3),
    "understand": Kind("imports", HOUR, 3),
    "check": Kind("imports", 2 * HOUR, 3),
    "import": Kind("imports", 6 * HOUR),
    "undo": Kind("imports", 6 * HOUR),
    "judge": Kind("scoring", 2 * HOUR),
    "impact": Kind("scoring", 2 * HOUR, 3),
    "train": Kind("scoring", 4 * HOUR),
    "score": Kind("scoring", 4 * HOUR),
    "share": Kind("scoring", 4 * HOUR),
    "explain": Kind("scoring", 10 * MINUTE, 3),
    "compare": Kind("scoring", 4 * HOUR, 3),
    "replay": Kind("scoring", 4 * HOUR, 3),
    "rescore": Kind("scoring", 10 * MINUTE),
    "watch": Kind("scoring", 30 * MINUTE, 3),
    "report": Kind("reports", 10 * MINUTE, 3),
    "paper": Kind("reports", 10 * MINUTE, 3),
    "export": Kind("default", 2 * HOUR, 3),
    "definitions": Kind("default", 10 * MINUTE),
    "mail": Kind("default", 2 * MINUTE),
    "duplicates": Kind("default", 2 * HOUR, 3),
    "health": Kind("default", HOUR, 3),
    "spelling": Kind("default", HOUR),
    "sweep": Kind("default", 10 * MINUTE),
    "clear_demo": Kind("default", HOUR),
}

QUEUES: Final = ("default", "imports", "scoring", "reports")
