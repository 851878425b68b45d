"""A text no block reader could cut, written again as plain CSV: slowly, cell by cell, with the rules of csv.reader.

Lenient where people are: a quotation mark amid a cell is a sign like any other, spaces before a cell do not count,
rows end with any of the three line ends. Rows keep their places; blank ones stay blank.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from portal.errors import Invalid
from portal.imports.limits import Limits, check_rows
from portal.imports.separators import TITLES, never_closed

END = "\0"


def rewrite(text: Path, separator: str, to: Path, limits: Limits) -> None:
    """Write `text` (UTF-8) to `to`, separated by commas, every cell quoted.

    Raises:
        Invalid: a quotation mark is never closed.
        TooLarge: it has more rows than the limit.
    """
    with (
        text.open(encoding="utf-8-sig", newline="") as file,
        to.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for count, row in enumerate(rows(file, separator)):
            check_rows(count - TITLES, limits)
            writer.writerow(row)


def rows(lines: Iterator[str], separator: str) -> Iterator[list[str]]:
    """The rows, watched by a last line of ours: it must come back as a row of its own, or a mark stands open."""
    watched = chain((line.replace("\0", "") for line in lines), [END])
    reader = csv.reader(watched, delimiter=separator, skipinitialspace=True)
    opened = 1
    try:
        for row in reader:
            if row and END in row[-1]:
                if row != [END]:
                    raise Invalid(never_closed(opened))
                return
            yield row
            opened = reader.line_num + 1
    except csv.Error:
        raise Invalid(never_closed(opened)) from None
