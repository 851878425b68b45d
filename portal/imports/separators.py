"""What stands between two cells, and in which row the names of the columns are."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from portal.errors import Invalid

COMMON = ",;\t|"
UNUSUAL = "^~!:#\x1f\x1e\x1c\x01\x02¦§"
ROWS = 500
TITLES = 30
DECLARED = re.compile(r'\A"?sep=(.)"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)


@dataclass(frozen=True)
class Fit:
    """How well one sign explains the head of a file: higher is better, field by field."""

    evenness: float
    common: bool
    width: int


def separator_of(head: str) -> str:
    """The sign that cuts the rows most evenly; a comma where there is one column only."""
    declared = DECLARED.match(head)
    if declared:
        return declared.group(1)
    fits = {sign: fit(head, sign) for sign in COMMON + UNUSUAL if sign in head}
    best = max(fits, key=lambda sign: (fits[sign].evenness, fits[sign].common, fits[sign].width), default=",")
    return best if best in fits and fits[best].width > 1 and fits[best].evenness >= 0.5 else ","  # noqa: PLR2004


def fit(head: str, sign: str) -> Fit:
    rows = [row for row in head_rows(head, sign, ROWS) if any(cell.strip() for cell in row)]
    widths = Counter(map(len, rows))
    width = max(widths, key=lambda size: (widths[size], size), default=1)
    if width == 1:
        return Fit(0.0, sign in COMMON, 1)
    even = widths[width] / len(rows)
    torn = sum('"' in cell for row in rows for cell in row) / sum(map(len, rows))
    header_off = 0.2 if len(rows[0]) != width else 0.0
    rare = 0.0 if sign in COMMON else 0.3
    return Fit(round(even - torn - header_off - rare, 2), sign in COMMON, width)


def head_rows(head: str, separator: str, most: int) -> list[list[str]]:
    """The first rows, blank ones included, as empty lists.

    Raises:
        Invalid: a quotation mark is never closed within what may be one cell.
    """
    reader = csv.reader(
        StringIO(head.replace("\0", ""), newline=""), delimiter=separator, skipinitialspace=True
    )
    try:
        return list(islice(reader, most))
    except csv.Error:
        raise Invalid(never_closed(reader.line_num)) from None


def never_closed(line: int) -> str:
    return (
        f"A quotation mark that opens around line {line:,} is never closed: "
        "close it or take it out, and import the file again."
    )


def header_of(rows: list[list[str]]) -> int:
    """The position (from 0) of the first row that names at least half of the usual number of columns."""
    widths = Counter(len(row) for row in rows if filled(row))
    if not widths:
        raise Invalid("The file holds nothing but blank rows: export it again and look into it.")
    usual = max(widths, key=lambda size: (widths[size], size))
    needed = max(1 if usual == 1 else 2, usual / 2)
    titles = range(min(TITLES, len(rows)))
    found = (at for at in titles if filled(rows[at]) >= needed and not declares(rows[at]))
    return next(found, next(at for at, row in enumerate(rows) if filled(row)))


def filled(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def declares(row: list[str]) -> bool:
    return bool(row) and row[0].lower().startswith("sep=")


def names_of(cells: list[str]) -> list[str]:
    """A name for each column, each once: blanks are numbered, repeated ones counted."""
    names: list[str] = []
    used: set[str] = set()
    for position, cell in enumerate(cells, start=1):
        plain = " ".join(cell.split()) or f"Column {position}"
        name, count = plain, 1
        while name in used:
            count += 1
            name = f"{plain} ({count})"
        used.add(name)
        names.append(name)
    return names
