"""Small made-up companies: records whose outcome follows from some columns, or from none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scoring.booster import Parameters
from scoring.columns import Booleans, Categories, Dates, FloatArray, Numbers, Table

SHARED = Path(__file__).parents[2].parent / "shared"
QUICK = Parameters(trees=30, leaves=4, learning_rate=0.2)
needs_data = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="needs ../shared/data, the real data sets"
)


def oracle(name: str) -> dict:
    """A published reference value; its source is in the file."""
    path = SHARED / "oracles.json"
    if not path.is_file():
        pytest.skip("needs ../shared/oracles.json, the published reference values")
    return next(item for item in json.loads(path.read_text("utf-8")) if item["id"] == name)


def company(
    records: int = 600, *, signal: float = 1.5, seed: int = 7
) -> tuple[Table, FloatArray, FloatArray]:
    """Table, outcome and order. Visits and source tell the outcome with this much log-odds; the rest is noise."""
    random = np.random.default_rng(seed)
    visits = random.normal(size=records)
    source = random.integers(0, 4, records)
    odds = signal * (visits + np.array([-1.0, 0.0, 0.5, 1.0])[source]) - 0.5
    outcome = (random.random(records) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    columns = {
        "visits": Numbers(np.where(random.random(records) < 0.1, np.nan, visits)),
        "source": Categories.of([None if code == 3 else ("web", "fair", "partner")[code] for code in source]),
        "opted in": Booleans(random.integers(0, 2, records).astype(np.float64)),
        "created": Dates(random.uniform(19_000, 20_000, records)),
    }
    return Table(random.permutation(10 * records)[:records], columns), outcome, random.random(records)
