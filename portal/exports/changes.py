"""What changed for a target since it was last told: read in parts, compared by digest, remembered under the export.

A digest counts once its export is done, so a file and what is remembered of it become true together. The newest done
export of a record wins: what is remembered is what stands over there once the files were loaded in their order.
"""

# ruff: noqa: S608  SQL over tables and columns we name; what people type is bound

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

import polars as pl
from sqlalchemy import text
from sqlmodel import Session

from portal.columns import STANDING, TABLES
from portal.db import canonical
from portal.exports.offered import OFFERED, expression
from portal.exports.tables import ExportState, Target
from portal.exports.targets import layout_of
from portal.fields import Level
from portal.imports.identifiers import full_ids
from portal.models.tables import Run

BATCH: Final = 10_000


@dataclass(frozen=True)
class Line:
    """One record over there that is to be told: its row in external_id, the digest, the cells with the id first."""

    external_row: int
    digest: int
    cells: list[str]


@dataclass
class Part:
    """The records of a range of external ids, first < row <= last, that changed, and how many were read or had no usable id."""

    first: int
    last: int
    lines: list[Line] = field(default_factory=list)
    read: int = 0
    malformed: int = 0
    others: int = 0


def header(target: Target) -> list[str]:
    return [layout_of(target).id_head, *(name for _, name in target.columns)]


def parts(
    session: Session, target: Target, run: Run | None, *, is_full: bool = False, batch: int = BATCH
) -> Iterator[Part]:
    """Everything the target is to be told, or only what is new or changed. The last part may be empty."""
    reader, first = _Reader(target, run), 0
    query = text(reader.query())
    while True:
        values = {"level": target.level, "source": target.source, "after": first, "limit": batch}
        rows = session.connection().execute(query, values).all()
        part = Part(first, rows[-1][0] if rows else first, read=len(rows))
        reader.fill(part, rows, {} if is_full else _told(session, target.id, part))
        yield part
        if len(rows) < batch:
            return
        first = part.last


class _Reader:
    """From a target's records to the lines it is told."""

    def __init__(self, target: Target, run: Run | None) -> None:
        self.target, self.run, self.layout = target, run, layout_of(target)
        self.offers = [OFFERED[target.level][key] for key, _ in target.columns]
        self.names = canonical(target.columns)

    def query(self) -> str:
        level = Level(self.target.level)
        chosen = "".join(f", {expression(offer, self.run)}" for offer in self.offers)
        scores = f"LEFT JOIN score_{self.run.id:d} s ON s.record_id = r.id" if self.run else ""
        return (
            f"SELECT e.id, e.external_id{chosen} FROM external_id e "
            f"JOIN {TABLES[level]} r ON r.id = e.record_id {scores} "
            f"WHERE e.level = :level AND e.source = :source AND e.id > :after {STANDING.get(level, '')} "
            "ORDER BY e.id LIMIT :limit"
        )

    def fill(self, part: Part, rows: Sequence[Sequence[Any]], told: Mapping[int, int]) -> None:
        """Sort the records read into what is to be told and what has no place in the file."""
        for row, id_ in zip(rows, self._ids(rows), strict=True):
            if not self.layout.is_id.fullmatch(id_):
                part.malformed += 1
            elif not id_.startswith(self.target.prefix):
                part.others += 1
            elif (line := self._line(row, id_)).digest != told.get(row[0]):
                part.lines.append(line)

    def _ids(self, rows: Sequence[Sequence[Any]]) -> list[str]:
        ids = pl.Series("id", [row[1] for row in rows], dtype=pl.String)
        return (full_ids(ids) if self.layout.key == "salesforce" else ids).to_list()

    def _line(self, row: Sequence[Any], id_: str) -> Line:
        values = (offer.value(cell) for offer, cell in zip(self.offers, row[2:], strict=True))
        cells = [id_, *map(self.layout.cell, values)]
        return Line(row[0], digest_of(self.names, cells), cells)


TOLD: Final = text(
    "SELECT s.external_row, s.digest FROM export_sent s JOIN export x ON x.id = s.export_id "
    "WHERE s.target_id = :target AND s.external_row > :first AND s.external_row <= :last AND x.state = :done "
    "ORDER BY s.export_id"
)


def _told(session: Session, target_id: int, part: Part) -> dict[int, int]:
    """What the target was last told of the records of a range, as digests."""
    values = {"target": target_id, "first": part.first, "last": part.last, "done": ExportState.DONE}
    return {row[0]: row[1] for row in session.connection().execute(TOLD, values)}


def digest_of(names: str, cells: Sequence[str]) -> int:
    """64 bits of BLAKE2b over the names and the cells: another name is another fact."""
    found = blake2b("\x1f".join((names, *cells)).encode(), digest_size=8).digest()
    return int.from_bytes(found, signed=True)


def remember(session: Session, target_id: int, export_id: int, part: Part) -> None:
    """Note what a part tells, in place of what a killed attempt noted there; what newer exports replaced is forgotten."""
    values = {"target": target_id, "export": export_id, "first": part.first, "last": part.last}
    connection = session.connection()
    connection.execute(FORGET_ATTEMPT, values)
    connection.execute(FORGET_REPLACED, values | {"done": ExportState.DONE})
    if part.lines:
        told = [{"row": line.external_row, "digest": line.digest} | values for line in part.lines]
        connection.execute(NOTE, told)


RANGE: Final = "target_id = :target AND external_row > :first AND external_row <= :last"
FORGET_ATTEMPT: Final = text(f"DELETE FROM export_sent WHERE {RANGE} AND export_id = :export")
FORGET_REPLACED: Final = text(
    f"DELETE FROM export_sent WHERE {RANGE} AND EXISTS (SELECT 1 FROM export_sent n JOIN export x ON x.id = n.export_id "
    "WHERE n.target_id = export_sent.target_id AND n.external_row = export_sent.external_row "
    "AND n.export_id > export_sent.export_id AND x.state = :done)"
)
NOTE: Final = text(
    "INSERT INTO export_sent (target_id, external_row, export_id, digest) VALUES (:target, :row, :export, :digest)"
)


def unknown(session: Session, target: Target) -> int:
    """How many records of the level the source does not know by an id."""
    level = Level(target.level)
    query = text(
        f"SELECT COUNT(*) FROM {TABLES[level]} r WHERE NOT EXISTS (SELECT 1 FROM external_id e "
        f"WHERE e.level = :level AND e.source = :source AND e.record_id = r.id) {STANDING.get(level, '')}"
    )
    values = {"level": target.level, "source": target.source}
    found: int = session.connection().execute(query, values).scalar_one()
    return found
