"""`portal report`: documents that finance can check, from the console."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

import commands
from commands import opened
from portal import reports
from portal.clock import now
from portal.errors import Invalid
from portal.reports import Report

DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group()
def report() -> None:
    """Make a report."""


@report.command()
@click.option("--from", "first", type=DAY, required=True, help="First day of the period.")
@click.option("--to", "last", type=DAY, required=True, help="Last day of the period.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the PDF to this file.")
@click.option("--currency", default="", help="Its amounts only; the currency most money is recorded in.")
@click.option("--wait", is_flag=True, help="Wait until it is done; it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def roi(
    *, first: datetime, last: datetime, out: Path | None, currency: str, wait: bool, as_json: bool
) -> None:
    """What marketing spent in a period and what it brought, as a PDF."""
    del wait
    if out:
        _check_place(out)
    made, pdf = _made(first.date(), last.date(), currency)
    if out:
        _write(out, pdf)
    told = f"Report {made.id}, {made.period} in {made.currency}: " + (
        f"written to {out}." if out else "it can be downloaded in the portal."
    )
    commands.tell(_result(made, out), as_json=as_json, sentence=told)


def _check_place(out: Path) -> None:
    """Refuse a place that cannot be written to before anything is made."""
    if out.is_dir():
        raise Invalid(f"{out} is a folder. Name a file in it, such as {out / 'roi.pdf'}.")
    if not out.parent.is_dir():
        raise Invalid(f"There is no folder {out.parent}. Make it first, or write the report elsewhere.")
    if not os.access(out.parent, os.W_OK):
        raise Invalid(f"The folder {out.parent} cannot be written. Write the report elsewhere.")


def _made(first_day: date, last_day: date, currency: str) -> tuple[Report, bytes]:
    with opened() as (settings, database):
        with database.transaction() as session:
            asked = reports.request_roi(session, first_day, last_day, currency=currency, by=None, at=now())
        assert asked.job_id is not None
        commands.finished(settings, database, asked.job_id)
        with database.reading() as session:
            return reports.get(session, asked.id), reports.pdf(session, asked.id)


def _write(out: Path, pdf: bytes) -> None:
    """The whole file or none: it gets its name once it is complete."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        draft.write_bytes(pdf)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _result(made: Report, out: Path | None) -> dict[str, Any]:
    return {
        "report": made.id,
        "period": [made.first_day.isoformat(), made.last_day.isoformat()],
        "currency": made.currency,
        "as_of": made.as_of.isoformat(),
        "draft": made.is_draft,
        "figures": made.figures,
        "data_digest": made.data_digest,
        "sha256": made.sha256,
        "bytes": made.bytes,
        "out": str(out) if out else None,
    }
