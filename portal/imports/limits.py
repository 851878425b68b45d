"""How much of a file one import takes. Anything larger goes in pieces, or through the command line."""

from dataclasses import dataclass

from portal.errors import TooLarge

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """`xlsx_cells` counts the whole used rectangle of a sheet: a reader holds all of it at once. `files` come together."""

    bytes: int = 1024 * MEBIBYTE
    rows: int = 2_000_000
    columns: int = 1_000
    cell_bytes: int = 32_000
    xlsx_unpacked: int = 1024 * MEBIBYTE
    xlsx_cells: int = 30_000_000
    files: int = 100

    @property
    def unpacked(self) -> int:
        """Of a workbook and of an archive alike."""
        return self.xlsx_unpacked


def check_size(size: int, limits: Limits) -> None:
    if size > limits.bytes:
        raise TooLarge(
            f"The file has {in_mebibytes(size)}; at most {in_mebibytes(limits.bytes)} go in at once. "
            "Split it, or leave out columns nobody needs."
        )


def check_columns(columns: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise TooLarge(
            f"The file has {columns:,} columns; at most {limits.columns:,} go in. "
            "Leave out the ones nobody needs and try again."
        )


def check_rows(rows: int, limits: Limits) -> None:
    if rows > limits.rows:
        raise TooLarge(
            f"The file has more than {limits.rows:,} rows. Split it into several files and import one after another."
        )


def in_mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:,.1f} MiB"
