"""A scorer as bytes, to be stored beside its model: plain arrays in an npz file, never a pickle."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.bins import Bins, CategoryBins, NumberBins
from scoring.booster import Booster, ModelText
from scoring.columns import FloatArray
from scoring.scorer import Scorer, TreeTable
from scoring.trees import UnfitModelError

Arrays = Mapping[str, npt.NDArray[Any]]
COMPARED = 20_000  # rows or so
NUMBER = -1  # in place of a category's size


def pack(scorer: Scorer) -> bytes:
    """Equal scorers give equal bytes (with the same zlib)."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **_bins_arrays(scorer), **_tree_arrays(scorer.tables))
    return file.getvalue()


def pack_if_equal(model: ModelText, matrix: FloatArray, *, threads: int) -> bytes | None:
    """The packed scorer, once its sums over these rows (n, k) are LightGBM's bit for bit; None where LightGBM must score."""
    try:
        scorer = Scorer.of(model.text, model.digest)
    except UnfitModelError:
        return None
    sample = matrix[:: max(1, len(matrix) // COMPARED)]
    equal = np.array_equal(scorer.raw_sums(sample), Booster(model, threads=threads).raw_sums(sample))
    return pack(scorer) if equal else None


def unpack(data: bytes, digest: str) -> Scorer:
    """The scorer of the model with this digest. UnfitModelError where the bytes are damaged or of another model."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            scorer = _scorer({name: arrays[name] for name in arrays.files})
    except (zipfile.BadZipFile, ValueError, KeyError, IndexError, EOFError, OSError) as error:
        raise UnfitModelError(
            "The packed scorer cannot be read; pack it again from the model's text."
        ) from error
    if scorer.digest != digest:
        raise UnfitModelError("The packed scorer belongs to another model; pack it again.")
    return scorer


def _bins_arrays(scorer: Scorer) -> dict[str, npt.NDArray[Any]]:
    bins = list(scorer.bins.values())
    cuts = [item.cuts for item in bins if isinstance(item, NumberBins)]
    return {
        "digest": np.array(scorer.digest),
        "features": np.array(list(scorer.bins), dtype=np.int64),
        "sizes": np.array(
            [item.size if isinstance(item, CategoryBins) else NUMBER for item in bins], np.int64
        ),
        "cut_counts": np.array([len(part) for part in cuts], dtype=np.int64),
        "cuts": np.concatenate([np.empty(0), *cuts]),
    }


def _tree_arrays(tables: Sequence[TreeTable]) -> dict[str, npt.NDArray[Any]]:
    masks = [mask for table in tables for mask in table.masks]
    leaves = [table.leaves for table in tables]
    return {
        "tree_counts": np.array([len(table.features) for table in tables], dtype=np.int64),
        "tree_features": np.array([f for table in tables for f in table.features], dtype=np.int64),
        "masks": np.concatenate([np.empty(0, np.uint64), *(mask.astype(np.uint64) for mask in masks)]),
        "leaf_counts": np.array([len(part) for part in leaves], dtype=np.int64),
        "leaves": np.concatenate([np.empty(0), *leaves]),
    }


def _scorer(arrays: Arrays) -> Scorer:
    features = arrays["features"].tolist()
    bins = dict(zip(features, _bins(arrays), strict=True))
    return Scorer(str(arrays["digest"]), bins, list(_tables(arrays, bins)))


def _bins(arrays: Arrays) -> Iterator[Bins]:
    cuts = iter(_parts(arrays["cuts"], arrays["cut_counts"]))
    for size in arrays["sizes"].tolist():
        yield NumberBins(next(cuts)) if size == NUMBER else CategoryBins(size)


def _tables(arrays: Arrays, bins: Mapping[int, Bins]) -> Iterator[TreeTable]:
    used = _parts(arrays["tree_features"], arrays["tree_counts"])
    widths = np.array(
        [len(bins[feature].representatives()) for feature in arrays["tree_features"].tolist()], np.int64
    )
    masks = iter(_parts(arrays["masks"], widths))
    for features, leaves in zip(used, _parts(arrays["leaves"], arrays["leaf_counts"]), strict=True):
        yield TreeTable.of(features.tolist(), [next(masks) for _ in features], leaves)


def _parts(values: npt.NDArray[Any], counts: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Consecutive parts of so many values each, all values used."""
    ends = np.cumsum(counts)
    if len(values) != (ends[-1] if len(ends) else 0):
        raise ValueError("The parts do not make up the whole.")
    return np.split(values, ends[:-1]) if len(ends) else []
