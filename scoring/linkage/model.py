"""The linkage model of Fellegi and Sunter (1969), trained without labels: the one module that knows splink and DuckDB.

DuckDB runs in memory alone and never opens a file of ours.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from scoring.linkage.levels import Level
from scoring.linkage.shares import Shares, settled

log = logging.getLogger(__name__)

SEED = 20_261
PAIRS_TO_LEARN_CHANCE = 1_000_000
PAIRS_TO_LEARN_TRUTH = 1_000_000
MEMORY = "1GB"
LEAST_SCORE = 0.01


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column of the frame, the ladder its values are likened by, and how often two at random are the same."""

    column: str
    ladder: tuple[Level, ...]
    same_by_chance: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compare (`comparisons`), whom (`keys`), what to hold equal while learning (`sessions`), and the prior."""

    comparisons: tuple[Comparison, ...]
    keys: tuple[str, ...]
    sessions: tuple[tuple[str, ...], ...]
    prior: float


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs as a frame: `a`, `b`, `score` and for each comparison its rung `g_<column>` (0 the top, -1 unknown) and the
    bits `w_<column>` by which it speaks for them; `histogram` counts the compared pairs by hundredths of their score.
    """

    pairs: pl.DataFrame
    histogram: pl.DataFrame


def score(frame: pl.DataFrame, plan: Plan, *, threshold: float, most: int, workspace: Path | None) -> Scored:
    """Train on the frame and score its blocked pairs; those at `threshold` or above, the best first, `most` at most."""
    import duckdb
    from splink import DuckDBAPI

    with closing(duckdb.connect(":memory:", config=_limits(workspace))) as connection, _quiet():
        records = DuckDBAPI(connection=connection).register(frame.to_arrow(), table_name="record")
        chance = _chance(records, plan)
        learned = _learned(records, plan, chance)
        truth = {column: settled(shares, learned[column]) for column, shares in _given(plan).items()}
        linker = _linker(records, plan, truth, chance)
        table = linker.inference.predict(LEAST_SCORE, warning_mode="never").physical_name
        return Scored(
            connection.sql(_best(table, plan, threshold, most)).pl(), connection.sql(_histogram(table)).pl()
        )


def _limits(workspace: Path | None) -> dict[str, Any]:
    """One thread, so that sums come out the same each time; no extension is fetched, and memory ends at a limit."""
    spill = {"temp_directory": str(workspace)} if workspace else {}
    return {
        "threads": 1,
        "memory_limit": MEMORY,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        **spill,
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """What splink tells its user about training is ours to know."""
    splink = logging.getLogger("splink")
    before = splink.level
    splink.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        splink.setLevel(before)


def _linker(records: Any, plan: Plan, truth: Mapping[str, Shares], chance: Mapping[str, Shares]) -> Any:
    from splink import Linker

    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": plan.prior,
        "comparisons": [_comparison(c, truth[c.column], chance.get(c.column)) for c in plan.comparisons],
        "blocking_rules_to_generate_predictions": [f"l.{key} = r.{key}" for key in plan.keys],
        "retain_matching_columns": True,  # else the rungs are not kept
        "retain_intermediate_calculation_columns": True,
    }
    return Linker(records, settings, log_level=None)


def _comparison(comparison: Comparison, truth: Shares, chance: Shares | None) -> dict[str, Any]:
    left, right = f"{comparison.column}_l", f"{comparison.column}_r"
    missing = {
        "sql_condition": f"{left} IS NULL OR {right} IS NULL",
        "label_for_charts": "missing",
        "is_null_level": True,
    }
    levels = [
        {
            "sql_condition": level.sql.format(l=left, r=right),
            "label_for_charts": level.words,
            "m_probability": truth[n],
            **({"u_probability": chance[n]} if chance else {}),
            **({"tf_adjustment_column": comparison.column} if level.weighs_rarity else {}),
        }
        for n, level in enumerate(comparison.ladder)
    ]
    return {"output_column_name": comparison.column, "comparison_levels": [missing, *levels]}


def _given(plan: Plan) -> dict[str, Shares]:
    return {c.column: [level.share for level in c.ladder] for c in plan.comparisons}


def _chance(records: Any, plan: Plan) -> dict[str, Shares]:
    """How often two records at random stand on each rung: exactly for the same value, else from a sample of pairs."""
    linker = _linker(records, plan, _given(plan), {})
    linker.training.estimate_u_using_random_sampling(max_pairs=PAIRS_TO_LEARN_CHANCE, seed=SEED)
    sampled = _read(linker, "u_probability")
    return {
        c.column: [
            c.same_by_chance,
            *(share or 0.5 / PAIRS_TO_LEARN_CHANCE for share in sampled[c.column][1:]),
        ]
        for c in plan.comparisons
    }


def _read(linker: Any, what: str) -> dict[str, list[float | None]]:
    return {
        comparison["output_column_name"]: [
            level.get(what) for level in comparison["comparison_levels"] if not level.get("is_null_level")
        ]
        for comparison in linker.misc.save_model_to_json()["comparisons"]
    }


def _learned(records: Any, plan: Plan, chance: Mapping[str, Shares]) -> dict[str, list[list[float | None]]]:
    """The shares of true pairs on each rung, by column: as each session found them that did not hold the column equal."""
    found: dict[str, list[list[float | None]]] = {c.column: [] for c in plan.comparisons}
    for columns in plan.sessions:
        for column, shares in _session(records, plan, chance, columns).items():
            if column not in columns:
                found[column].append(shares)
    return found


def _session(
    records: Any, plan: Plan, chance: Mapping[str, Shares], columns: tuple[str, ...]
) -> dict[str, list[float | None]]:
    """A model of its own, as one that finds no true pair at all is left in pieces."""
    from splink.internals.exceptions import EMTrainingException

    linker = _linker(records, plan, _given(plan), chance)
    within = " AND ".join(f"l.{column} = r.{column}" for column in columns)
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            within, estimate_without_term_frequencies=True, max_pairs=PAIRS_TO_LEARN_TRUTH
        )
    except (EMTrainingException, ValueError) as error:
        log.info("nothing to learn within %s: %s", within, error)
        return {}
    return _read(linker, "m_probability")


def _best(table: str, plan: Plan, threshold: float, most: int) -> str:
    rungs = "".join(
        f", CASE gamma_{c.column} WHEN -1 THEN -1 ELSE {len(c.ladder) - 1} - gamma_{c.column} END AS g_{c.column}"
        f", mw_{c.column} + mw_tf_adj_{c.column} AS w_{c.column}"
        for c in plan.comparisons
    )
    return (
        "SELECT LEAST(id_l, id_r) AS a, GREATEST(id_l, id_r) AS b, ROUND(match_probability, 6) AS score"  # noqa: S608  our own names
        f"{rungs} FROM {table} WHERE match_probability >= {threshold} "
        f"ORDER BY score DESC, a, b LIMIT {most}"
    )


def _histogram(table: str) -> str:
    return (
        "SELECT CAST(FLOOR(match_probability * 100) AS INTEGER) AS hundredth, COUNT(*) AS pairs, "  # noqa: S608
        f"SUM(match_probability) AS expected FROM {table} GROUP BY 1 ORDER BY 1 DESC"
    )
