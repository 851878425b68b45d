"""Tables out, as CSV and XLSX that a spreadsheet may open: no cell of ours is ever run as a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

Cell = object

# what Excel, LibreOffice and Google Sheets take for the start of a formula or a command, full-width forms too
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?%?")
PIECE = 1_000


def neutralise(cell: str) -> str:
    """The cell, with an apostrophe before it if a spreadsheet would calculate it. Plain numbers stay numbers."""
    if cell.startswith(DANGEROUS) and not PLAIN_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def text(cell: Cell) -> str:
    return "" if cell is None else neutralise(str(cell))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """CSV (RFC 4180) in pieces of a thousand rows, beginning with the mark by which Excel knows UTF-8."""
    out = StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(map(text, header))
    for count, row in enumerate(rows, start=1):
        writer.writerow(map(text, row))
        if count % PIECE == 0:
            yield emptied(out)
    yield emptied(out)


def emptied(out: StringIO) -> str:
    piece = out.getvalue()
    out.seek(0)
    out.truncate()
    return piece


def write_xlsx(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Sheet1"
) -> None:
    """One sheet, row by row and in constant memory. Numbers are numbers, everything else is text and never more."""
    from xlsxwriter import Workbook

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(str(path), options) as book:
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, name in enumerate(header):
            page.write_string(0, column, text(name), bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    page.write_number(line, column, cell)
                elif cell is not None:
                    page.write_string(line, column, text(cell)[:32_767])
