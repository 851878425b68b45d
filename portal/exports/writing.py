"""Files in parts: CSV, XLSX and Parquet, whole or not at all, in memory that does not grow with them."""

import csv
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

import polars as pl

from portal.errors import TooLarge
from portal.exports.wide import Frames
from portal.spreadsheets import DANGEROUS, Cell, csv_lines, neutralise, write_xlsx

XLSX_ROWS: Final = 100_000
TOO_LONG: Final = (
    f"The list has more than {XLSX_ROWS:,} rows, more than a workbook is good for. Take CSV, which has no limit, "
    "or narrow the list."
)
CHUNK: Final = 1 << 20
NOTED: Final = 1_000
MOMENTS: Final = "%Y-%m-%dT%H:%M:%SZ"
Note = Callable[[int], None]


@dataclass(frozen=True)
class Written:
    """A finished file: its name, its size in bytes, its SHA-256."""

    file: str
    bytes: int
    sha256: str


class Draft:
    """A file that is being written under another name; `written` says what it became."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = Written("", 0, "")


@contextmanager
def drafted(place: Path) -> Iterator[Draft]:
    """A draft beside the place; it takes the place when the block ends, and is gone when the block fails."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Draft(place.with_name(f"{place.name}.part"))
    try:
        yield draft
        size, digest = _settled(draft.path)
        draft.path.replace(place)
        draft.written = Written(place.name, size, digest)
    finally:
        draft.path.unlink(missing_ok=True)


def _settled(path: Path) -> tuple[int, str]:
    """Size and digest of a file that is on the disk for good."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        os.fsync(file.fileno())
        return file.tell(), digest.hexdigest()


class Counter:
    """Rows that pass, counted and told of now and then."""

    def __init__(self, note: Note) -> None:
        self.rows = 0
        self._note = note

    def __call__(
        self, rows: Iterable[Sequence[Cell]], *, most: int | None = None
    ) -> Iterator[Sequence[Cell]]:
        """The rows. Raises TooLarge beyond `most`."""
        for row in rows:
            if self.rows == most:
                raise TooLarge(TOO_LONG)
            self.add(1)
            yield row

    def add(self, rows: int) -> None:
        before, self.rows = self.rows, self.rows + rows
        if before // NOTED != self.rows // NOTED:
            self._note(self.rows)


def write_list(
    path: Path, format_: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], count: Counter
) -> None:
    """A list as CSV, or as XLSX up to a hundred thousand rows. Raises TooLarge."""
    if format_ == "xlsx":
        write_xlsx(path, heads, count(rows, most=XLSX_ROWS))
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_lines(heads, count(rows)))


def plain_lines(rows: Iterable[Sequence[str]]) -> str:
    """CSV (RFC 4180) of cells that are ready, without a mark at its beginning."""
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def write_frames(path: Path, format_: str, frames: Frames, count: Counter) -> None:
    """Typed parts as Parquet, CSV or XLSX."""
    parts = _counted(frames.parts, count)
    if format_ == "parquet":
        _write_parquet(path, frames.schema, parts)
    elif format_ == "xlsx":
        rows = (row for part in parts for row in _as_text(part).iter_rows())
        write_xlsx(path, frames.schema.names(), Counter(lambda _: None)(rows, most=XLSX_ROWS))
    else:
        _write_csv(path, frames.schema, parts)


def _counted(parts: Iterable[pl.DataFrame], count: Counter) -> Iterator[pl.DataFrame]:
    for part in parts:
        count.add(part.height)
        yield part


def _write_csv(path: Path, schema: pl.Schema, parts: Iterable[pl.DataFrame]) -> None:
    with path.open("wb") as file:
        file.write(plain_lines([[neutralise(name) for name in schema.names()]]).encode())
        for part in parts:
            safe = _as_text(part).with_columns(
                neutral(part[name]) for name, kind in schema.items() if kind == pl.String
            )
            safe.write_csv(file, include_header=False, line_terminator="\r\n")


def _as_text(part: pl.DataFrame) -> pl.DataFrame:
    """Times in ISO 8601."""
    return part.with_columns(pl.col(pl.Datetime).dt.strftime(MOMENTS))


def neutral(texts: pl.Series) -> pl.Series:
    """Texts of which none is taken for a formula: only those that begin like one are looked at."""
    risky = texts.filter(texts.str.slice(0, 1).is_in(DANGEROUS)).unique()
    return (
        texts.replace(risky, pl.Series([neutralise(each) for each in risky], dtype=pl.String))
        if len(risky)
        else texts
    )


def _write_parquet(path: Path, schema: pl.Schema, parts: Iterator[pl.DataFrame]) -> None:
    """Row group by row group, as the parts are read. An error while reading is the reader's own, not Polars'."""
    from polars.io.plugins import register_io_source

    raised: list[BaseException] = []

    def read(*_: object) -> Iterator[pl.DataFrame]:
        try:
            yield from parts
        except BaseException as error:
            raised.append(error)
            raise

    try:
        register_io_source(read, schema=schema).sink_parquet(path, row_group_size=20_000)
    except pl.exceptions.PolarsError as error:
        raise (raised[0] if raised else error) from error
    if raised:
        raise raised[0]
