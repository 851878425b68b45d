"""A file as batches of typed records and rejects: the same ones every time, each readable alone."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path

import polars as pl

from portal.imports import attributes, records
from portal.imports.cells import words_for_missing
from portal.imports.identifiers import Rows, Seen, ids_of
from portal.imports.limits import Limits
from portal.imports.mapping import Mapping, check
from portal.imports.reading import Piece, Ragged, opened, piece
from portal.imports.records import Fault
from portal.imports.rejects import Reject
from portal.imports.understanding import Understood, counted
from portal.imports.words import stripped, without_missing

SHOWN = 60
LONGEST_ID = 300


@dataclass(frozen=True)
class Batch:
    """`records`: `row`, `external_id`, the fields of the kind and `attributes` (canonical JSON), ready to be applied.
    `attributes`: the typed columns of the same rows in the same order. `rows` counts the rejected, too, not the blank.
    `unreadable`: attribute cells that fit no kind and are missing, by column; `unmapped`: stages without an outcome.
    """

    number: int
    rows: int
    records: pl.DataFrame
    attributes: pl.DataFrame
    rejects: list[Reject]
    unreadable: dict[str, int]
    unmapped: dict[str, int]


def batches(
    path: Path,
    understood: Understood,
    mapping: Mapping,
    limits: Limits,
    *,
    first: int = 0,
    folder: Path | None = None,
) -> Iterator[Batch]:
    """Batches of about 50,000 rows, from number `first` on; of those before it only the ids are looked at.

    Raises:
        Invalid: the mapping does not fit, or the file is another one than was understood.
    """
    check(mapping, understood)
    seen = Seen()
    with opened(path, understood.layout, limits, folder) as plain:
        for number, block in enumerate(understood.layout.blocks):
            cells = cleaned(piece(plain, understood.layout, block), understood.names)
            earlier = seen.earlier(record_ids(cells.columns, mapping), cells.rows)
            if number >= first:
                yield batch(number, cells, earlier, mapping, limits)


def ids_in(
    path: Path, understood: Understood, mapping: Mapping, limits: Limits, *, folder: Path | None = None
) -> Seen:
    """The ids of all rows of a file, those of rejected rows, too."""
    seen = Seen()
    with opened(path, understood.layout, limits, folder) as plain:
        for block in understood.layout.blocks:
            cells = cleaned(piece(plain, understood.layout, block), understood.names)
            seen.earlier(record_ids(cells.columns, mapping), cells.rows)
    return seen


@dataclass(frozen=True)
class Cells:
    """One piece of the file as stripped text, by the names of its columns; `rows` are their places in the file."""

    columns: pl.DataFrame
    rows: pl.Series
    ragged: list[Ragged]


def cleaned(read: Piece, names: tuple[str, ...]) -> Cells:
    """Rows that hold nothing are left out."""
    cells = stripped(read.cells.drop("row"))
    columns = cells.rename(dict(zip(cells.columns, names, strict=True)))
    blank = columns.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if not blank.any():
        return Cells(columns, read.cells["row"], read.ragged)
    return Cells(columns.filter(~blank), read.cells["row"].filter(~blank), read.ragged)


def record_ids(cells: pl.DataFrame, mapping: Mapping) -> pl.Series:
    """In a natural key `unknown` is a value like any other; an empty part leaves the row without one."""
    if mapping.natural_key:
        return ids_of(cells, mapping.id_columns, salesforce=False)
    columns = [mapping.column(name) for name in mapping.id_columns]
    present = [without_missing(cells[column.column], words_for_missing(column)) for column in columns]
    return ids_of(
        pl.DataFrame(present), mapping.id_columns, salesforce=all(column.salesforce_id for column in columns)
    )


def batch(number: int, cells: Cells, earlier: Rows, mapping: Mapping, limits: Limits) -> Batch:
    """Decide on every row of one piece. `earlier` is where its id stood before, 0 where it is new."""
    ids = record_ids(cells.columns, mapping)
    fields, wrong = records.typed(cells.columns, mapping)
    faults = [*about_ids(ids, earlier, mapping), *too_long(cells.columns, limits), *wrong]
    good = ~reduce(or_, [fault.bad for fault in faults], pl.repeat(value=False, n=len(ids), eager=True))
    columns, unreadable = attributes.typed(cells.columns.filter(good), mapping)
    places = [cells.rows.filter(good), ids.filter(good).alias("external_id")]
    kept = fields.filter(good)
    return Batch(
        number=number,
        rows=len(ids) + len(cells.ragged),
        records=pl.DataFrame([*places, *kept.iter_columns(), attributes.as_json(columns, kept.height)]),
        attributes=columns,
        rejects=sorted([*rejects(cells, faults), *ragged(cells)], key=lambda one: one.row),
        unreadable=unreadable,
        unmapped=unmapped(kept),
    )


def about_ids(ids: pl.Series, earlier: Rows, mapping: Mapping) -> Iterator[Fault]:
    name = " + ".join(mapping.id_columns)
    empty, again = ids.is_null(), pl.Series(earlier > 0)
    if empty.any():
        yield Fault(
            empty,
            name,
            ids,
            f"{name} is empty{' in part' if mapping.natural_key else ''}, and every {mapping.record.one} needs an id.",
        )
    if again.any():
        places = pl.Series("place", earlier)
        reasons = pl.select(
            pl.format("{} {} stands in row {} already; the first one counts.", pl.lit(name), ids, places)
        )
        yield Fault(again, name, ids, reasons.to_series())
    long = ids.str.len_chars() > LONGEST_ID
    if long.any():
        yield Fault(
            long.fill_null(value=False),
            name,
            ids,
            f"{name} has more than {LONGEST_ID} letters, too many for an id.",
        )


def too_long(cells: pl.DataFrame, limits: Limits) -> Iterator[Fault]:
    sizes = cells.select(pl.all().str.len_bytes().max()).row(0)
    for name, size in zip(cells.columns, sizes, strict=True):
        if size is not None and size > limits.cell_bytes:
            bad = (cells[name].str.len_bytes() > limits.cell_bytes).fill_null(value=False)
            yield Fault(
                bad, name, cells[name], f"{name} has more than {limits.cell_bytes:,} bytes; shorten it."
            )


def rejects(cells: Cells, faults: list[Fault]) -> list[Reject]:
    """One for each bad row, its reasons one after another, the first fault's column named."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for fault in faults:
        for place in fault.bad.arg_true().to_list():
            found[place].append((fault.column, sentence(fault, place)))
    rows = dict(zip(found, cells.columns[list(found)].iter_rows(), strict=True)) if found else {}
    return [
        Reject(
            cells.rows[place],
            reasons[0][0],
            " ".join(reason for _, reason in reasons),
            [cell or "" for cell in rows[place]],
        )
        for place, reasons in found.items()
    ]


def sentence(fault: Fault, place: int) -> str:
    reason = fault.reason if isinstance(fault.reason, str) else fault.reason[place]
    if reason.startswith(fault.column):
        return reason
    return f"{fault.column}: {shortened(fault.cells[place])} {reason}."


def shortened(cell: str) -> str:
    return cell if len(cell) <= SHOWN else cell[:SHOWN] + "…"


def ragged(cells: Cells) -> list[Reject]:
    width = cells.columns.width
    return [
        Reject(row.row, "", f"The row has {counted(len(row.cells), 'cell')}, the header {counted(width, 'column')}. "
               "Put quotation marks around cells that hold the separator or a line break.", row.cells)
        for row in cells.ragged
    ]  # fmt: skip


def unmapped(fields: pl.DataFrame) -> dict[str, int]:
    if "outcome" not in fields.columns:
        return {}
    open_ones = fields.filter(pl.col("outcome").is_null() & pl.col("stage").is_not_null())
    return dict(Counter(open_ones["stage"].to_list()))
