"""The job that makes a report."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any, Final

from sqlmodel import Session

from portal import columns, funnel, own_name, reports, roi
from portal.clock import now
from portal.definitions import Meaning
from portal.errors import Unavailable
from portal.reports import Report
from portal.roi import Basis
from reports import document, pdf
from reports import roi as return_on_investment
from reports.figures import COUNT, Definition, Figure
from reports.roi import Choices, Deal, Input, Reached, Revenue, Spend, build
from workers.tasks import Claim, Effects, task

LISTED_DEALS: Final = 1_000


@task("report")
def make_report(job: Claim, report_id: int) -> Effects:
    """Read what the report rests on at one moment, build its figures, and store the PDF with them."""
    with job.database.reading() as session:
        levels = funnel.attributed(session)
    for level in sorted(levels):
        columns.refresh(job.database, level)
    with job.database.reading() as session:
        as_of = now()
        asked = reports.get(session, report_id)
        basis = roi.basis(session, asked.first_day, asked.last_day, as_of=as_of)
        company = own_name.own_name(session, job.settings)
    job.progress(1, 3, "reckoning")
    built = build(roi_input(asked, basis, company=company, as_of=as_of))
    job.progress(2, 3, "setting the pages")
    made = _rendered(built)
    facts = {
        "as_of": as_of,
        "figures": [_plain(figure) for figure in (*built.figures, *_counts(built), *_left_out(basis))],
        "data_digest": basis.digest,
        "sha256": hashlib.sha256(made).hexdigest(),
        "is_draft": built.given.draft,
    }

    def effects(session: Session) -> dict[str, Any]:
        kept = reports.keep(session, report_id, pdf=made, at=now(), facts=facts)
        return {"report": report_id, "figures": kept.figures, "sha256": kept.sha256}

    return effects


def _rendered(built: return_on_investment.Report) -> bytes:
    try:
        return pdf.render(document.page(built))
    except pdf.MissingLibraryError as missing:
        raise Unavailable(str(missing)) from missing


def roi_input(asked: Report, basis: Basis, *, company: str, as_of: datetime) -> Input:
    """What was read, as the report takes it."""
    meanings = {term: _definition(meaning) for term, meaning in basis.meanings.items()}
    sourced = [deal for deal in basis.deals if deal.sourced and deal.amount is not None]
    return Input(
        report_id=f"ROI-{asked.id}",
        company=company,
        start=asked.first_day,
        end=asked.last_day,
        as_of=as_of,
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


def _revenue(basis: Basis) -> list[Revenue]:
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


def _counts(built: return_on_investment.Report) -> Iterator[Figure]:
    """The funnel's counts, which the document states in a table of their own."""
    for number, stage in enumerate(built.stages):
        missing = None if stage.reached is not None else "No person's date of arrival is known."
        yield Figure(
            f"reached_{number}",
            stage.name,
            None if stage.reached is None else Decimal(stage.reached),
            COUNT,
            (stage.definition,),
            built.given.digest,
            "Of the people who came in the period, those who reached the stage by now.",
            missing,
        )


def _left_out(basis: Basis) -> Iterator[Figure]:
    """Won deals that no sum of the report holds."""
    won = basis.meanings["customer"]
    unpriced = sum(deal.amount is None for deal in basis.deals)
    for key, name, count, query in (
        ("undated_wins", "Won deals without a close date", basis.undated_wins, UNDATED),
        ("unpriced_wins", "Won deals without an amount", unpriced, UNPRICED),
    ):
        yield Figure(key, name, Decimal(count), COUNT, (_definition(won),), basis.digest, query)


UNDATED: Final = "Count of all won deals with no close date: they belong to no period."
UNPRICED: Final = "Count of the deals won in the period with no amount: they add nothing to revenue."


def _plain(figure: Figure) -> dict[str, Any]:
    """A figure as JSON keeps it; money stays exact, as text."""
    return figure.record() | {"shown": figure.shown, "shown_interval": figure.shown_interval}
