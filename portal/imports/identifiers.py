"""Ids: Salesforce's two lengths of one id, declared natural keys, and ids that stood in the file before."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

SHORT, LONG = 15, 18
# Salesforce: each sign stands for five letters, a bit for each capital
CHECK = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)
Rows = NDArray[np.uint32]
ALNUM = r"^[a-zA-Z0-9]+$"
JOINT = " · "


def full_ids(ids: pl.Series) -> pl.Series:
    """Salesforce ids of 15 signs with their three check signs (18); whatever is no such id stays as it is."""
    short = (ids.str.len_bytes() == SHORT) & ids.str.contains(ALNUM)
    places = short.arg_true()
    return ids.scatter(places, with_check(ids.gather(places))) if len(places) else ids


def with_check(ids: pl.Series) -> pl.Series:
    letters = np.frombuffer("".join(ids).encode(), np.uint8).reshape(len(ids), SHORT)
    whole = np.hstack([letters, check_signs(letters)])
    return pl.Series(ids.name, whole.copy().view(f"S{LONG}").ravel().astype(f"U{LONG}"), pl.String)


def check_signs(letters: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Three signs per row of fifteen letters."""
    capital = (letters >= ord("A")) & (letters <= ord("Z"))
    bits = capital.reshape(len(letters), 3, 5) @ (1 << np.arange(5))
    return CHECK[bits]


def are_salesforce(ids: pl.Series) -> bool:
    """Ids of 18 signs with right check signs, or of 15 that are mixed enough to be no words."""
    if not len(ids) or not ids.str.contains(r"^[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?$").all():
        return False
    whole = ids.filter(ids.str.len_bytes() == LONG)
    if len(whole):
        return bool((with_check(whole.str.slice(0, SHORT)) == whole).all())
    return bool((ids.str.contains(r"^[a0][0-9A-Za-z]{2}\d?0") & ids.str.contains("[a-zA-Z]")).all())


def ids_of(cells: pl.DataFrame, columns: Sequence[str], *, salesforce: bool) -> pl.Series:
    """One id per row: the column, or several joined to a natural key. Null where a part is missing."""
    if len(columns) == 1:
        found = cells[columns[0]]
        return full_ids(found) if salesforce else found
    return cells.select(pl.concat_str(list(columns), separator=JOINT)).to_series()


class Seen:
    """The ids of a file so far, as two 64-bit hashes each and the row they first stood in: 20 bytes an id."""

    def __init__(self) -> None:
        self.first = np.empty(0, np.uint64)
        self.second = np.empty(0, np.uint64)
        self.rows = np.empty(0, np.uint32)

    def earlier(self, ids: pl.Series, rows: pl.Series) -> Rows:
        """For each id the row it stood in before, 0 if it is new; then remembers it. Nulls are never seen."""
        batch = pl.DataFrame(
            {"first": ids.hash(seed=1), "second": ids.hash(seed=2), "row": rows, "known": ids.is_not_null()}
        )
        batch = batch.with_row_index("place").sort("first", "place")
        before = self.look_up(batch["first"].to_numpy(), batch["second"].to_numpy())
        origin = pl.col("row").first().over("first", "second", "known")
        within = pl.when(origin != pl.col("row")).then(origin).otherwise(0)
        found = pl.when(pl.col("before") > 0).then("before").otherwise(within)
        batch = batch.with_columns(before=before).with_columns(
            found=pl.when("known").then(found).otherwise(0)
        )
        self.remember(batch.filter((pl.col("found") == 0) & pl.col("known")))
        return batch.sort("place")["found"].cast(pl.UInt32).to_numpy()

    def has(self, ids: pl.Series) -> pl.Series:
        """Which of these ids stand in the file."""
        asked = (
            pl.DataFrame({"first": ids.hash(seed=1), "second": ids.hash(seed=2)})
            .with_row_index("place")
            .sort("first")
        )
        found = self.look_up(asked["first"].to_numpy(), asked["second"].to_numpy()) > 0
        return asked.with_columns(found=pl.Series(found)).sort("place")["found"]

    def look_up(self, first: NDArray[np.uint64], second: NDArray[np.uint64]) -> Rows:
        """Sorted hashes are found twenty times as fast as scattered ones."""
        if not len(self.first):
            return np.zeros(len(first), np.uint32)
        place = np.minimum(np.searchsorted(self.first, first), len(self.first) - 1)
        same = (self.first[place] == first) & (self.second[place] == second)
        return np.where(same, self.rows[place], 0).astype(np.uint32)

    def remember(self, new: pl.DataFrame) -> None:
        """Merge sorted ids into the sorted ones."""
        places = np.searchsorted(self.first, new["first"].to_numpy())
        self.first = np.insert(self.first, places, new["first"].to_numpy())
        self.second = np.insert(self.second, places, new["second"].to_numpy())
        self.rows = np.insert(self.rows, places, new["row"].to_numpy())
