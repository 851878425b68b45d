"""XLSX in: one sheet of a workbook as plain CSV."""

import csv
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from portal.errors import Invalid, TooLarge
from portal.imports.limits import MEBIBYTE, Limits, check_columns, check_rows, in_mebibytes

Cell = str | float | bool | date | datetime | time | timedelta
CELL = re.compile(rb'<c [^>]{0,40}?r="([A-Z]{1,3})([0-9]{1,7})"')
DAMAGED = "The workbook is damaged: open it in Excel or LibreOffice, save it again, and import that."


@dataclass(frozen=True)
class Sheet:
    """The sheet that is read, and the other ones that hold something."""

    name: str
    others: tuple[str, ...] = ()


def weigh(path: Path, limits: Limits) -> None:
    """Unpack the workbook to nowhere, counting: neither its size nor its widest cell may surprise the reader.

    Raises:
        TooLarge: more bytes, or a larger rectangle of cells, than the limits allow.
        Invalid: damaged, or what the archive says of itself is not so.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_unpacked(sum(entry.file_size for entry in archive.infolist()), limits)
            left = limits.xlsx_unpacked
            for entry in archive.infolist():
                left -= weigh_entry(archive, entry, left, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError):
        raise Invalid(DAMAGED) from None
    except RuntimeError:  # what zipfile says of an encrypted entry
        raise Invalid("The workbook has a password: save it without one and import that.") from None


def check_unpacked(size: int, limits: Limits) -> None:
    if size > limits.xlsx_unpacked:
        raise TooLarge(
            f"Unpacked, the workbook has more than {in_mebibytes(limits.xlsx_unpacked)}. Save the sheet as CSV and import that."
        )


def weigh_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, limits: Limits) -> int:
    is_sheet = entry.filename.startswith("xl/worksheets/")
    size, widest, lowest, tail = 0, 0, 0, b""
    with archive.open(entry) as stream:
        while piece := stream.read(MEBIBYTE):
            size += len(piece)
            if size > left:
                check_unpacked(limits.xlsx_unpacked + 1, limits)
            if is_sheet:
                corners = CELL.findall(tail + piece)
                tail = piece[-80:]
                widest = max([widest, *(column_number(letters) for letters in {c for c, _ in corners})])
                lowest = max([lowest, *(int(row) for _, row in corners)])
    check_columns(widest, limits)
    check_cells(widest * lowest, limits)
    return size


def check_cells(cells: int, limits: Limits) -> None:
    if cells > limits.xlsx_cells:
        raise TooLarge(
            f"A sheet of the workbook spans {cells:,} cells; at most {limits.xlsx_cells:,} go in. "
            "Save the sheet as CSV and import that."
        )


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def to_csv(path: Path, sheet: str | None, to: Path, limits: Limits) -> Sheet:
    """Write one sheet as CSV in UTF-8, row for row: the one named, else the first visible one that holds something.

    Raises:
        Invalid: damaged, no such sheet, or all sheets are empty.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    weigh(path, limits)
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = [meta.name for meta in book.sheets_metadata if "Work" in str(meta.typ)]
            full = [name for name in names if book.get_sheet_by_name(name).height > 0]
            chosen = choose(sheet, names, full)
            write(book.get_sheet_by_name(chosen).iter_rows(), to, limits)
    except CalamineError:
        raise Invalid(DAMAGED) from None
    return Sheet(chosen, tuple(name for name in full if name != chosen))


def choose(sheet: str | None, names: list[str], full: list[str]) -> str:
    if sheet is not None and sheet not in names:
        raise Invalid(f"The workbook has no sheet called {sheet}. It has: {', '.join(names)}.")
    if not full:
        raise Invalid("No sheet of the workbook holds anything: export it again and look into it.")
    return sheet or full[0]


def write(rows: Iterable[list[Cell]], to: Path, limits: Limits) -> None:
    with to.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for count, row in enumerate(rows):
            check_rows(count - 30, limits)
            writer.writerow([in_words(cell) for cell in row])


def in_words(cell: Cell) -> str:
    """A cell as CSV would have it: whole numbers without a point, days without a midnight."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004
        case datetime():
            return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case str():
            return cell.replace("\0", "")
        case _:
            return str(cell)
