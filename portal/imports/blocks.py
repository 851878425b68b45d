"""Where the rows of a plain file begin and end: blocks of whole rows that can be read alone and in any order.

Plain means: UTF-8, rows ended by a line feed (a carriage return before it is fine), and every quotation mark
stands where the rules (RFC 4180) want it. Then a line feed ends a row exactly when the number of quotation
marks before it is even, which NumPy finds at a gigabyte a second. Anything else is rewritten first.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from portal.imports.limits import MEBIBYTE, Limits, check_rows

# what stays in the processor's cache is four times as fast
WINDOW = MEBIBYTE
ROWS = 50_000
LARGEST = 16 * MEBIBYTE
LONGEST_ROW = 64 * MEBIBYTE
FEED, RETURN, QUOTE = 10, 13, 34

Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]


class NotPlain(Exception):  # noqa: N818  a state of a file, not a fault
    """The file needs rewriting before it can be cut into blocks."""


class Block(NamedTuple):
    """`row` is the place of its first row in the file, from 1; `regular`: every row has the usual number of cells."""

    offset: int
    size: int
    row: int
    rows: int
    regular: bool


class Ends(NamedTuple):
    """Where each row ends (after its line feed), and of how many cells it is."""

    ends: Positions
    cells: Positions


def blocks(path: Path, separator: str, width: int, header: int, limits: Limits) -> list[Block]:
    """Cut a file into blocks of 50,000 rows or about 16 MiB. `header` rows stand above the data.

    Raises:
        NotPlain: it has to be rewritten first.
        TooLarge: it has more rows than the limit.
    """
    cutter = Cutter(first_byte(path), header, width)
    for window in windows(path, cutter.offset):
        cutter.take(row_ends(window, separator), len(window))
        check_rows(cutter.row - 1 - header, limits)
    return cutter.finish()


class Cutter:
    """Gathers rows into blocks. `offset` and `row` are where the next window begins."""

    def __init__(self, offset: int, header: int, width: int) -> None:
        self.offset, self.row, self.width = offset, 1, width
        self.skip = header
        self.found: list[Block] = []
        self.open: Block | None = None

    def take(self, rows: Ends, size: int) -> None:
        """Add the rows of one window, `size` bytes long."""
        skipped = min(self.skip, len(rows.ends))
        self.skip -= skipped
        at = skipped
        while at < len(rows.ends):
            held = self.open.rows if self.open else 0
            upto = min(at + ROWS - held, len(rows.ends))
            self.add(rows, at, upto)
            at = upto
        self.offset, self.row = self.offset + size, self.row + len(rows.ends)

    def add(self, rows: Ends, first: int, last: int) -> None:
        start = int(rows.ends[first - 1]) if first else 0
        block = self.open or Block(self.offset + start, 0, self.row + first, 0, regular=True)
        self.open = block._replace(
            size=block.size + int(rows.ends[last - 1]) - start,
            rows=block.rows + last - first,
            regular=block.regular and bool((rows.cells[first:last] == self.width).all()),
        )
        if self.open.rows >= ROWS or self.open.size >= LARGEST:
            self.found.append(self.open)
            self.open = None

    def finish(self) -> list[Block]:
        return [*self.found, self.open] if self.open else self.found


def first_byte(path: Path) -> int:
    with path.open("rb") as file:
        return 3 if file.read(3) == b"\xef\xbb\xbf" else 0


def windows(path: Path, offset: int) -> Iterator[bytes]:
    """The file in pieces of whole rows."""
    with path.open("rb") as file:
        file.seek(offset)
        rest = b""
        while fresh := file.read(WINDOW):
            piece = rest + fresh
            end = last_row_end(piece)
            if end == 0 and len(piece) > LONGEST_ROW:
                raise NotPlain
            if end:
                yield piece[:end]
            rest = piece[end:]
        if rest:
            yield rest if rest.count(b'"') % 2 == 0 else unfinished()


def unfinished() -> bytes:
    raise NotPlain


def last_row_end(piece: bytes) -> int:
    """Behind the last line feed that has an even number of quotation marks before it; 0: there is none."""
    quotes = piece.count(b'"')
    end = len(piece)
    while (feed := piece.rfind(b"\n", 0, end)) >= 0:
        quotes -= piece.count(b'"', feed, end)
        if quotes % 2 == 0:
            return feed + 1
        end = feed
    return 0


def row_ends(window: bytes, separator: str) -> Ends:
    """Find the rows of a piece that begins with a row. A last row without a line feed counts, too."""
    refuse_oddities(window)
    text = np.frombuffer(window, np.uint8)
    feeds = text == FEED
    limits_of_cells = feeds | (text == ord(separator))
    if b'"' in window:
        inside = quoted(text, ord(separator))
        limits_of_cells &= ~inside
        feeds &= ~inside
    ends = np.flatnonzero(feeds) + 1
    complete = len(ends) > 0 and ends[-1] == len(text)
    if not complete:
        ends = np.append(ends, len(text))
    marks = np.flatnonzero(limits_of_cells)
    cells = np.diff(np.searchsorted(marks, ends - 1, side="right"), prepend=0)
    cells[-1] += not complete
    return Ends(ends, cells)


def refuse_oddities(window: bytes) -> None:
    """Zero bytes and carriage returns alone are no plain text."""
    returns = window.count(b"\r")
    if b"\0" in window or (returns and returns != window.count(b"\r\n")):
        raise NotPlain


def quoted(text: Bytes, separator: int) -> NDArray[np.bool_]:
    """Which bytes stand within quotation marks. Raises NotPlain where a mark opens or closes amid a cell."""
    marks = text == QUOTE
    places = np.flatnonzero(marks)
    # clipping: at either end of the text the mark looks at itself, which is fine
    before = text.take(places[0::2] - 1, mode="clip")
    after = text.take(places[1::2] + 1, mode="clip")
    if not (
        one_of(separator, FEED, QUOTE)[before].all() and one_of(separator, FEED, RETURN, QUOTE)[after].all()
    ):
        raise NotPlain
    return np.bitwise_xor.accumulate(marks.view(np.uint8)).view(np.bool_)


def one_of(*signs: int) -> NDArray[np.bool_]:
    table = np.zeros(256, np.bool_)
    table[list(signs)] = True
    return table
