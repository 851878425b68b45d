"""What a file is and what its columns hold, before anyone says what they mean."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict

from portal.errors import Invalid
from portal.imports.blocks import ROWS, Block
from portal.imports.columns import Column, column_of
from portal.imports.encodings import MIXED, UTF8
from portal.imports.limits import Limits
from portal.imports.reading import Choices, Layout, Ragged, lay_out, opened, piece
from portal.imports.words import stripped

WHOLE, LOOKED_AT = 2, 4
AS_FOUND = Choices()


class Understood(BaseModel):
    """`examined`: rows the columns were understood from, spread over the file; all of them up to 100,000."""

    model_config = ConfigDict(frozen=True)

    layout: Layout
    columns: tuple[Column, ...]
    rows: int
    examined: int
    warnings: tuple[str, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return self.layout.names


def understand(
    path: Path, limits: Limits, choices: Choices = AS_FOUND, folder: Path | None = None
) -> Understood:
    """Read all of a file once, and a part of it closely. `folder` takes what has to be written along the way.

    Raises:
        Invalid: it is no table, or has no rows; the sentence says what to do.
        TooLarge: it is over a limit.
    """
    layout = lay_out(path, limits, choices, folder)
    if not layout.rows:
        raise Invalid(
            "The file has a header but no rows under it: export it again, and look into it before you import it."
        )
    with opened(path, layout, limits, folder) as plain:
        pieces = [piece(plain, layout, block) for block in spread(layout.blocks)]
    most = ROWS if len(pieces) <= WHOLE else ROWS * WHOLE // len(pieces)
    cells = stripped(pl.concat([piece.cells.drop("row").head(most) for piece in pieces]))
    columns = tuple(column_of(name, cells[str(place)]) for place, name in enumerate(layout.names))
    if all(column.missing_share == 1 for column in columns):
        raise Invalid(
            "The file has a header, but every row under it is blank: export it again and look into it."
        )
    ragged = [row for piece in pieces for row in piece.ragged]
    return Understood(
        layout=layout, columns=columns, rows=layout.rows, examined=len(cells) + len(ragged),
        warnings=tuple(warnings(layout, columns, ragged)),
    )  # fmt: skip


def spread(blocks: Sequence[Block]) -> list[Block]:
    """The first block, the last, and two between."""
    if len(blocks) <= WHOLE:
        return list(blocks)
    places = {place * (len(blocks) - 1) // (LOOKED_AT - 1) for place in range(LOOKED_AT)}
    return [blocks[place] for place in sorted(places)]


def warnings(layout: Layout, columns: Sequence[Column], ragged: Sequence[Ragged]) -> list[str]:
    return [*about_text(layout), *about_names(layout, columns), *about_rows(ragged), *about_values(columns)]


def about_text(layout: Layout) -> list[str]:
    found = []
    if layout.encoding == MIXED:
        found.append(
            "Parts of the file are not UTF-8; those were read as Windows-1252. Look at names with accents."
        )
    elif layout.encoding != UTF8:
        found.append(
            f"The file was read as {layout.encoding}. If letters look wrong, choose another encoding."
        )
    if layout.titles:
        found.append(
            f"{counted(len(layout.titles), 'line')} above the header left out: {'; '.join(layout.titles)[:200]}"
        )
    if layout.other_sheets:
        found.append(
            f"Sheet {layout.sheet} was read. The workbook also has: {', '.join(layout.other_sheets)}."
        )
    if len(layout.names) == 1:
        found.append("There is only one column. If there should be more, say what separates them.")
    return found


def about_names(layout: Layout, columns: Sequence[Column]) -> list[str]:
    found = []
    numbered = [name for place, name in enumerate(layout.names, start=1) if name == f"Column {place}"]
    if numbered and layout.header:
        found.append(f"{counted(len(numbered), 'column')} without a name: {', '.join(numbered[:5])}.")
    repeated = [
        name for name in layout.names if name.endswith(")") and name.rpartition(" (")[0] in layout.names
    ]
    if repeated:
        found.append(f"Names that stand twice were numbered: {', '.join(repeated[:5])}.")
    values = [name for name in layout.names if looks_like_value(name)]
    if layout.header and len(values) * 2 > len(columns):
        found.append(
            f"Row {layout.header} looks like data, not like names ({', '.join(values[:3])}). If the file has no header, say so."
        )
    return found


def looks_like_value(name: str) -> bool:
    plain = name.replace(" ", "")
    year = plain.isdigit() and len(plain) == 4  # noqa: PLR2004
    return not year and (plain.lstrip("+-").replace(".", "").replace(",", "").isdigit() or "@" in plain)


def about_rows(ragged: Sequence[Ragged]) -> list[str]:
    if not ragged:
        return []
    places = ", ".join(str(row.row) for row in ragged[:5])
    return [
        f"{counted(len(ragged), 'row')} with more or fewer cells than the header has columns (row {places}): these do not go in."
    ]


def about_values(columns: Sequence[Column]) -> list[str]:
    found = []
    for column in columns:
        if column.kind == "date" and column.date.ambiguous:
            first = "day" if column.date.order == "dmy" else "month"
            found.append(
                f"{column.name}: {column.samples[0]} could have the day or the month first; it was read {first} first. Choose."
            )
        if column.kind == "number" and column.number.ambiguous:
            found.append(
                f"{column.name}: {column.samples[0]} may have a decimal or a thousands separator; the decimal sign was taken to be {column.number.decimal!r}. Choose."
            )
        if column.unreadable:
            found.append(
                f"{column.name}: {counted(column.unreadable, 'value')} cannot be read as {column.kind}: the row is rejected where the column fills a field, else the value is missing."
            )
    return found


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
