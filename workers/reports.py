"""The job that makes a report."""

import hashlib
from collections import defaultdict
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from typing import Any, Final

from sqlmodel import Session

from portal import reports, roi
from portal.clock import now
from portal.definitions import Meaning
from portal.reports import Report
from reports import document, pdf
from reports.figures import Definition, Figure
from reports.roi import Choices, Deal, Input, Reached, Revenue, Spend, build
from workers.tasks import Claim, Effects, task

LISTED_DEALS: Final = 1_000


@task("report")
def make_report(job: Claim, report_id: int) -> Effects:
    """Read what the report rests on at one moment, build its figures, and store the PDF with them."""
    with job.database.reading() as session:
        asked = reports.get(session, report_id)
        basis = roi.basis(session, asked.first_day, asked.last_day)
    job.progress(1, 3, "reckoning")
    given = roi_input(asked, basis)
    built = build(given)
    job.progress(2, 3, "setting the pages")
    made = pdf.render(document.page(built))
    facts = {
        "figures": [_plain(figure) for figure in built.figures],
        "data_digest": basis.digest,
        "sha256": hashlib.sha256(made).hexdigest(),
        "is_draft": given.draft,
    }

    def effects(session: Session) -> dict[str, Any]:
        kept = reports.keep(session, report_id, pdf=made, at=now(), facts=facts)
        return {"report": report_id, "figures": kept.figures, "sha256": kept.sha256}

    return effects


def roi_input(asked: Report, basis: roi.Basis) -> Input:
    """What was read, as the report takes it."""
    meanings = {term: _definition(meaning) for term, meaning in basis.meanings.items()}
    sourced = [deal for deal in basis.deals if deal.sourced and deal.amount is not None]
    return Input(
        report_id=f"ROI-{asked.id}",
        company="",
        start=asked.first_day,
        end=asked.last_day,
        as_of=asked.as_of,
        currency=asked.currency,
        spend=[Spend(row.channel, row.month, row.amount, row.currency) for row in basis.spend],
        revenue=_revenue(basis),
        funnel=[
            Reached(basis.meanings[term].name, count, meanings[term]) for term, count in basis.funnel.items()
        ],
        sourced=meanings["marketing_sourced"],
        won=meanings["customer"],
        deals=[
            Deal(str(d.id), d.name, d.won_on, d.amount, d.currency, d.why, d.channel)
            for d in sourced[:LISTED_DEALS]
            if d.amount is not None
        ],
        deals_total=len(sourced),
        choices=Choices(),
        digest=basis.digest,
        version=version("concord"),
    )


def _definition(meaning: Meaning) -> Definition:
    return Definition(meaning.name, str(meaning.number), meaning.is_provisional)


def _revenue(basis: roi.Basis) -> list[Revenue]:
    """Won deals summed by month, currency, channel and whether marketing sourced them."""
    sums: dict[tuple[date, str, bool, str], tuple[Decimal, int]] = defaultdict(lambda: (Decimal(0), 0))
    for deal in basis.deals:
        if deal.amount is not None:
            key = (
                deal.won_on.replace(day=1),
                deal.currency,
                deal.sourced,
                deal.channel if deal.sourced else "",
            )
            amount, deals = sums[key]
            sums[key] = (amount + deal.amount, deals + 1)
    return [Revenue(m, amount, c, s, deals, ch) for (m, c, s, ch), (amount, deals) in sorted(sums.items())]


def _plain(figure: Figure) -> dict[str, Any]:
    """A figure as JSON keeps it; money stays exact, as text."""
    return {
        "key": figure.key,
        "name": figure.name,
        "value": None if figure.value is None else str(figure.value),
        "shown": figure.shown,
        "unit": figure.unit,
        "basis": [str(definition) for definition in figure.basis],
        "query": figure.query,
        "digest": figure.digest,
        "why_missing": figure.why_missing,
        "note": figure.note,
    }
