"""The benchmarks by name. Each is imported when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from benchmarks.measuring import ROUNDS, Measure

DEALS_ON_A_PAGE: Final = 37
PAGES_BESIDE_DEALS: Final = 4


@dataclass(frozen=True)
class Bench:
    """Where a benchmark is, and how many rows it takes unless told otherwise."""

    module: str
    function: str
    rows: int

    def run(self, rows: int | None = None, rounds: int = ROUNDS) -> Measure:
        """`seconds`, `reference_seconds`, `ratio`, `rows`, `peak_mib`, and what else it found."""
        measure: Callable[..., Measure] = getattr(import_module(self.module), self.function)
        return measure(rows or self.rows, rounds=rounds)


BENCHES: Final = {
    "scorer": Bench("scoring.bench", "scorer", 1_000_000),
    "training": Bench("scoring.bench", "training", 800_000),
    "report": Bench("benchmarks.catalogue", "report", 2),
    "import-sqlite": Bench("benchmarks.importing", "sqlite", 1_000_000),
    "import-postgresql": Bench("benchmarks.importing", "postgresql", 1_000_000),
    "columns": Bench("benchmarks.columns", "measure", 1_000_000),
    "score-sqlite": Bench("benchmarks.scoring", "sqlite", 1_000_000),
    "score-postgresql": Bench("benchmarks.scoring", "postgresql", 1_000_000),
    "judge-sqlite": Bench("benchmarks.judging", "sqlite", 1_000_000),
    "judge-postgresql": Bench("benchmarks.judging", "postgresql", 1_000_000),
    "list": Bench("benchmarks.listing", "measure", 1_000_000),
}


def report(rows: int, *, rounds: int = ROUNDS) -> Measure:
    """A report that lists so many deals, beside bare WeasyPrint."""
    from reports.bench import report_bench

    return report_bench(pages=PAGES_BESIDE_DEALS + rows // DEALS_ON_A_PAGE, rounds=rounds)
