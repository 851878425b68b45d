"""How much time our report takes beside bare WeasyPrint on the same HTML."""

import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from reports import document, pdf, roi
from reports.figures import Definition

ROUNDS: Final = 5
MONTHS: Final = 6
CHANNELS: Final = ("Search", "Events", "Partners", "Content")
STAGES: Final = (("Lead", 8_400), ("Accepted lead", 5_100), ("Opportunity", 1_900), ("Won", 430))
DEALS_ON_A_PAGE: Final = 37


def report_bench(*, pages: int = 4, rounds: int = ROUNDS) -> dict[str, float]:
    """A report of about so many pages with four charts, figures to PDF, against WeasyPrint alone on its HTML:
    medians of alternating rounds (the ratio, too, is each round's), `rows` the deals listed, `peak_mib` the whole process's peak.
    """
    deals = max(pages - 4, 0) * DEALS_ON_A_PAGE + 2
    given = made_up(deals)
    html = document.page(roi.build(given), deals=deals)
    pdf.bare(html)  # the first one loads fonts
    ours, reference = [], []
    for _ in range(rounds):
        ours.append(seconds(lambda: pdf.render(document.page(roi.build(given), deals=deals))))
        reference.append(seconds(lambda: pdf.bare(html)))
    return {
        "seconds": median(ours),
        "reference_seconds": median(reference),
        "ratio": median(mine / theirs for mine, theirs in zip(ours, reference, strict=True)),
        "rows": deals,
        "peak_mib": peak_mib(),
    }


def seconds(work: Callable[[], object]) -> float:
    """Of the processor: printing uses one core and waits for nothing, and so other work beside it counts little."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_mib() -> float:
    """Linux counts kilobytes, macOS bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def made_up(deals: int) -> roi.Input:
    """Half a year of a company that does not exist."""
    definition = Definition("Marketing-sourced", "1", provisional=True)
    months = [date(2025, month, 1) for month in range(1, MONTHS + 1)]
    return roi.Input(
        report_id="R-0",
        company="Measured Ltd",
        start=date(2025, 1, 1),
        end=date(2025, 6, 30),
        as_of=datetime(2025, 7, 5, tzinfo=UTC),
        currency="EUR",
        spend=[
            roi.Spend(name, on, Decimal(4000 + 350 * on.month), "EUR") for on in months for name in CHANNELS
        ],
        revenue=[roi.Revenue(on, Decimal(9000), "EUR", True, 2, name) for on in months for name in CHANNELS],
        funnel=[roi.Reached(name, count, definition) for name, count in STAGES],
        sourced=definition,
        won=Definition("Customer", "1", provisional=True),
        deals=[made_up_deal(number) for number in range(deals)],
        deals_total=deals,
        choices=roi.Choices(),
        digest="0" * 64,
        version="0",
    )


def made_up_deal(number: int) -> roi.Deal:
    on = date(2025, 1, 1) + timedelta(days=number % 181)
    channel = CHANNELS[number % len(CHANNELS)]
    return roi.Deal(
        f"D-{number}", f"Deal {number}", on, Decimal(4500), "EUR", "Asked for a demo first", channel
    )
