"""What a source said of a record last, kept as one number, so that a file that says the same again is gone through quickly.

The number is a digest of the row, of the record it went to, and of the version the record had once the row was applied.
Where it is the same again, the row is the same and nothing has changed the record since; and as applying twice changes
nothing, nothing is to be done. Any other row is compared value by value, so a digest of an older portal costs time only.
"""

import json
import zlib
from collections.abc import Container, Sequence
from typing import Final

import polars as pl

ROW: Final = "_row"


def digests(stored: pl.DataFrame, attributes: Sequence[str], since: Container[str]) -> pl.Series:
    """A number for what each row says, as `_row`. Of the columns in `since` only counts whether they hold something.

    The names of columns and attributes count as well: a file with another column says more, even where it is empty.
    """
    said = stored.select(
        pl.col(name).is_null() if name in since else pl.col(name) for name in sorted(stored.columns)
    )
    names = json.dumps([said.columns, sorted(attributes)])
    return said.hash_rows(seed=zlib.crc32(names.encode())).alias(ROW)


def of(record_id: str, version: pl.Expr) -> pl.Expr:
    """What is kept: of `_row`, the record's id in that column, and the version it has then."""
    together = pl.struct(pl.col(ROW), pl.col(record_id).cast(pl.Int64), version.cast(pl.Int64))
    return together.hash(seed=1).reinterpret(signed=True).alias("said")
