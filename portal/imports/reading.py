"""From a path to rows of text cells: what the file is, how it is cut, and its rows by blocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from csv import reader
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from pydantic import BaseModel, ConfigDict

from portal.errors import Invalid
from portal.imports.blocks import Block, NotPlain, blocks, row_ends
from portal.imports.encodings import UTF8, encoding_of, mark_length, transcode
from portal.imports.limits import Limits, check_columns
from portal.imports.recognition import Form, recognise
from portal.imports.rewriting import rewrite
from portal.imports.separators import filled, head_rows, header_of, names_of, separator_of
from portal.imports.workbooks import Sheet, to_csv

HEAD = 1 << 18
HEAD_ROWS = 200


class Choices(BaseModel):
    """What a person said about a file; what they left open is found out. `header` is the row of the names, 0: none."""

    model_config = ConfigDict(frozen=True)

    encoding: str | None = None
    separator: str | None = None
    header: int | None = None
    sheet: str | None = None


class Layout(BaseModel):
    """How the bytes are cut. `width`: cells a usual row has; `names`: of the columns that are named or filled."""

    model_config = ConfigDict(frozen=True)

    digest: str
    form: Form
    choices: Choices
    encoding: str
    separator: str
    header: int
    width: int
    names: tuple[str, ...]
    titles: tuple[str, ...]
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    rewritten: bool
    transcoded: bool
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> int:
        return sum(block.rows for block in self.blocks)


@dataclass(frozen=True)
class Ragged:
    """A row with more or fewer cells than the header has columns."""

    row: int
    cells: list[str]


@dataclass(frozen=True)
class Piece:
    """The rows of one block. `cells` has the named columns as text and `row`, the place in the file, from 1."""

    cells: pl.DataFrame
    ragged: list[Ragged]


def lay_out(path: Path, limits: Limits, choices: Choices, folder: Path | None = None) -> Layout:
    """Find out how a file is to be read; reads all of it. `folder` takes what is written along the way.

    Raises:
        Invalid: it is no table, or is broken in a way the sentence names.
        TooLarge: it is over a limit.
    """
    form = recognise(path, limits, is_text=choices.encoding is not None)
    with TemporaryDirectory(dir=folder) as room, path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        plain = Preparation(path, form, choices, Path(room), limits)
        return plain.layout(digest)


@contextmanager
def opened(path: Path, layout: Layout, limits: Limits, folder: Path | None = None) -> Iterator[Path]:
    """The plain CSV behind a layout: the file itself, or a copy that lives as long as the context."""
    with TemporaryDirectory(dir=folder) as room:
        known = layout.choices.model_copy(update={"encoding": layout.encoding})  # not looked for again
        again = Preparation(path, layout.form, known, Path(room), limits)
        yield again.rewritten(layout.separator) if layout.rewritten else again.text


class Preparation:
    """The steps from a file to plain CSV, each written to `room` only when needed."""

    def __init__(self, path: Path, form: Form, choices: Choices, room: Path, limits: Limits) -> None:
        self.choices, self.room, self.limits, self.form = choices, room, limits, form
        self.sheet = Sheet("")
        self.encoding = UTF8
        self.text = path
        if form is Form.WORKBOOK:
            self.text = room / "sheet.csv"
            self.sheet = to_csv(path, choices.sheet, self.text, limits)
        else:
            self.encoding = choices.encoding or encoding_of(path)
            self.transcode(path)

    def transcode(self, path: Path) -> None:
        with path.open("rb") as file:
            marked = mark_length(file.read(4))
        if self.encoding != UTF8 or (marked and marked != 3):  # noqa: PLR2004  the length of the mark of UTF-8
            self.text = self.room / "text.csv"
            transcode(path, self.encoding, self.text)

    def rewritten(self, separator: str) -> Path:
        plain = self.room / "plain.csv"
        rewrite(self.text, separator, plain, self.limits)
        return plain

    def layout(self, digest: str) -> Layout:
        head = head_of(self.text)
        separator = self.choices.separator or ("," if self.form is Form.WORKBOOK else separator_of(head))
        rows = head_rows(head, separator, HEAD_ROWS)
        header = self.choices.header - 1 if self.choices.header is not None else header_of(rows)
        names, width = columns_of(rows, header)
        check_columns(len(names), self.limits)
        cut, was_rewritten = self.cut(separator, width, header + 1)
        return Layout(
            digest=digest, form=self.form, choices=self.choices, encoding=self.encoding, separator=separator,
            header=header + 1, width=width, names=tuple(names), titles=titles_of(rows, header),
            sheet=self.sheet.name, other_sheets=self.sheet.others, rewritten=was_rewritten,
            transcoded=self.encoding != UTF8, blocks=tuple(cut),
        )  # fmt: skip

    def cut(self, separator: str, width: int, skip: int) -> tuple[list[Block], bool]:
        try:
            if not separator.isascii():
                raise NotPlain
            return blocks(self.text, separator, width, skip, self.limits), False
        except NotPlain:
            return blocks(self.rewritten(separator), ",", width, skip, self.limits), True


def head_of(text: Path) -> str:
    """The first 256 KiB, up to the end of a line. The text is UTF-8 by now, maybe with a mark."""
    with text.open("rb") as file:
        head = file.read(HEAD)
        whole = not file.read(1)
    end = len(head) if whole else max(head.rfind(b"\n"), head.rfind(b"\r")) + 1
    return head[: end or len(head)].decode("utf-8-sig", errors="ignore")


def titles_of(rows: list[list[str]], header: int) -> tuple[str, ...]:
    return tuple(" ".join(filter(None, row)) for row in rows[: max(0, header)] if filled(row))


def columns_of(rows: list[list[str]], header: int) -> tuple[list[str], int]:
    """The names of the columns, those at the right end without name and cells left out, and the width of a row.

    Raises:
        Invalid: the header is not in the first rows.
    """
    if header >= len(rows):
        raise Invalid(f"The file has no row {header + 1} that could hold the names of the columns.")
    named = rows[header] if header >= 0 else []
    below = rows[header + 1 :]
    width = max(len(named), most_common_width(below, len(named)))
    while (
        named
        and not named[-1].strip()
        and not any(len(row) >= len(named) and row[len(named) - 1].strip() for row in below)
    ):
        named = named[:-1]
    if header < 0:
        named = [""] * width
    return names_of(named), width


def most_common_width(rows: list[list[str]], otherwise: int) -> int:
    widths = [len(row) for row in rows if row]
    return max(set(widths), key=lambda width: (widths.count(width), width)) if widths else otherwise


def piece(plain: Path, layout: Layout, block: Block) -> Piece:
    """Read one block of the plain file of this layout."""
    separator = "," if layout.rewritten else layout.separator
    with plain.open("rb") as file:
        file.seek(block.offset)
        content = file.read(block.size)
    if block.regular:
        rows = pl.int_range(block.row, block.row + block.rows, dtype=pl.UInt32, eager=True)
        return fitting(parsed(content, separator, layout).with_columns(rows.alias("row")), layout, [])
    return sorted_out(content, separator, layout, block)


def parsed(content: bytes, separator: str, layout: Layout) -> pl.DataFrame:
    """As many columns as a usual row has, called `0`, `1`, …; an empty cell is null."""
    return pl.read_csv(
        content,
        has_header=False,
        separator=separator,
        schema={str(place): pl.String for place in range(layout.width)},
        missing_columns="insert",
        extra_columns="ignore",
    )


def fitting(cells: pl.DataFrame, layout: Layout, ragged: list[Ragged]) -> Piece:
    """The named columns; rows that hold something beyond them are ragged."""
    named = [str(place) for place in range(len(layout.names))]
    beyond = [str(place) for place in range(len(layout.names), layout.width)]
    if beyond:
        over = cells.select(
            pl.any_horizontal(pl.col(beyond).str.strip_chars() != "").fill_null(value=False)
        ).to_series()
        rows = cells.filter(over)
        more = [Ragged(row, [cell or "" for cell in line]) for *line, row in rows.iter_rows()]
        cells, ragged = cells.filter(~over), sorted([*ragged, *more], key=lambda one: one.row)
    return Piece(cells.select(*named, "row"), ragged)


def sorted_out(content: bytes, separator: str, layout: Layout, block: Block) -> Piece:
    """Rows of an uneven block: blank ones left out, ragged ones apart, the others parsed."""
    ends, cells = row_ends(content, separator)
    starts = [0, *ends[:-1].tolist()]
    good: list[bytes] = []
    places: list[int] = []
    ragged: list[Ragged] = []
    for at, (start, end, count) in enumerate(zip(starts, ends.tolist(), cells.tolist(), strict=True)):
        line = content[start:end]
        if count == 1 and not line.strip():
            continue
        if len(layout.names) <= count <= layout.width or harmless(line, separator, layout):
            good.append(line)
            places.append(block.row + at)
        else:
            ragged.append(Ragged(block.row + at, cells_of(line, separator)))
    rows = pl.Series("row", places, pl.UInt32)
    return fitting(parsed(b"".join(good), separator, layout).with_columns(rows), layout, ragged)


def harmless(line: bytes, separator: str, layout: Layout) -> bool:
    """A row without content, or one whose cells beyond the columns are all empty."""
    cells = cells_of(line, separator)
    return not filled(cells) or (len(cells) > layout.width and not filled(cells[len(layout.names) :]))


def cells_of(line: bytes, separator: str) -> list[str]:
    text = line.decode(errors="replace").rstrip("\r\n")
    return next(reader([text], delimiter=separator), [])
