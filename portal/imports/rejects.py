"""Rejected rows as a CSV that a person corrects and imports again: the place, the reason, the original cells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.spreadsheets import csv_lines


@dataclass(frozen=True)
class Reject:
    """A row that does not go in. `row` is its place in the file, from 1, the header's included; `reason` are
    whole sentences; `column` is the first that is wrong, empty for a row cut wrongly.
    """

    row: int
    column: str
    reason: str
    cells: list[str]


def lines(names: Sequence[str], rejects: Iterable[Reject]) -> Iterator[str]:
    """The CSV in pieces, to be streamed."""
    return csv_lines(["Row", "Reason", *names], ([one.row, one.reason, *one.cells] for one in rejects))


def write(path: Path, names: Sequence[str], rejects: Iterable[Reject]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(lines(names, rejects))
